using TraceKit.Engine.Filters;
using TraceKit.Engine.Symbols;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine;

/// <summary>What an <see cref="Analysis"/> looks at and what it keeps.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Names of events (<c>group:name</c>, or the name alone); empty for all.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Parts of the recording to look at.</summary>
    public TimeRanges Time { get; init; } = TimeRanges.All;

    /// <summary>Processes to look at; empty for all.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];

    /// <summary>Threads to look at; empty for all.</summary>
    public IReadOnlyList<int> Tids { get; init; } = [];

    /// <summary>CPUs to look at; empty for all.</summary>
    public IReadOnlyList<int> Cpus { get; init; } = [];

    /// <summary>Thread names to look at; empty for all.</summary>
    public IReadOnlyList<string> Comms { get; init; } = [];

    /// <summary>A condition on the sample and the event's fields; null for none.</summary>
    public FilterExpression? Filter { get; init; }

    /// <summary>Leave out the parts of filters that ask for frames: for who names the frames that those are asked about.</summary>
    internal bool IgnoreFrameFilters { get; init; }

    /// <summary>Do not apply the parts of filters that recordings leave to the analyzer: see all that was recorded.</summary>
    public bool IgnoreStoredFilters { get; init; }

    /// <summary>Keep each sample with its time; else only sums of what is alike.</summary>
    public bool KeepSamples { get; init; }

    /// <summary>Keep the CPU apart.</summary>
    public bool KeepCpus { get; init; }

    /// <summary>
    /// A name for <see cref="Fields"/>: the whole text of an event, by its print format, as one more text field. An event's own field of that name goes before it.
    /// </summary>
    public const string EventText = "trace";

    /// <summary>Fields of events to keep, by name; <see cref="EventText"/> for all of an event in words.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Look at stacks at all: a histogram of a field need not.</summary>
    public bool Stacks { get; init; } = true;

    /// <summary>Most frames of a stack, counted from the innermost (of stacks unwound from dumps: of each of the kernel's and the user's part, as perf does); 0 for all.</summary>
    public int MaxStack { get; init; }

    /// <summary>What to ask of the debug information that is at hand: by default the functions inlined at each address.</summary>
    public SourceDetail Source { get; init; } = SourceDetail.Inlines;

    /// <summary>How names of functions are shown.</summary>
    public NameStyle Names { get; init; } = NameStyle.Default;

    /// <summary>Threads of work; 0 for one each core. The result does not depend on it.</summary>
    public int Workers { get; init; }

    /// <summary>Called with (chunks done, chunks in all) now and then, from any thread.</summary>
    public Action<int, int>? Progress { get; init; }
}
