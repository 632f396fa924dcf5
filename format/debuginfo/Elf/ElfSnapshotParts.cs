namespace TraceKit.DebugInfo.Elf;

/// <summary>What a snapshot of an ELF file should allow.</summary>
[Flags]
public enum ElfSnapshotParts
{
    /// <summary>Headers and build-id only.</summary>
    None = 0,

    /// <summary>Function names: symbol tables with their versions, PLT names, <c>.gnu_debugdata</c>, debuglinks, Go's function table.</summary>
    Symbols = 1,

    /// <summary>Stack unwinding: <c>.eh_frame</c>, <c>.debug_frame</c>, Go's function table.</summary>
    Unwind = 2,

    /// <summary>Statically defined probes: <c>.note.stapsdt</c>, <c>.stapsdt.base</c>.</summary>
    Probes = 4,

    /// <summary>Source lines and inlined functions: every <c>.debug_*</c> section but those that repeat others (<c>.debug_pubnames</c>, <c>.debug_gnu_pubtypes</c> …).</summary>
    Lines = 8,

    /// <summary>The machine code itself, up to <see cref="ElfSnapshotPlan.MaximumCodeBytes"/>.</summary>
    Code = 16,

    /// <summary>As <see cref="Code"/>, but only of a file without any unwinding table: there only the code tells where a caller's frame is.</summary>
    CodeWithoutTables = 32,

    /// <summary>Inlined calls of Go programs: the trees beside Go's line table, which has the lines already.</summary>
    GoInlines = 64,
}
