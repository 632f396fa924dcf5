namespace TraceKit.DebugInfo.Unwind;

/// <summary>What one unwinding gave.</summary>
/// <param name="count">Frames written.</param>
/// <param name="stop">Why it ended.</param>
/// <param name="neededBytes">See <see cref="NeededBytes"/>.</param>
/// <param name="framePointerSteps">See <see cref="FramePointerSteps"/>.</param>
/// <param name="codeSteps">See <see cref="CodeSteps"/>.</param>
/// <param name="stackPointer">See <see cref="StackPointer"/>.</param>
public readonly struct UnwindResult(int count, UnwindStop stop, ulong neededBytes, int framePointerSteps, int codeSteps = 0, ulong stackPointer = 0)
{
    /// <summary>Frames written; at least 1 when there was room: the sampled instruction itself.</summary>
    public int Count { get; } = count;

    /// <summary>Why it ended.</summary>
    public UnwindStop Stop { get; } = stop;

    /// <summary>With <see cref="UnwindStop.DumpTruncated"/>: bytes a dump from the same start would have needed for one more frame; else 0.</summary>
    public ulong NeededBytes { get; } = neededBytes;

    /// <summary>The stack pointer of the outermost frame that was found: with <see cref="UnwindStop.ReachedRoot"/>, nothing above it was needed. 0 when nothing was unwound.</summary>
    public ulong StackPointer { get; } = stackPointer;

    /// <summary>Steps over code without CFI, by what its instructions do (<see cref="ICodeSource"/>).</summary>
    public int CodeSteps { get; } = codeSteps;

    /// <summary>Steps that went by the frame pointer for want of CFI: right by convention, not by proof.</summary>
    public int FramePointerSteps { get; } = framePointerSteps;
}
