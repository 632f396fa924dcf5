using TraceKit.Engine.Aggregates;

namespace TraceKit.Report.Profiles;

/// <summary>How a report is made; defaults are perf's.</summary>
public sealed record ReportOptions
{
    /// <summary>Keys as typed after <c>-s</c>; null for the event's own default: <c>trace</c> for events with fields, else <c>comm,dso,sym</c>.</summary>
    public string? SortKeys { get; init; }

    /// <summary>Whether callers get lines too, and the Children column is shown; events without call chains never have it.</summary>
    public bool Children { get; init; } = true;

    /// <summary>Source files with their folders in the columns <c>srcline</c> and <c>srcfile</c>.</summary>
    public bool FullSourcePath { get; init; }

    /// <summary>Order of the call graphs; null for none.</summary>
    public CallOrder? Graph { get; init; } = CallOrder.Caller;

    /// <summary>Lines with less than this share are left out (and counted).</summary>
    public double PercentLimit { get; init; }

    /// <summary>Branches of call graphs with less than this share are left out.</summary>
    public double GraphPercentLimit { get; init; } = 0.5;

    /// <summary>Whether graphs are made at all: formats that cannot show them need not pay.</summary>
    public bool WithGraphs { get; init; } = true;
}
