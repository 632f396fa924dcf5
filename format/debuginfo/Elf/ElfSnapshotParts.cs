namespace TraceKit.DebugInfo.Elf;

/// <summary>What a snapshot of an ELF file should allow.</summary>
[Flags]
public enum ElfSnapshotParts
{
    /// <summary>Headers and build-id only.</summary>
    None = 0,

    /// <summary>Function names: symbol tables, PLT names, <c>.gnu_debugdata</c>, debuglink.</summary>
    Symbols = 1,

    /// <summary>Stack unwinding: <c>.eh_frame</c>, <c>.debug_frame</c>.</summary>
    Unwind = 2,

    /// <summary>Statically defined probes: <c>.note.stapsdt</c>, <c>.stapsdt.base</c>.</summary>
    Probes = 4,

    /// <summary>Source lines and inlined functions: every <c>.debug_*</c> section except <c>.debug_frame</c>.</summary>
    Lines = 8,
}
