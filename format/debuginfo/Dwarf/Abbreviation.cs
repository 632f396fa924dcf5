namespace TraceKit.DebugInfo.Dwarf;

/// <summary>One shape of entries (DWARF 5 §7.5.3), compiled for one unit's sizes of addresses and offsets.</summary>
internal struct Abbreviation
{
    /// <summary>The number that entries name it by.</summary>
    public ulong Code;

    /// <summary>A <see cref="DW_TAG"/>.</summary>
    public ushort Tag;

    /// <summary>Whether entries own the entries after them, up to a zero.</summary>
    public bool HasChildren;

    /// <summary>What the walk over all entries does at it.</summary>
    public EntryRole Role;

    /// <summary>Bytes of all attributes where they are the same in every entry; else -1.</summary>
    public int FixedSize;

    /// <summary>Steps of the walk: where functions are, and the sibling of what is passed over.</summary>
    public int WalkStart, WalkEnd;

    /// <summary>Steps that read names, origins and calls; none for entries that have no name of interest.</summary>
    public int FactsStart, FactsEnd;
}

/// <summary>What the walk over all entries does at an entry.</summary>
internal enum EntryRole : byte
{
    /// <summary>Steps over it and into its children.</summary>
    Pass,

    /// <summary>Steps over it and its children, by <c>DW_AT_sibling</c>: they cannot have code.</summary>
    Prune,

    /// <summary><c>DW_TAG_subprogram</c>: reads its addresses.</summary>
    Function,

    /// <summary><c>DW_TAG_inlined_subroutine</c>: reads its addresses.</summary>
    Inlined,
}
