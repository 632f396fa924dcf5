using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Address ranges of an entry: <c>DW_AT_low_pc</c> and <c>DW_AT_high_pc</c>, or a list (DWARF 5 §2.17, §7.25; before 5, <c>.debug_ranges</c>).</summary>
internal static class RangeReader
{
    /// <summary>Most ranges of one entry: the largest real ones, of LTO's units, have tens of thousands.</summary>
    private const int MostRanges = 1 << 22;

    /// <summary>The range of low and high.</summary>
    /// <param name="unit">The unit of the entry.</param>
    /// <param name="low"><c>DW_AT_low_pc</c>.</param>
    /// <param name="high"><c>DW_AT_high_pc</c>: an address, or since version 4 a length.</param>
    /// <param name="start">First address.</param>
    /// <param name="end">Just past the last.</param>
    /// <returns>False when there is none, or the linker dropped the code.</returns>
    public static bool TryRange(DwarfUnit unit, in DwarfValue low, in DwarfValue high, out ulong start, out ulong end)
    {
        end = 0;
        if (!unit.TryAddress(low, out start) || IsTombstone(start, unit.Context.AddressSize))
            return false;
        switch (high.Kind)
        {
            case DwarfValueKind.Address or DwarfValueKind.AddressIndex:
                return unit.TryAddress(high, out end) && end > start;
            case DwarfValueKind.Constant or DwarfValueKind.SignedConstant:
                end = start + high.Value;
                return end > start;
            default:
                return false;
        }
    }

    /// <summary>Adds the ranges of a list.</summary>
    /// <returns>False when it is damaged; what was read is added.</returns>
    public static bool TryList(DwarfUnit unit, in DwarfValue value, List<AddressRange> ranges) => value.Kind switch
    {
        DwarfValueKind.None => true,
        DwarfValueKind.SectionOffset or DwarfValueKind.Constant when unit.Context.Version < 5 => TryOldList(unit, value.Value, ranges),
        DwarfValueKind.SectionOffset or DwarfValueKind.Constant => TryNewList(unit, unit.RangeListsPart + value.Value, ranges),
        DwarfValueKind.RangeListIndex => DwarfForm.TryIndexed(unit.Sections[DwarfSection.RngLists].Span, unit.RangeListsBase, value.Value, unit.Context.OffsetSize,
            unit.Sections.IsBigEndian, out var offset) && TryNewList(unit, unit.RangeListsBase + offset, ranges),
        _ => false,
    };

    /// <summary>-1, or -2 where -1 selects a base: what lld puts in place of the address of dropped code.</summary>
    private static bool IsTombstone(ulong address, int size) => address >= Most(size) - 1;

    private static ulong Most(int size) => size >= 8 ? ulong.MaxValue : (1UL << (size * 8)) - 1;

    private static ulong Base(DwarfUnit unit) => unit.TryAddress(unit.Linked.LowPc, out var low) ? low : 0;

    private static bool TryOldList(DwarfUnit unit, ulong offset, List<AddressRange> ranges)
    {
        var linked = unit.Linked;
        var c = linked.Sections.Cursor(DwarfSection.Ranges);
        if (unit.Skeleton is not null)
            offset += linked.OldRangesBase;
        if (offset > (ulong)c.Remaining)
            return false;
        c.TrySeek((int)offset);
        var size = unit.Context.AddressSize;
        ulong most = Most(size), from = Base(unit);
        for (var i = 0; i < MostRanges; i++)
        {
            if (!c.TryReadBytes(size, out var first) || !c.TryReadBytes(size, out var second))
                return false;
            ulong start = DwarfForm.ReadFixed(first, c.IsBigEndian), end = DwarfForm.ReadFixed(second, c.IsBigEndian);
            if (start == 0 && end == 0)
                return true;
            if (start == most)
                from = end;
            else if (start < most - 1 && from < most - 1)
                Add(ranges, from + start, from + end);
        }

        return false;
    }

    private static bool TryNewList(DwarfUnit unit, ulong offset, List<AddressRange> ranges)
    {
        var c = unit.Sections.Cursor(DwarfSection.RngLists);
        if (offset > (ulong)c.Remaining)
            return false;
        c.TrySeek((int)offset);
        var size = unit.Context.AddressSize;
        var from = Base(unit);
        for (var i = 0; i < MostRanges; i++)
        {
            if (!c.TryReadByte(out var kind))
                return false;
            ulong start, end;
            switch (kind)
            {
                case DW_RLE.end_of_list:
                    return true;
                case DW_RLE.base_addressx:
                    if (!TryIndexed(unit, ref c, out from))
                        return false;
                    continue;
                case DW_RLE.base_address:
                    if (!TryAddress(ref c, size, out from))
                        return false;
                    continue;
                case DW_RLE.offset_pair:
                    if (!c.TryReadUleb128(out start) || !c.TryReadUleb128(out end))
                        return false;
                    if (IsTombstone(from, size))
                        continue;
                    start += from;
                    end += from;
                    break;
                case DW_RLE.startx_endx:
                    if (!TryIndexed(unit, ref c, out start) || !TryIndexed(unit, ref c, out end))
                        return false;
                    break;
                case DW_RLE.startx_length:
                    if (!TryIndexed(unit, ref c, out start) || !c.TryReadUleb128(out end))
                        return false;
                    end += start;
                    break;
                case DW_RLE.start_end:
                    if (!TryAddress(ref c, size, out start) || !TryAddress(ref c, size, out end))
                        return false;
                    break;
                case DW_RLE.start_length:
                    if (!TryAddress(ref c, size, out start) || !c.TryReadUleb128(out end))
                        return false;
                    end += start;
                    break;
                default:
                    return false;
            }

            if (!IsTombstone(start, size))
                Add(ranges, start, end);
        }

        return false;
    }

    private static bool TryIndexed(DwarfUnit unit, ref SpanCursor c, out ulong address)
    {
        address = 0;
        return c.TryReadUleb128(out var index) && unit.TryAddress(new DwarfValue(DwarfValueKind.AddressIndex, index), out address);
    }

    private static bool TryAddress(ref SpanCursor c, int size, out ulong address)
    {
        address = 0;
        if (!c.TryReadBytes(size, out var bytes))
            return false;
        address = DwarfForm.ReadFixed(bytes, c.IsBigEndian);
        return true;
    }

    private static void Add(List<AddressRange> ranges, ulong start, ulong end)
    {
        if (end > start)
            ranges.Add(new AddressRange(start, end));
    }
}
