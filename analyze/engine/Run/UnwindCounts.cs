using System.Runtime.InteropServices;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Model;

namespace TraceKit.Engine.Run;

/// <summary>One worker's sums of how unwinding ended.</summary>
internal sealed class UnwindCounts
{
    public long Samples { get; private set; }

    public long Frames { get; private set; }

    public long FramePointerSteps { get; private set; }

    public long WithoutDump { get; set; }

    public long UnsupportedAbi { get; set; }

    public long ReachedRoot { get; private set; }

    /// <summary>Where stacks ended early: why, in which version of which space, at which address.</summary>
    public Dictionary<(UnwindStop Stop, int Version, ulong Address), long> Ends { get; } = [];

    /// <summary>Frames found by what code without unwind information does.</summary>
    public long CodeSteps { get; private set; }

    /// <summary>Size of the largest dump that was asked for.</summary>
    public int DumpSize { get; private set; }

    /// <summary>By address space and thread: the stack pointer of the outermost frame, the highest seen. What a truncated stack of the thread would have needed is up to there.</summary>
    public Dictionary<(AddressSpace Space, uint Tid), ulong> Roots { get; } = [];

    /// <summary>By address space and thread, of truncated stacks: the lowest stack pointer, and the most bytes that one more frame would have needed.</summary>
    public Dictionary<(AddressSpace Space, uint Tid), (ulong StackPointer, ulong NeededBytes)> Truncated { get; } = [];

    public void Add(UnwindResult result, UnwindStop stop, int version, ulong lastAddress, (AddressSpace Space, uint Tid) thread, ulong stackPointer, int dumpSize)
    {
        Samples++;
        Frames += result.Count;
        FramePointerSteps += result.FramePointerSteps;
        CodeSteps += result.CodeSteps;
        DumpSize = Math.Max(DumpSize, dumpSize);
        if (stop == UnwindStop.ReachedRoot)
        {
            ReachedRoot++;
            ref var root = ref CollectionsMarshal.GetValueRefOrAddDefault(Roots, thread, out _);
            root = Math.Max(root, result.StackPointer);
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(Ends, (stop, version, lastAddress), out _)++;
        if (stop != UnwindStop.DumpTruncated)
            return;
        ref var truncated = ref CollectionsMarshal.GetValueRefOrAddDefault(Truncated, thread, out var known);
        truncated = (known ? Math.Min(truncated.StackPointer, stackPointer) : stackPointer, Math.Max(truncated.NeededBytes, result.NeededBytes));
    }
}
