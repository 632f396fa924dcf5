using TraceKit.DebugInfo.Unwind;

namespace TraceKit.Engine.Unwinding;

/// <summary>How unwinding from stack dumps ended, over all samples of an analysis.</summary>
public sealed class UnwindTotals
{
    private readonly long[] _stops = new long[StopCount];

    internal const int StopCount = 16;

    /// <summary>Samples whose dump was unwound.</summary>
    public long Samples { get; internal set; }

    /// <summary>User frames found, the sampled instructions included.</summary>
    public long Frames { get; internal set; }

    /// <summary>Frames found by the frame pointer for want of CFI: right by convention, not by proof.</summary>
    public long FramePointerSteps { get; internal set; }

    /// <summary>Samples that reached the outermost frame.</summary>
    public long ReachedRoot => Of(UnwindStop.ReachedRoot);

    /// <summary>Samples that should have had a dump and have none (a thread in exit, no registers).</summary>
    public long WithoutDump { get; internal set; }

    /// <summary>Samples of an architecture or mode (32-bit) that is not unwound here.</summary>
    public long UnsupportedAbi { get; internal set; }

    /// <summary>The dump size in bytes that would have carried 99 % of the truncated samples at least one frame further; 0 when none was truncated.</summary>
    public ulong SufficientDumpSize { get; internal set; }

    /// <summary>Samples that ended so.</summary>
    public long Of(UnwindStop stop) => (int)stop < StopCount ? _stops[(int)stop] : 0;

    /// <summary>Where stacks ended before their root: module of the last frame that was found, most first, then by module number.</summary>
    public IReadOnlyList<UnwindStopCount> ByModule { get; internal set; } = [];

    internal void Add(UnwindStop stop, long count) => _stops[Math.Min((int)stop, StopCount - 1)] += count;
}

/// <summary>How many samples ended at one module for one reason.</summary>
/// <param name="Stop">Why.</param>
/// <param name="Module">Index in <c>TraceModel.Modules</c> of the innermost frame not unwound further; -1 when nothing was mapped.</param>
/// <param name="Samples">How many.</param>
public readonly record struct UnwindStopCount(UnwindStop Stop, int Module, long Samples);
