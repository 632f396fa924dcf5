using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>How a report is made; defaults are perf's.</summary>
public sealed record ReportOptions
{
    /// <summary>Keys as typed after <c>-s</c> or <c>--fields</c>, with columns of numbers among them (<c>overhead</c>, <c>overhead_children</c>, <c>sample</c>, <c>period</c>); null for the default of each event: <c>trace</c> or <c>comm,dso,sym</c> (<c>ReportColumns.DefaultOf</c>). With a plus in front they stand after the default ones.</summary>
    public string? SortKeys { get; init; }

    /// <summary>Whether the columns of numbers among the keys stand after the default ones (<c>-F +sample</c>).</summary>
    public bool AddsColumns { get; init; }

    /// <summary>Whether the weight is a column.</summary>
    public bool ShowPeriod { get; init; }

    /// <summary>Whether shares of kernel and user space are columns.</summary>
    public bool ShowCpuUtilization { get; init; }

    /// <summary>Functions that the key <c>parent</c> looks for; null for perf's default.</summary>
    public FunctionRule? Parent { get; init; }

    /// <summary>Whether samples without such a function are left out.</summary>
    public bool ExcludeOther { get; init; }

    /// <summary>Functions whose callees count as their own; null for none.</summary>
    public FunctionRule? IgnoreCallees { get; init; }

    /// <summary>Whether the number of samples is a column.</summary>
    public bool ShowSamples { get; init; }

    /// <summary>Whether a sample counts as one, whatever its period.</summary>
    public bool ByCount { get; init; }

    /// <summary>What lines are about.</summary>
    public RowFilter Only { get; init; } = new();

    /// <summary>Sentences to stand before the numbers, after those about losses.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Functions that are shown as one.</summary>
    public IReadOnlyList<FunctionRule> Groups { get; init; } = [];

    /// <summary>Whether callers get lines too, and the Children column is shown; events without call chains never have it.</summary>
    public bool Children { get; init; } = true;

    /// <summary>Source files with their folders in the columns <c>srcline</c> and <c>srcfile</c>.</summary>
    public bool FullSourcePath { get; init; }

    /// <summary>Call graphs.</summary>
    public CallGraphStyle Graph { get; init; } = new();

    /// <summary>Lines with less than this share are left out (and counted), branches of graphs too where <see cref="CallGraphStyle.MinPercent"/> says nothing; null for all lines, and branches from 0.5.</summary>
    public double? PercentLimit { get; init; }

    /// <summary>Whether graphs are made at all: formats that cannot show them need not pay.</summary>
    public bool WithGraphs { get; init; } = true;
}
