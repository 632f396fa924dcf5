namespace TraceKit.Report.Html;

/// <summary>The samples as columns, so that the page can filter them by itself; a row is one sample, or all that agree in what is here.</summary>
public sealed record ReportRows
{
    /// <summary>Index into <see cref="ReportData.Events"/>.</summary>
    public required IReadOnlyList<int> Events { get; init; }

    /// <summary>Node that the sample ends in, or -1 when it has no stack.</summary>
    public required IReadOnlyList<int> Nodes { get; init; }

    /// <summary>Index into <see cref="ReportData.Threads"/>.</summary>
    public required IReadOnlyList<int> Threads { get; init; }

    /// <summary>Weight in the event's unit.</summary>
    public required IReadOnlyList<long> Weights { get; init; }

    /// <summary>Samples; empty when each row is one.</summary>
    public IReadOnlyList<long> Counts { get; init; } = [];

    /// <summary>CPU, -1 where it is not known; empty when the report does not have it.</summary>
    public IReadOnlyList<int> Cpus { get; init; } = [];

    /// <summary>Nanoseconds of the recording's clock; empty when the report does not have them.</summary>
    public IReadOnlyList<long> Times { get; init; } = [];

    /// <summary>The clock's time at the start of the recording: what <see cref="ReportTimeline.StartNanoseconds"/> counts from.</summary>
    public long Origin { get; init; }

    /// <summary>Nanoseconds to which times were rounded down; 0 when they are exact.</summary>
    public long TimeStep { get; init; }

    /// <summary>Fields of the events.</summary>
    public IReadOnlyList<ReportField> Fields { get; init; } = [];
}

/// <summary>One field of one event.</summary>
public sealed record ReportField
{
    /// <summary>Index into <see cref="ReportData.Events"/>.</summary>
    public required int Event { get; init; }

    /// <summary>Name as filters use it.</summary>
    public required string Name { get; init; }

    /// <summary>What its values mean: a name of <c>PresentationKind</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Distinct values as they are shown.</summary>
    public required IReadOnlyList<string> Shown { get; init; }

    /// <summary>The same as numbers; empty for texts.</summary>
    public IReadOnlyList<long> Numbers { get; init; } = [];

    /// <summary>Whether numbers count from 0 to 2^64 − 1.</summary>
    public bool IsUnsigned { get; init; }

    /// <summary>Names of numbers.</summary>
    public IReadOnlyDictionary<long, string>? ValueNames { get; init; }

    /// <summary>For each row of its event, in their order, the number of the value; -1 for none.</summary>
    public required IReadOnlyList<int> Values { get; init; }
}
