namespace TraceKit.Report.Html;

/// <summary>Everything the report page shows. The page computes tables, caller and callee views and the inverted graph from <see cref="Nodes"/> by itself.</summary>
/// <remarks>Columns that belong together have the same length; <see cref="HtmlReport.Write"/> checks that. Names may hold anything: they are shown as text.</remarks>
public sealed record ReportData
{
    /// <summary>Name of the trace's file, without folders.</summary>
    public required string File { get; init; }

    /// <summary>Where and how it was recorded.</summary>
    public required ReportHost Host { get; init; }

    /// <summary>What was made, read and lost; always in sight.</summary>
    public required ReportTotals Totals { get; init; }

    /// <summary>Events in the order of the tabs; the page starts with the first.</summary>
    public required IReadOnlyList<ReportEvent> Events { get; init; }

    /// <summary>Functions that stacks went through.</summary>
    public required ReportFrames Frames { get; init; }

    /// <summary>All stacks, as one tree for all events.</summary>
    public required ReportNodes Nodes { get; init; }

    /// <summary>The samples, for the page's own filter; null when they are too many, or not at hand.</summary>
    public ReportRows? Rows { get; init; }

    /// <summary>Samples over time; null when there are none.</summary>
    public ReportTimeline? Timeline { get; init; }

    /// <summary>Distributions of the events' own numbers.</summary>
    public IReadOnlyList<ReportHistogram> Histograms { get; init; } = [];

    /// <summary>Threads that were sampled, most samples first.</summary>
    public IReadOnlyList<ReportThread> Threads { get; init; } = [];

    /// <summary>Modules that frames are in (<see cref="ReportFrames.Modules"/> are indexes here).</summary>
    public IReadOnlyList<ReportModule> Modules { get; init; } = [];

    /// <summary>How stacks ended, complete ones included.</summary>
    public IReadOnlyList<ReportCount> UnwindStops { get; init; } = [];

    /// <summary>Why frames have no name.</summary>
    public IReadOnlyList<ReportCount> Unresolved { get; init; } = [];

    /// <summary>Each loss: lost records, throttling, damaged chunks.</summary>
    public IReadOnlyList<ReportLoss> Losses { get; init; } = [];

    /// <summary>Sentences the reader must know, shown at the top: what was left out, what is estimated.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Where and how the trace was recorded. Unknown texts are empty and not shown.</summary>
public sealed record ReportHost
{
    /// <summary>Host name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Kernel release and architecture: <c>6.18.5 x86_64</c>.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>Processor and number of CPUs, ready to be shown.</summary>
    public string Cpu { get; init; } = "";

    /// <summary>The command line of the recording.</summary>
    public string Command { get; init; } = "";

    /// <summary>When it began, ready to be shown: <c>2026-11-26 10:58:00 UTC</c>.</summary>
    public string Start { get; init; } = "";

    /// <summary>From the first to the last moment recorded, nanoseconds; 0 when unknown.</summary>
    public long DurationNanoseconds { get; init; }

    /// <summary>Name and version of the program that wrote the page.</summary>
    public string Tool { get; init; } = "";
}

/// <summary>What became of the samples.</summary>
public sealed record ReportTotals
{
    /// <summary>Samples in this report.</summary>
    public long Samples { get; init; }

    /// <summary>Samples in the file that filters left out.</summary>
    public long Filtered { get; init; }

    /// <summary>Samples that the kernel or the agent counted as lost.</summary>
    public long Lost { get; init; }

    /// <summary>Times the kernel throttled an event.</summary>
    public long Throttled { get; init; }

    /// <summary>Chunks of the file that could not be read.</summary>
    public long DamagedChunks { get; init; }

    /// <summary>Samples whose stack does not reach a known outermost frame.</summary>
    public long IncompleteStacks { get; init; }

    /// <summary>Samples whose innermost frame has no name.</summary>
    public long UnresolvedSamples { get; init; }
}

/// <summary>An event of the recording.</summary>
/// <param name="Name">As recorded: <c>cpu-clock</c>, <c>probe:vfs_read</c>.</param>
/// <param name="Unit">What the weights of its stacks count: <c>samples</c>, <c>ns</c>, <c>events</c>. The page shows <c>ns</c> as times.</param>
/// <param name="Samples">Samples of it in this report.</param>
public sealed record ReportEvent(string Name, string Unit, long Samples);

/// <summary>Whose code a frame is: decides its colour.</summary>
public enum ReportFrameKind : byte
{
    /// <summary>A named function of user space.</summary>
    User = 0,

    /// <summary>A function of the kernel or of one of its modules.</summary>
    Kernel = 1,

    /// <summary>A function that the compiler put into its caller.</summary>
    Inlined = 2,

    /// <summary>Code without a name; the frame's name says its address and module.</summary>
    Unresolved = 3,

    /// <summary>Code made at run time, named by a perf-map.</summary>
    Jit = 4,

    /// <summary>No code: a process, thread or field value that stacks are grouped under.</summary>
    Group = 5,
}

/// <summary>Functions, as columns. One function (name and module) is one frame: addresses inside of it are summed up before.</summary>
public sealed record ReportFrames
{
    /// <summary>Demangled names.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Index into <see cref="ReportData.Modules"/>, or -1.</summary>
    public required IReadOnlyList<int> Modules { get; init; }

    /// <summary>Whose code it is.</summary>
    public required IReadOnlyList<ReportFrameKind> Kinds { get; init; }
}

/// <summary>The tree of stacks, outermost function first, as columns.</summary>
public sealed record ReportNodes
{
    /// <summary>The caller's node, less than the node's own index; -1 for outermost functions.</summary>
    public required IReadOnlyList<int> Parents { get; init; }

    /// <summary>Index into <see cref="ReportFrames"/>.</summary>
    public required IReadOnlyList<int> Frames { get; init; }

    /// <summary>For each event a column: the weight of samples that end in the node, in the event's unit. Zero or more.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> Self { get; init; }
}

/// <summary>Samples over time in bins of one width.</summary>
public sealed record ReportTimeline
{
    /// <summary>Left edge of the first bin, nanoseconds from the start of the recording.</summary>
    public long StartNanoseconds { get; init; }

    /// <summary>Width of a bin, nanoseconds.</summary>
    public required long BinNanoseconds { get; init; }

    /// <summary>For each event a column: samples in each bin. All have the same length.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> Counts { get; init; }
}

/// <summary>The distribution of one number that an event carries.</summary>
public sealed record ReportHistogram
{
    /// <summary>Index into <see cref="ReportData.Events"/>.</summary>
    public required int Event { get; init; }

    /// <summary>Name of the field.</summary>
    public required string Field { get; init; }

    /// <summary>Unit of the values; empty when they have none. <c>ns</c> is shown as times, <c>bytes</c> as sizes.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Lowest value of each bucket, ascending.</summary>
    public required IReadOnlyList<long> Low { get; init; }

    /// <summary>Highest value of each bucket, inclusive.</summary>
    public required IReadOnlyList<long> High { get; init; }

    /// <summary>Values in each bucket.</summary>
    public required IReadOnlyList<long> Counts { get; init; }

    /// <summary>Mean of all values.</summary>
    public double Mean { get; init; }

    /// <summary>Smallest value.</summary>
    public long Min { get; init; }

    /// <summary>Median.</summary>
    public long P50 { get; init; }

    /// <summary>90th percentile.</summary>
    public long P90 { get; init; }

    /// <summary>99th percentile.</summary>
    public long P99 { get; init; }

    /// <summary>Largest value.</summary>
    public long Max { get; init; }
}

/// <summary>A thread that was sampled.</summary>
/// <param name="Pid">Process.</param>
/// <param name="Tid">Thread.</param>
/// <param name="Process">Name of the process; empty when no record told it.</param>
/// <param name="Thread">Name of the thread.</param>
/// <param name="Samples">For each event, samples of it.</param>
public sealed record ReportThread(int Pid, int Tid, string Process, string Thread, IReadOnlyList<long> Samples);

/// <summary>A file, or other thing, that code is from.</summary>
public sealed record ReportModule
{
    /// <summary>Short name: <c>libc.so.6</c>, <c>[kernel]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Path on the recorded host; empty when it has none.</summary>
    public string Path { get; init; } = "";

    /// <summary>Build-id in hexadecimal; empty when it has none.</summary>
    public string BuildId { get; init; } = "";

    /// <summary>What the recording has of names and lines: <c>symbols, lines (hit)</c>; empty when nothing.</summary>
    public string Symbols { get; init; } = "";

    /// <summary><c>yes</c> when the recording has its unwind rules; empty when there are none or none are needed.</summary>
    public string Unwinding { get; init; } = "";

    /// <summary>Why symbols or unwind rules are missing, with the fix; empty when nothing is.</summary>
    public string Missing { get; init; } = "";

    /// <summary>Samples that went through it, all events together.</summary>
    public long Samples { get; init; }
}

/// <summary>One reason and how often.</summary>
/// <param name="Name">Short.</param>
/// <param name="Meaning">One sentence for somebody who meets it the first time.</param>
/// <param name="Count">Samples or frames, as <paramref name="Unit"/> says.</param>
/// <param name="Unit"><c>stacks</c>, <c>samples</c>, <c>frames</c>.</param>
/// <param name="IsGood">Shown as wanted (a complete stack), not as a defect.</param>
public sealed record ReportCount(string Name, string Meaning, long Count, string Unit, bool IsGood = false);

/// <summary>One loss.</summary>
/// <param name="Cause">What was lost and why, short.</param>
/// <param name="Cpu">Where, or -1 for nowhere in particular.</param>
/// <param name="FromNanoseconds">Begin of the time in which it happened, nanoseconds from the start of the recording.</param>
/// <param name="ToNanoseconds">End of it.</param>
/// <param name="Count">How many; 0 when nobody can say.</param>
/// <param name="Unit"><c>samples</c>, <c>records</c>, <c>bytes</c>.</param>
public sealed record ReportLoss(string Cause, int Cpu, long FromNanoseconds, long ToNanoseconds, long Count, string Unit);
