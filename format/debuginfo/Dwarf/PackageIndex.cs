namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Finds the parts of a unit in a package by <c>.debug_cu_index</c> (DWARF 5 §7.3.5.3; version 2 is GNU's).</summary>
internal sealed class PackageIndex
{
    private readonly int _hashes, _rows, _columns, _offsets;
    private readonly uint _slots, _units, _sectionCount;
    private readonly uint _version;

    /// <summary>Opens the index of a package; one that is damaged finds nothing.</summary>
    public PackageIndex(DwarfSections sections)
    {
        Sections = sections;
        // Version (2: 32 bits; 5: 16 bits and padding), number of columns, of units, of hash slots; slots of 64-bit hashes; their row numbers; the columns' sections; offsets; sizes.
        var c = sections.Cursor(DwarfSection.CuIndex);
        if (!c.TryReadUInt32(out var version))
            return;
        if (version != 2)
            version = sections.IsBigEndian ? version >> 16 : version & 0xffff;
        if (version is not (2 or 5) || !c.TryReadUInt32(out _sectionCount) || !c.TryReadUInt32(out _units) || !c.TryReadUInt32(out var slots))
            return;
        var needed = 12UL * slots + 4UL * _sectionCount + 8UL * _units * _sectionCount;
        if (_sectionCount > 64 || needed > (ulong)c.Remaining || (slots & (slots - 1)) != 0)
            return;
        _version = version;
        _hashes = c.Position;
        _rows = _hashes + (int)(8 * slots);
        _columns = _rows + (int)(4 * slots);
        _offsets = _columns + (int)(4 * _sectionCount);
        _slots = slots;
    }

    /// <summary>The package.</summary>
    public DwarfSections Sections { get; }

    /// <summary>The parts of the unit with that identity.</summary>
    public bool TryFind(ulong identity, out PackageParts parts)
    {
        parts = default;
        if (_slots == 0)
            return false;
        var data = Sections[DwarfSection.CuIndex].Span;
        var big = Sections.IsBigEndian;
        ulong mask = _slots - 1, slot = identity & mask, step = (identity >> 32 & mask) | 1;
        for (var i = 0u; i < _slots; i++, slot = (slot + step) & mask)
        {
            DwarfForm.TryIndexed(data, (ulong)_rows, slot, 4, big, out var row);
            if (row == 0)
                return false;
            if (row > _units || !DwarfForm.TryIndexed(data, (ulong)_hashes, slot, 8, big, out var hash) || hash != identity)
                continue;
            ulong info = 0, abbreviations = 0, strings = 0, ranges = 0, locations = 0;
            for (var column = 0u; column < _sectionCount; column++)
            {
                DwarfForm.TryIndexed(data, (ulong)_columns, column, 4, big, out var section);
                DwarfForm.TryIndexed(data, (ulong)_offsets, (row - 1) * _sectionCount + column, 4, big, out var offset);
                switch ((uint)section)
                {
                    case DW_SECT.INFO: info = offset; break;
                    case DW_SECT.ABBREV: abbreviations = offset; break;
                    case DW_SECT.STR_OFFSETS: strings = offset; break;
                    case DW_SECT.RNGLISTS when _version == 5: ranges = offset; break;
                    case DW_SECT.LOCLISTS: locations = offset; break; // number 5 in both versions
                }
            }

            parts = new PackageParts { Info = info, Abbreviations = abbreviations, StringOffsets = strings, RangeLists = ranges, LocLists = locations };
            return true;
        }

        return false;
    }
}
