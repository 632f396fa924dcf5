using TraceKit.Binary;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>x86-64 stack unwinder. One per worker thread: it owns a cache.</summary>
public sealed partial class X64Unwinder
{
    /// <summary>Unwinds one stack.</summary>
    /// <param name="space">Which mappings <paramref name="map"/> describes.</param>
    /// <param name="registers">User registers at the sample; rip and rsp must be known.</param>
    /// <param name="stack">The dumped stack.</param>
    /// <param name="map">The process's executable mappings.</param>
    /// <param name="frames">Filled innermost first.</param>
    public UnwindResult Unwind(AddressSpaceId space, in X64Registers registers, StackMemory stack, IModuleMap map, Span<Avma> frames)
    {
        if (frames.IsEmpty)
            return new UnwindResult(0, UnwindStop.FrameLimit, 0, 0);
        frames[0] = registers.InstructionPointer;
        return new UnwindResult(1, UnwindStop.NoUnwindInfo, 0, 0);
    }
}
