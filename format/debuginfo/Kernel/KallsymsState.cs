namespace TraceKit.DebugInfo.Kernel;

/// <summary>What <c>/proc/kallsyms</c> gave.</summary>
public enum KallsymsState : byte
{
    /// <summary>Functions with their addresses.</summary>
    Present = 0,

    /// <summary>Names whose addresses are all zero: <c>kernel.kptr_restrict</c> hides them from this reader.</summary>
    Hidden = 1,

    /// <summary>No function at all: the file was empty, or the kernel is built without it.</summary>
    Empty = 2,
}
