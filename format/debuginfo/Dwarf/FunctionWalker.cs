using System.Runtime.InteropServices;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Walks over all entries of a unit once and notes, in columns, where functions and inlined ones are and which addresses they have.</summary>
/// <remarks>Reused from unit to unit. Names and calls stay unread until an address turns out to need them.</remarks>
internal sealed class FunctionWalker
{
    private readonly List<AddressRange> _listed = [];
    private readonly List<FunctionEntry> _functions = [];
    private readonly List<FunctionRange> _ranges = [];

    /// <summary>Functions in the order of the entries: those around others come first.</summary>
    public ReadOnlySpan<FunctionEntry> Functions => CollectionsMarshal.AsSpan(_functions);

    /// <summary>Ranges of all functions in the same order: where two overlap, the later one is further inside.</summary>
    public ReadOnlySpan<FunctionRange> Ranges => CollectionsMarshal.AsSpan(_ranges);

    /// <summary>Functions without hits were passed over with everything in them, which might be a function that is elsewhere.</summary>
    public bool Pruned { get; private set; }

    /// <summary>Walks over a unit.</summary>
    /// <param name="unit">The unit; its first entry has been read.</param>
    /// <param name="table">Its abbreviations.</param>
    /// <param name="code">Where code is: a range that begins elsewhere was dropped by the linker.</param>
    /// <param name="hits">Ascending; ranges without any of these are not noted. Empty: all are.</param>
    /// <param name="prune">Pass over functions that have none of them.</param>
    /// <returns>What is wrong; null when nothing is. What was noted before stays.</returns>
    public BadDataException? Walk(DwarfUnit unit, AbbreviationTable table, CodeRanges code, ReadOnlySpan<ulong> hits, bool prune)
    {
        _functions.Clear();
        _ranges.Clear();
        Pruned = false;
        var reader = unit.ReaderAt(unit.FirstEntry);
        var ops = table.Ops;
        var all = hits.IsEmpty;
        // Every entry has a list of its own in real files, and every range of a list takes bytes; hostile ones name one long list again and again.
        var left = unit.Linked.Sections[DwarfSection.Ranges].Length + unit.Sections[DwarfSection.RngLists].Length;
        int depth = 0, current = -1, start = reader.Position;
        while (!reader.AtEnd)
        {
            start = reader.Position;
            var entryCode = reader.Uleb();
            if (entryCode == 0)
            {
                depth--;
                if (current >= 0 && _functions[current].Depth >= depth)
                    current = _functions[current].Around;
                if (depth > 0)
                    continue;
                break; // a unit has one first entry; what follows it is padding
            }

            ref readonly var a = ref table.Find(entryCode, out var found);
            if (!found)
                return Damage(unit, start, "an abbreviation of the unit", $"number {entryCode}");
            if (a.FixedSize >= 0)
            {
                reader.Skip(a.FixedSize);
                depth += a.HasChildren ? 1 : 0;
            }
            else if (a.Role == EntryRole.Pass || a.Role == EntryRole.Inlined && (current < 0 || !_functions[current].IsHit))
            {
                foreach (ref readonly var op in ops[a.WalkStart..a.WalkEnd])
                {
                    if (op.Kind == PlanOpKind.Read)
                        reader.Read(op.Form, 0);
                    else
                        reader.Step(op);
                }

                depth += a.HasChildren ? 1 : 0;
            }
            else
            {
                DwarfValue low = default, high = default, list = default, sibling = default;
                foreach (ref readonly var op in ops[a.WalkStart..a.WalkEnd])
                {
                    if (op.Kind != PlanOpKind.Read)
                    {
                        reader.Step(op);
                        continue;
                    }

                    var value = reader.Read(op.Form, op.Argument >= 0 ? table.Constants[op.Argument] : 0);
                    switch (op.Attribute)
                    {
                        case DW_AT.low_pc: low = value; break;
                        case DW_AT.high_pc: high = value; break;
                        case DW_AT.ranges: list = value; break;
                        default: sibling = value; break;
                    }
                }

                if (reader.Failed)
                    break;
                if (a.Role == EntryRole.Prune)
                {
                    Jump(ref reader, unit, sibling);
                    continue;
                }

                var inlined = a.Role == EntryRole.Inlined;
                if (inlined || low.Kind != DwarfValueKind.None || list.Kind != DwarfValueKind.None)
                {
                    var read = Note(unit, code, hits, all, low, high, list, out var hit, ref left);
                    if (prune && read && !hit && !inlined && a.HasChildren && sibling.Kind == DwarfValueKind.UnitReference)
                    {
                        Pruned = true;
                        Jump(ref reader, unit, sibling);
                        continue;
                    }

                    if (a.HasChildren || hit)
                    {
                        _functions.Add(new FunctionEntry(start, current, depth, inlined, hit || inlined));
                        if (a.HasChildren)
                            current = _functions.Count - 1;
                    }

                    if (!read)
                        return Damage(unit, start, "a readable list of ranges", $"{list.Kind} 0x{list.Value:x}");
                }

                depth += a.HasChildren ? 1 : 0;
            }

            if (depth == 0)
                break;
        }

        return reader.Failed ? Damage(unit, start, "an entry that ends within the unit", "one that does not") : null;
    }

    /// <summary>Notes the ranges of the function that comes next.</summary>
    private bool Note(DwarfUnit unit, CodeRanges code, ReadOnlySpan<ulong> hits, bool all, in DwarfValue low, in DwarfValue high, in DwarfValue list, out bool hit, ref int left)
    {
        hit = false;
        var function = _functions.Count;
        if (list.Kind == DwarfValueKind.None)
        {
            if (RangeReader.TryRange(unit, low, high, out var start, out var end))
                hit = Note(code, hits, all, start, end, function);
            return true;
        }

        _listed.Clear();
        var read = RangeReader.TryList(unit, list, _listed);
        left -= _listed.Count;
        foreach (var range in _listed)
            hit |= Note(code, hits, all, range.Start, range.End, function);
        return read && left >= 0;
    }

    private bool Note(CodeRanges code, ReadOnlySpan<ulong> hits, bool all, ulong start, ulong end, int function)
    {
        if (!all)
        {
            var first = LowerBound(hits, start);
            if (first == hits.Length || hits[first] >= end)
                return false;
        }

        if (!code.Contains(start))
            return false;
        _ranges.Add(new FunctionRange(start, end, function));
        return true;
    }

    /// <summary>Position of the first that is not below.</summary>
    public static int LowerBound(ReadOnlySpan<ulong> sorted, ulong value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static void Jump(ref EntryReader reader, DwarfUnit unit, in DwarfValue sibling)
    {
        if (sibling.Kind == DwarfValueKind.UnitReference && sibling.Value <= int.MaxValue)
            reader.JumpForward((ulong)unit.Offset + sibling.Value);
        else
            reader.Failed = true;
    }

    private static BadDataException Damage(DwarfUnit unit, int at, string expected, string found) =>
        new(unit.Sections.Image.Name, unit.Sections.NameOf(unit.Section), (ulong)at, BadDataCode.InvalidValue, expected, found);
}
