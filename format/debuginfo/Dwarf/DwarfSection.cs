namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The sections that DWARF consists of. In split files their names end in <c>.dwo</c>.</summary>
public enum DwarfSection
{
    /// <summary><c>.debug_info</c>: units and their entries.</summary>
    Info,

    /// <summary><c>.debug_abbrev</c>: the shapes of entries.</summary>
    Abbrev,

    /// <summary><c>.debug_line</c>: line tables.</summary>
    Line,

    /// <summary><c>.debug_str</c>: strings.</summary>
    Str,

    /// <summary><c>.debug_line_str</c>: strings of line tables (version 5).</summary>
    LineStr,

    /// <summary><c>.debug_str_offsets</c>: offsets of strings by number.</summary>
    StrOffsets,

    /// <summary><c>.debug_addr</c>: addresses by number.</summary>
    Addr,

    /// <summary><c>.debug_ranges</c>: address ranges before version 5.</summary>
    Ranges,

    /// <summary><c>.debug_rnglists</c>: address ranges of version 5.</summary>
    RngLists,

    /// <summary><c>.debug_loc</c>: locations before version 5.</summary>
    Loc,

    /// <summary><c>.debug_loclists</c>: locations of version 5.</summary>
    LocLists,

    /// <summary><c>.debug_types</c>: type units of version 4.</summary>
    Types,

    /// <summary><c>.debug_aranges</c>: which unit has which addresses.</summary>
    ARanges,

    /// <summary><c>.debug_names</c>: units by name (version 5).</summary>
    Names,

    /// <summary><c>.gdb_index</c>: names and addresses for gdb.</summary>
    GdbIndex,

    /// <summary><c>.debug_cu_index</c>: compilation units of a package.</summary>
    CuIndex,

    /// <summary><c>.debug_tu_index</c>: type units of a package.</summary>
    TuIndex,
}
