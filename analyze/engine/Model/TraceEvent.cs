namespace TraceKit.Engine.Model;

/// <summary>An event that was recorded.</summary>
public sealed class TraceEvent
{
    /// <summary>Position in <c>Trace.Events</c>.</summary>
    public required int Index { get; init; }

    /// <summary>As perf prints it: <c>cpu-clock</c>, <c>sched:sched_switch</c>, <c>probe:vfs_read</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it has fields of its own: tracepoints and probes.</summary>
    public required bool IsTracepoint { get; init; }

    /// <summary>Its own fields in the order of its format, the common ones left out.</summary>
    public IReadOnlyList<TraceEventField> Fields { get; init; } = [];

    /// <summary>Whether weights are nanoseconds (the clock events), else occurrences.</summary>
    public bool WeightIsTime { get; init; }

    /// <summary>The kernel filter it was recorded with; empty for none.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Whether it was opened for its side-band records only and makes no samples.</summary>
    public bool IsSideBandOnly { get; init; }

    /// <summary>Whether samples carry stacks, in either form; else an instruction pointer at most.</summary>
    public bool HasStacks { get; init; }

    /// <summary>Whether samples carry stack dumps that are unwound by CFI.</summary>
    public bool HasStackDumps { get; init; }
}

/// <summary>A field of a tracepoint or probe.</summary>
/// <param name="Name">As the format spells it.</param>
/// <param name="Type">C type as the format has it: <c>__data_loc char[]</c>, <c>u64</c>.</param>
/// <param name="IsText">Whether its values are text.</param>
public sealed record TraceEventField(string Name, string Type, bool IsText);
