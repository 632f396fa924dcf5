using System.Runtime.InteropServices;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.Engine.Run;

/// <summary>One worker's sums of how unwinding ended.</summary>
internal sealed class UnwindCounts
{
    private const ulong Step = 64;

    public long Samples { get; private set; }

    public long Frames { get; private set; }

    public long FramePointerSteps { get; private set; }

    public long WithoutDump { get; set; }

    public long UnsupportedAbi { get; set; }

    public long ReachedRoot { get; private set; }

    /// <summary>Where stacks ended early: why, in which version of which space, at which address.</summary>
    public Dictionary<(UnwindStop Stop, int Version, ulong Address), long> Ends { get; } = [];

    /// <summary>Dump sizes that truncated stacks would have needed, rounded up.</summary>
    public Dictionary<ulong, long> NeededBytes { get; } = [];

    public void Add(UnwindResult result, int version, ulong lastAddress)
    {
        Samples++;
        Frames += result.Count;
        FramePointerSteps += result.FramePointerSteps;
        if (result.Stop == UnwindStop.ReachedRoot)
        {
            ReachedRoot++;
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(Ends, (result.Stop, version, lastAddress), out _)++;
        if (result.Stop == UnwindStop.DumpTruncated)
            CollectionsMarshal.GetValueRefOrAddDefault(NeededBytes, (result.NeededBytes + Step - 1) / Step * Step, out _)++;
    }
}
