namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Where a unit's parts of a package's sections begin (DWARF 5 §7.3.5.3); all 0 outside of packages.</summary>
internal readonly struct PackageParts
{
    /// <summary>Of <c>.debug_info.dwo</c>.</summary>
    public ulong Info { get; init; }

    /// <summary>Of <c>.debug_abbrev.dwo</c>.</summary>
    public ulong Abbreviations { get; init; }

    /// <summary>Of <c>.debug_str_offsets.dwo</c>.</summary>
    public ulong StringOffsets { get; init; }

    /// <summary>Of <c>.debug_rnglists.dwo</c>.</summary>
    public ulong RangeLists { get; init; }

    /// <summary>Of <c>.debug_loclists.dwo</c>, before version 5 of <c>.debug_loc.dwo</c>.</summary>
    public ulong LocLists { get; init; }
}
