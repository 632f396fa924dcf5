using TraceKit.DebugInfo.Elf;

namespace TraceKit.Capture.Cli;

/// <summary>How user and kernel stacks are taken.</summary>
internal enum CallGraph
{
    None,
    FramePointer,
    Dwarf,
}

/// <summary>One <c>-e</c> list or one <c>--probe</c>, with the filter that followed it.</summary>
internal sealed class EventRequest
{
    /// <summary>The text as given: <c>cpu-clock,sched:*</c> or a probe definition.</summary>
    public required string Text { get; init; }

    public bool IsProbe { get; init; }

    /// <summary>What the options before it said of the probed file and its types.</summary>
    public TargetOptions Target { get; init; } = new();

    public string? Filter { get; set; }
}

/// <summary>What <c>record</c> was asked to do.</summary>
internal sealed class RecordOptions
{
    public List<EventRequest> Events { get; } = [];

    public bool AllCpus { get; set; }

    public List<int> Pids { get; } = [];

    public List<int> Tids { get; } = [];

    public List<int>? Cpus { get; set; }

    public List<string> Command { get; } = [];

    /// <summary>Samples a second; null when not given.</summary>
    public long? Frequency { get; set; }

    /// <summary>Events a sample; null when not given.</summary>
    public long? Count { get; set; }

    public CallGraph CallGraph { get; set; }

    /// <summary>Bytes of user stack in a sample.</summary>
    public int StackBytes { get; set; } = 8192;

    public string Output { get; set; } = "tracekit.dtr";

    /// <summary>Milliseconds; null for no end.</summary>
    public long? Duration { get; set; }

    public long? MaxSize { get; set; }

    /// <summary>Bytes of each CPU's ring; null for the default.</summary>
    public int? RingBytes { get; set; }

    public bool RawStacks { get; set; }

    public SnapshotLevel Snapshot { get; set; } = SnapshotLevel.Unwind;

    /// <summary>Bytes that all snapshots together may take, before compression; one module may take half of them.</summary>
    public long MaxSnapshot { get; set; } = 512 << 20;

    /// <summary>The command line, for the file's description of itself.</summary>
    public List<string> Arguments { get; } = [];
}
