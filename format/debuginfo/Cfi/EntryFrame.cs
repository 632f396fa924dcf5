namespace TraceKit.DebugInfo.Cfi;

/// <summary>What the unwind tables say of the stack where a function is entered.</summary>
public enum EntryFrame
{
    /// <summary>No FDE begins there.</summary>
    Unknown,

    /// <summary>As the ABI has it after a call: x86-64's return address on top of the stack, AArch64's in its register.</summary>
    Called,

    /// <summary>The return address is elsewhere: a part of a function, or code with a convention of its own.</summary>
    Other,

    /// <summary>There is no caller: a program's or thread's first function.</summary>
    Outermost,

    /// <summary>The code that a signal handler returns to.</summary>
    Signal,
}
