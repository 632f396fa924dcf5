using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;

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

    /// <summary>Its own fields: the arguments of its definition in their order, then fields of its format that no argument has taken; the common ones left out.</summary>
    public IReadOnlyList<TraceEventField> Fields { get; init; } = [];

    /// <summary>Whether weights are nanoseconds (the clock events), else occurrences.</summary>
    public bool WeightIsTime { get; init; }

    /// <summary>The kernel filter it was recorded with; empty for none.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The part of its filter that the recording leaves to the analyzer; empty for none.</summary>
    public string AnalyzerFilter { get; init; } = "";

    /// <summary>Why <see cref="AnalyzerFilter"/> cannot be applied; empty when it can.</summary>
    public string FilterProblem { get; init; } = "";

    /// <summary>Arguments whose meaning is of a newer build: they are shown as plain numbers.</summary>
    public int UnknownKinds { get; init; }

    /// <summary>Whether it was opened for its side-band records only and makes no samples.</summary>
    public bool IsSideBandOnly { get; init; }

    /// <summary>Whether samples have a time; else what stands for it is their place in the file.</summary>
    public bool HasTime { get; init; } = true;

    /// <summary>Whether samples carry stacks, in either form; else an instruction pointer at most.</summary>
    public bool HasStacks { get; init; }

    /// <summary>Whether samples carry stack dumps that are unwound by CFI.</summary>
    public bool HasStackDumps { get; init; }

    /// <summary>Whether one of the names is its (<see cref="IsCalled"/>), or there are none: then all events are meant.</summary>
    public bool IsAmong(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 0 || names.Any(IsCalled);
    }

    /// <summary>Whether it is what somebody calls so: <c>group:name</c> in full, the name alone, or a shell pattern for either.</summary>
    public bool IsCalled(string wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (Name == wanted)
            return true;
        var alone = Name.AsSpan(Name.IndexOf(':', StringComparison.Ordinal) + 1);
        return Name.EndsWith(":" + wanted, StringComparison.Ordinal) || (Glob.IsPattern(wanted) && (Glob.Matches(wanted, Name) || Glob.Matches(wanted, alone)));
    }
}

/// <summary>A field of a tracepoint or probe.</summary>
/// <param name="Name">As the format spells it.</param>
/// <param name="Type">C type as the format has it: <c>__data_loc char[]</c>, <c>u64</c>.</param>
/// <param name="IsText">Whether its values are text.</param>
public sealed record TraceEventField(string Name, string Type, bool IsText)
{
    /// <summary>What it means.</summary>
    public PresentationKind Kind { get; init; }

    /// <summary>Whether its numbers count from 0 to 2^64 − 1.</summary>
    public bool IsUnsigned { get; init; }

    /// <summary>Names of its numbers, of enums; null for none.</summary>
    public IReadOnlyDictionary<long, string>? ValueNames { get; init; }

    /// <summary>Its type as the program declares it; empty when not known.</summary>
    public string TypeText { get; init; } = "";

    /// <summary>Where type and offsets came from; empty when not known.</summary>
    public string Origin { get; init; } = "";

    /// <summary>As the user wrote it; empty when not known.</summary>
    public string Expression { get; init; } = "";

    /// <summary>Whether its numbers measure something, so that means and percentiles say something; else values are only counted.</summary>
    public bool IsQuantity => !IsText && !Type.Contains('*', StringComparison.Ordinal) && !Type.Contains('[', StringComparison.Ordinal)
        && Kind is PresentationKind.None or PresentationKind.BigEndian16 or PresentationKind.BigEndian32 or PresentationKind.BigEndian64 or PresentationKind.Nanoseconds or PresentationKind.ElementCount;

    /// <summary>Whether its values are told one by one: texts, names, addresses of networks.</summary>
    public bool IsCategory => IsText || Kind is PresentationKind.Ip4 or PresentationKind.Port or PresentationKind.Errno or PresentationKind.Enum or PresentationKind.Boolean or PresentationKind.Character
        or PresentationKind.Float;

    /// <summary>The unit of its numbers; empty for none.</summary>
    public string Unit => Kind == PresentationKind.Nanoseconds ? "ns" : "";
}
