namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>
/// Finds the entries of a unit that hold given bytes. Whoever looks for a name or a reference first looks for its bytes, which is fast, and then for the entry around them:
/// everything without such bytes is passed over by <c>DW_AT_sibling</c>.
/// </summary>
internal static class EntryLocator
{
    /// <summary>Adds the offsets of the entries that hold some of the positions; what they stand in is noted.</summary>
    /// <param name="entries">Who reads entries.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="positions">Ascending positions in the section.</param>
    /// <param name="found">Gets offsets, ascending.</param>
    public static void Locate(EntrySource entries, DwarfUnit unit, List<int> positions, List<int> found)
    {
        if (positions.Count == 0)
            return;
        entries.Ready(unit);
        var shapes = entries.Shapes(unit);
        var around = new List<int>();
        var reader = unit.ReaderAt(unit.FirstEntry);
        var at = 0;
        while (!reader.AtEnd)
        {
            var start = reader.Position;
            var code = reader.Uleb();
            if (code == 0)
            {
                if (around.Count <= 1)
                    return;
                around.RemoveAt(around.Count - 1);
                continue;
            }

            ref readonly var shape = ref shapes.Find(code, out var exists);
            if (!exists)
                return;
            var sibling = shapes.Skip(ref reader, shape, unit.Offset);
            while (positions[at] < start)
            {
                if (++at == positions.Count)
                    return;
            }

            if (positions[at] < reader.Position)
            {
                found.Add(start);
                Note(entries, unit, start, around);
                while (positions[at] < reader.Position)
                {
                    if (++at == positions.Count)
                        return;
                }
            }

            if (!shape.HasChildren)
                continue;
            if (sibling != 0 && positions[at] >= sibling && around.Count > 0)
                reader.JumpForward((ulong)sibling);
            else
                around.Add(start);
        }
    }

    /// <summary>Adds the offsets of all functions, inlined ones included.</summary>
    public static void LocateFunctions(EntrySource entries, DwarfUnit unit, List<int> found) =>
        LocateAll(entries, unit, static tag => tag is DW_TAG.subprogram or DW_TAG.inlined_subroutine, found);

    /// <summary>Adds the offsets of all entries of some tags.</summary>
    public static void LocateAll(EntrySource entries, DwarfUnit unit, Func<ushort, bool> tags, List<int> found)
    {
        entries.Ready(unit);
        var shapes = entries.Shapes(unit);
        var around = new List<int>();
        var reader = unit.ReaderAt(unit.FirstEntry);
        while (!reader.AtEnd)
        {
            var start = reader.Position;
            var code = reader.Uleb();
            if (code == 0)
            {
                if (around.Count <= 1)
                    return;
                around.RemoveAt(around.Count - 1);
                continue;
            }

            ref readonly var shape = ref shapes.Find(code, out var exists);
            if (!exists)
                return;
            var sibling = shapes.Skip(ref reader, shape, unit.Offset);
            if (tags(shape.Tag))
            {
                found.Add(start);
                Note(entries, unit, start, around);
            }

            if (!shape.HasChildren)
                continue;
            if (sibling != 0 && shape.Tag is DW_TAG.enumeration_type or DW_TAG.subroutine_type or DW_TAG.array_type or DW_TAG.call_site or DW_TAG.GNU_call_site)
                reader.JumpForward((ulong)sibling);
            else
                around.Add(start);
        }
    }

    private static void Note(EntrySource entries, DwarfUnit unit, int entry, List<int> around)
    {
        for (var i = around.Count - 1; i >= 0; i--)
        {
            if (!entries.NoteParent(new EntryKey(unit, entry), around[i]))
                return;
            entry = around[i];
        }
    }
}
