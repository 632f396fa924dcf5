namespace TraceKit.DebugInfo.Unwind;

/// <summary>Why unwinding of one stack ended.</summary>
public enum UnwindStop : byte
{
    /// <summary>The outermost frame: its CFI says that there is no return address (<c>_start</c>, thread start), or it is the entry point or another known start.</summary>
    ReachedRoot = 0,

    /// <summary>The next value needed lies above the dumped bytes: a larger dump would have gone further (<see cref="UnwindResult.NeededBytes"/>).</summary>
    DumpTruncated = 1,

    /// <summary>
    /// The word where the return address should stand is no address in an executable mapping: 0, something else, or (which is not to be told apart in a
    /// dump of pointers only) something that was not kept. It is not reported as a frame.
    /// </summary>
    NoMapping = 2,

    /// <summary>No CFI covers the address and the frame pointer was not plausible.</summary>
    NoUnwindInfo = 3,

    /// <summary>The CFI that covers the address is damaged, or says something that cannot be followed.</summary>
    BadCfi = 4,

    /// <summary>A DWARF expression of the CFI failed: unknown operation, too many steps, an unreadable or unknown operand.</summary>
    ExpressionFailed = 5,

    /// <summary>The caller's frame would not be above this one: a loop or damaged data.</summary>
    NoProgress = 6,

    /// <summary>As many frames as the caller has room for.</summary>
    FrameLimit = 7,

    /// <summary>
    /// The next value needed is on no dumped stack at all: far away (another stack), or below the stack pointer (OpenSSL's assembly keeps its
    /// caller's stack pointer there, and a dump begins at the stack pointer). The analyzer counts here too what lies above a dump that the kernel
    /// had to cut shorter than it was asked for: a larger one would not go further.
    /// </summary>
    NotReadable = 8,

    /// <summary>The rule needs a register whose value is not known in this frame.</summary>
    UnknownRegister = 9,
}
