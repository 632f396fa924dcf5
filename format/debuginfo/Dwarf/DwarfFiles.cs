using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The files beside the one that is opened. All may be left out; what is missing then is told by <see cref="DwarfInfo.MissingFiles"/>.</summary>
public readonly struct DwarfFiles
{
    /// <summary>The file that <c>.gnu_debugaltlink</c> names: what dwz found in several debug files.</summary>
    public ElfImage? Alternate { get; init; }

    /// <summary>
    /// Finds a <c>.dwo</c> file: by its name as the unit says it (<c>DW_AT_dwo_name</c>), the directory a relative one is relative to
    /// (<c>DW_AT_comp_dir</c>) and the identity it must have. Null when there is none. Called from one thread at a time.
    /// </summary>
    public Func<string, string, ulong, ElfImage?>? SplitUnit { get; init; }

    /// <summary>The package (<c>.dwp</c>) that may hold the split units; asked before <see cref="SplitUnit"/>.</summary>
    public ElfImage? Package { get; init; }
}
