namespace TraceKit.DebugInfo.Code;

/// <summary>What the kernel does for each hit of a uprobe, by the instruction it stands on.</summary>
public enum UprobeCost
{
    /// <summary>The instruction is not known.</summary>
    Unknown,

    /// <summary>A nop of five bytes: from Linux 6.18 on it becomes a call, without any trap.</summary>
    Call,

    /// <summary>A trap, and the kernel does by itself what the instruction does: nop, push, direct jumps and calls.</summary>
    Emulated,

    /// <summary>Two traps: the instruction runs elsewhere under single-step. Ten to twenty times dearer.</summary>
    SingleStepped,
}
