using System.Runtime.InteropServices;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>
/// What <c>.debug_aranges</c> (DWARF 5 §6.1.2) and <c>.gdb_index</c> (gdb's manual, "Index Section Format") say of which unit has which addresses.
/// <c>.debug_names</c> has no addresses.
/// </summary>
/// <remarks>Both may be missing, incomplete or of another build: they only say where to look first.</remarks>
internal static class AddressHints
{
    /// <summary>Reads both; whatever is damaged in them is passed over.</summary>
    public static AddressMap Read(DwarfSections sections, UnitList units)
    {
        var map = new AddressMap();
        var numbers = new Dictionary<int, int>();
        for (var i = 0; i < units.Units.Length; i++)
            numbers.TryAdd(units.Units[i].Offset, i);
        ReadAddressRanges(sections, (offset, from, to) =>
        {
            if (numbers.TryGetValue(offset, out var unit))
                map.Add(from, to, unit);
        });
        ReadGdbIndex(sections, numbers, map);
        map.Finish();
        return map;
    }

    /// <summary>Where the units begin that <c>.debug_aranges</c> says have some of these addresses.</summary>
    /// <param name="sections">The file.</param>
    /// <param name="addresses">Ascending.</param>
    public static HashSet<int> UnitsOf(DwarfSections sections, List<ulong> addresses)
    {
        var units = new HashSet<int>();
        ReadAddressRanges(sections, (offset, from, to) =>
        {
            var first = FunctionWalker.LowerBound(CollectionsMarshal.AsSpan(addresses), from);
            if (first < addresses.Count && addresses[first] < to)
                units.Add(offset);
        });
        return units;
    }

    private static void ReadAddressRanges(DwarfSections sections, Action<int, ulong, ulong> range)
    {
        var c = sections.Cursor(DwarfSection.ARanges);
        while (c.Remaining > 0)
        {
            var start = c.Position;
            if (!c.TryReadUInt32(out var length32))
                return;
            ulong length = length32;
            var is64 = length32 == uint.MaxValue;
            if (is64 && !c.TryReadUInt64(out length) || length > (ulong)c.Remaining)
                return;
            var end = c.Position + (int)length;
            ulong offset = 0;
            uint offset32 = 0;
            if (c.TryReadUInt16(out var version) && version == 2 && (is64 ? c.TryReadUInt64(out offset) : c.TryReadUInt32(out offset32)) &&
                c.TryReadByte(out var size) && size is 4 or 8 && c.TryReadByte(out var segment) && segment == 0)
            {
                // The pairs begin at a multiple of their size, counted from the header (§6.1.2).
                var pair = 2 * size;
                c.TrySeek(Math.Min(start + (c.Position - start + pair - 1) / pair * pair, c.Position + c.Remaining));
                offset += offset32;
                if (offset <= int.MaxValue)
                {
                    while (c.Position + pair <= end && c.TryReadBytes(size, out var first) && c.TryReadBytes(size, out var count))
                    {
                        ulong from = DwarfForm.ReadFixed(first, c.IsBigEndian), bytes = DwarfForm.ReadFixed(count, c.IsBigEndian);
                        if (from == 0 && bytes == 0)
                            break;
                        if (bytes > 0 && from + bytes > from)
                            range((int)offset, from, from + bytes);
                    }
                }
            }

            c.TrySeek(end);
        }
    }

    // Version, then offsets of: CU list, type CU list, address area, symbol table, constant pool; all 32 bits little-endian.
    private static void ReadGdbIndex(DwarfSections sections, Dictionary<int, int> units, AddressMap map)
    {
        var data = sections[DwarfSection.GdbIndex].Span;
        var c = new SpanCursor(data, ".gdb_index");
        if (!c.TryReadUInt32(out var version) || version is < 4 or > 9 || !c.TryReadUInt32(out var list) || !c.TryReadUInt32(out var types) ||
            !c.TryReadUInt32(out var area) || !c.TryReadUInt32(out var symbols) || list > types || area > symbols || symbols > (uint)data.Length || !c.TrySeek((int)area))
        {
            return;
        }

        while (c.Position + 20 <= (int)symbols && c.TryReadUInt64(out var from) && c.TryReadUInt64(out var to) && c.TryReadUInt32(out var number))
        {
            var at = list + (ulong)number * 16;
            if (from >= to || at + 16 > types || !DwarfForm.TryIndexed(data, at, 0, 8, false, out var offset))
                continue;
            if (offset <= int.MaxValue && units.TryGetValue((int)offset, out var unit))
                map.Add(from, to, unit);
        }
    }
}
