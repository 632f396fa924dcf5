using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>One entry of a list of locations: where, and by which expression.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">Just past the last.</param>
/// <param name="Expression">Empty where the value is nowhere.</param>
/// <param name="IsDefault">Holds where no other entry does.</param>
internal readonly record struct LocationEntry(ulong Start, ulong End, ReadOnlyMemory<byte> Expression, bool IsDefault = false);

/// <summary>Reads lists of locations: <c>.debug_loclists</c> (DWARF 5 §7.29), before version 5 <c>.debug_loc</c> (DWARF 4 §2.6.2), and GNU's form of it in split files.</summary>
internal static class LocationList
{
    /// <summary>Entries of one list; the longest real ones have some thousands.</summary>
    private const int MostEntries = 1 << 18;

    /// <summary>Reads a list.</summary>
    /// <param name="unit">The unit of the entry that names it.</param>
    /// <param name="value"><c>DW_AT_location</c> or <c>DW_AT_frame_base</c>.</param>
    /// <param name="listsBase"><c>DW_AT_loclists_base</c>; null without one.</param>
    /// <param name="entries">What could be read.</param>
    /// <returns>False when it is damaged.</returns>
    public static bool TryRead(DwarfUnit unit, in DwarfValue value, ulong? listsBase, List<LocationEntry> entries)
    {
        if (unit.Context.Version < 5)
        {
            if (value.Kind is not (DwarfValueKind.SectionOffset or DwarfValueKind.Constant))
                return false;
            return unit.Skeleton is not null ? TryGnu(unit, unit.LocListsPart + value.Value, entries) : TryOld(unit, value.Value, entries);
        }

        switch (value.Kind)
        {
            case DwarfValueKind.SectionOffset or DwarfValueKind.Constant:
                return TryNew(unit, unit.LocListsPart + value.Value, entries);
            case DwarfValueKind.LocationListIndex:
                // Without a base the table of offsets stands behind the header of the unit's part (DWARF 5 §7.3.2.2, §7.29).
                var start = unit.LocListsPart + (listsBase ?? (unit.Context.Is64BitDwarf ? 20u : 12u));
                return DwarfForm.TryIndexed(unit.Sections[DwarfSection.LocLists].Span, start, value.Value, unit.Context.OffsetSize, unit.Sections.IsBigEndian, out var offset) &&
                    TryNew(unit, start + offset, entries);
            default:
                return false;
        }
    }

    private static ulong Base(DwarfUnit unit) => unit.TryAddress(unit.Linked.LowPc, out var low) ? low : 0;

    private static bool TryOld(DwarfUnit unit, ulong offset, List<LocationEntry> entries)
    {
        var section = unit.Sections[DwarfSection.Loc];
        var c = unit.Sections.Cursor(DwarfSection.Loc);
        if (offset > (ulong)c.Remaining)
            return false;
        c.TrySeek((int)offset);
        var size = unit.Context.AddressSize;
        ulong most = size >= 8 ? ulong.MaxValue : (1UL << size * 8) - 1, from = Base(unit);
        while (entries.Count < MostEntries)
        {
            if (!TryFixed(ref c, size, out var start) || !TryFixed(ref c, size, out var end))
                return false;
            if (start == 0 && end == 0)
                return true;
            if (start == most)
            {
                from = end;
                continue;
            }

            if (!c.TryReadUInt16(out var length) || !TryExpression(ref c, section, length, out var expression))
                return false;
            Add(entries, from + start, from + end, expression);
        }

        return false;
    }

    // GNU's split form of version 4: kinds 0 to 4; addresses by number, lengths and offsets in four bytes.
    private static bool TryGnu(DwarfUnit unit, ulong offset, List<LocationEntry> entries)
    {
        var section = unit.Sections[DwarfSection.Loc];
        var c = unit.Sections.Cursor(DwarfSection.Loc);
        if (offset > (ulong)c.Remaining)
            return false;
        c.TrySeek((int)offset);
        var from = Base(unit);
        while (entries.Count < MostEntries)
        {
            if (!c.TryReadByte(out var kind))
                return false;
            ulong start, end;
            switch (kind)
            {
                case 0:
                    return true;
                case 1:
                    if (!TryIndexed(unit, ref c, out from))
                        return false;
                    continue;
                case 2:
                    if (!TryIndexed(unit, ref c, out start) || !TryIndexed(unit, ref c, out end))
                        return false;
                    break;
                case 3:
                    if (!TryIndexed(unit, ref c, out start) || !c.TryReadUInt32(out var bytes))
                        return false;
                    end = start + bytes;
                    break;
                case 4:
                    if (!c.TryReadUInt32(out var first) || !c.TryReadUInt32(out var last))
                        return false;
                    (start, end) = (from + first, from + last);
                    break;
                default:
                    return false;
            }

            if (!c.TryReadUInt16(out var length) || !TryExpression(ref c, section, length, out var expression))
                return false;
            Add(entries, start, end, expression);
        }

        return false;
    }

    private static bool TryNew(DwarfUnit unit, ulong offset, List<LocationEntry> entries)
    {
        var section = unit.Sections[DwarfSection.LocLists];
        var c = unit.Sections.Cursor(DwarfSection.LocLists);
        if (offset > (ulong)c.Remaining)
            return false;
        c.TrySeek((int)offset);
        var size = unit.Context.AddressSize;
        var from = Base(unit);
        for (var i = 0; i < MostEntries; i++)
        {
            if (!c.TryReadByte(out var kind))
                return false;
            ulong start = 0, end = 0;
            var isDefault = false;
            switch (kind)
            {
                case DW_LLE.end_of_list:
                    return true;
                case DW_LLE.base_addressx:
                    if (!TryIndexed(unit, ref c, out from))
                        return false;
                    continue;
                case DW_LLE.base_address:
                    if (!TryFixed(ref c, size, out from))
                        return false;
                    continue;
                case DW_LLE.GNU_view_pair:
                    if (!c.TryReadUleb128(out _) || !c.TryReadUleb128(out _))
                        return false;
                    continue;
                case DW_LLE.startx_endx:
                    if (!TryIndexed(unit, ref c, out start) || !TryIndexed(unit, ref c, out end))
                        return false;
                    break;
                case DW_LLE.startx_length:
                    if (!TryIndexed(unit, ref c, out start) || !c.TryReadUleb128(out end))
                        return false;
                    end += start;
                    break;
                case DW_LLE.offset_pair:
                    if (!c.TryReadUleb128(out start) || !c.TryReadUleb128(out end))
                        return false;
                    (start, end) = (from + start, from + end);
                    break;
                case DW_LLE.default_location:
                    isDefault = true;
                    break;
                case DW_LLE.start_end:
                    if (!TryFixed(ref c, size, out start) || !TryFixed(ref c, size, out end))
                        return false;
                    break;
                case DW_LLE.start_length:
                    if (!TryFixed(ref c, size, out start) || !c.TryReadUleb128(out end))
                        return false;
                    end += start;
                    break;
                default:
                    return false;
            }

            if (!c.TryReadUleb128(out var length) || !TryExpression(ref c, section, length, out var expression))
                return false;
            if (isDefault)
                entries.Add(new LocationEntry(0, 0, expression, IsDefault: true));
            else
                Add(entries, start, end, expression);
        }

        return false;
    }

    private static bool TryExpression(ref SpanCursor c, ReadOnlyMemory<byte> section, ulong length, out ReadOnlyMemory<byte> expression)
    {
        expression = default;
        if (length > (ulong)c.Remaining)
            return false;
        expression = section.Slice(c.Position, (int)length);
        return c.TrySeek(c.Position + (int)length);
    }

    private static bool TryIndexed(DwarfUnit unit, ref SpanCursor c, out ulong address)
    {
        address = 0;
        return c.TryReadUleb128(out var index) && unit.TryAddress(new DwarfValue(DwarfValueKind.AddressIndex, index), out address);
    }

    private static bool TryFixed(ref SpanCursor c, int size, out ulong value)
    {
        value = 0;
        if (!c.TryReadBytes(size, out var bytes))
            return false;
        value = DwarfForm.ReadFixed(bytes, c.IsBigEndian);
        return true;
    }

    private static void Add(List<LocationEntry> entries, ulong start, ulong end, ReadOnlyMemory<byte> expression)
    {
        // An entry without addresses says nothing; gcc writes such ones where only views differ.
        if (end > start)
            entries.Add(new LocationEntry(start, end, expression));
    }
}
