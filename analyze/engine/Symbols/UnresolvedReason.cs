namespace TraceKit.Engine.Symbols;

/// <summary>Why an address has no name.</summary>
public enum UnresolvedReason : byte
{
    /// <summary>It has one.</summary>
    None = 0,

    /// <summary>Nothing was known to be mapped there at that time.</summary>
    NoMapping,

    /// <summary>Its file was mapped, but the recording has no snapshot of it; the module says why.</summary>
    NoModuleSnapshot,

    /// <summary>The snapshot is there and has no symbol table at all (stripped, without .dynsym).</summary>
    NoSymbolTable,

    /// <summary>The snapshot has symbols, none covers the address.</summary>
    NoSymbol,

    /// <summary>The snapshot is damaged; the module says how.</summary>
    DamagedSnapshot,

    /// <summary>The kernel hid its addresses (kptr_restrict) or the recording has no kallsyms.</summary>
    HiddenKernelSymbols,

    /// <summary>Code made at run time, and its process left no perf-map.</summary>
    JitWithoutMap,

    /// <summary>Code made at run time; the perf-map does not cover the address.</summary>
    NotInPerfMap,

    /// <summary>Not code: a stack, a heap, or data; the frame above it is most likely wrong too.</summary>
    NotCode,

    /// <summary>An address of a hypervisor's guest.</summary>
    Guest,
}
