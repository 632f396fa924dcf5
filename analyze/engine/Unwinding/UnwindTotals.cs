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

    /// <summary>Frames found by what the instructions of code without unwind information do.</summary>
    public long CodeSteps { get; internal set; }

    /// <summary>Bytes of stack that were asked for with each sample; of several events, the most.</summary>
    public int DumpSize { get; internal set; }

    /// <summary>
    /// Bytes, a multiple of 8, that would have sufficed for all truncated stacks: from each to where the complete stacks of the same thread end. Where a thread has none, only what one more frame
    /// would have needed is known (<see cref="SufficientIsLeast"/>). 0 when none was truncated. May be more than <see cref="LargestDumpSize"/>.
    /// </summary>
    public ulong SufficientDumpSize { get; internal set; }

    /// <summary>At least <see cref="SufficientDumpSize"/> would have been needed; it may not have been enough.</summary>
    public bool SufficientIsLeast { get; internal set; }

    /// <summary>The most that the kernel copies: a u16, in steps of 8 (<c>sample_stack_user</c>, perf_event.h).</summary>
    public const int LargestDumpSize = 65528;

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
