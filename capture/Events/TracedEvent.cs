using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Events;

/// <summary>One event of the recording, resolved: what the kernel calls it, and what the file calls it.</summary>
internal sealed class TracedEvent
{
    /// <summary>The visible name: <c>cpu-clock</c>, <c>sched:sched_switch</c>, <c>probe_bash:readline</c>.</summary>
    public required string Name { get; set; }

    /// <summary>The event's place in tracefs where that differs from the name: probes of this run live in a group of their own.</summary>
    public string KernelName { get; init; } = "";

    /// <summary><c>perf_event_attr.type</c>.</summary>
    public required uint Type { get; init; }

    /// <summary><c>perf_event_attr.config</c>: for a tracepoint its id.</summary>
    public required ulong Config { get; init; }

    public bool ExcludeUser { get; set; }

    public bool ExcludeKernel { get; set; }

    /// <summary>Which of its records are wanted; null for all.</summary>
    public EventFilter? Filter { get; set; }

    /// <summary>The tracefs <c>format</c> file; empty for events without fields.</summary>
    public byte[] Format { get; init; } = [];

    /// <summary>The probe as the user wrote it; empty for other events, and where that is not known.</summary>
    public string Definition { get; private set; } = "";

    /// <summary>The probe as the kernel prints it; empty for other events.</summary>
    public string KernelDefinition { get; private set; } = "";

    /// <summary>What its fields mean; empty when the kernel's format says it all.</summary>
    public IReadOnlyList<EventArgument> Arguments { get; private set; } = [];

    /// <summary>Where the probe stands; empty for other events.</summary>
    public IReadOnlyList<EventPlace> Places { get; private set; } = [];

    public bool IsTracepoint => Type == EventNames.PERF_TYPE_TRACEPOINT;

    /// <summary>A clock ticks by itself: its period is constant, in nanoseconds.</summary>
    public bool IsClock => Type == EventNames.PERF_TYPE_SOFTWARE && Config <= EventNames.PERF_COUNT_SW_TASK_CLOCK;

    /// <summary>Adds what is known of a probe.</summary>
    public TracedEvent With(string? definition, string kernelDefinition, IReadOnlyList<EventArgument> arguments, IReadOnlyList<EventPlace> places)
    {
        Definition = definition ?? "";
        KernelDefinition = kernelDefinition;
        Arguments = arguments;
        Places = places;
        return this;
    }
}
