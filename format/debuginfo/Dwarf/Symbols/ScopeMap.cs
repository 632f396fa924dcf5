namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>Which entries of a unit own which bytes: entries do not say what they stand in.</summary>
/// <remarks>Inside of functions only the function is known: names of local types do not tell their blocks anyway.</remarks>
internal sealed class ScopeMap
{
    private readonly List<(int Start, int End, int Around)> _scopes = [];

    private ScopeMap()
    {
    }

    /// <summary>Walks over a unit; where it is damaged, the map ends.</summary>
    public static ScopeMap Read(DwarfUnit unit, EntryShapes shapes)
    {
        var map = new ScopeMap();
        var open = new Stack<int>(); // positions in the list; -1 for what is no scope
        var current = -1;
        var reader = unit.ReaderAt(unit.FirstEntry);
        while (!reader.AtEnd)
        {
            var start = reader.Position;
            var code = reader.Uleb();
            if (code == 0)
            {
                if (open.Count == 0)
                    break;
                if (open.Pop() is >= 0 and var scope)
                {
                    map._scopes[scope] = map._scopes[scope] with { End = reader.Position };
                    current = map._scopes[scope].Around;
                }

                if (open.Count == 0)
                    break;
                continue;
            }

            ref readonly var shape = ref shapes.Find(code, out var found);
            if (!found)
                break;
            var next = shapes.Skip(ref reader, shape, unit.Offset);
            if (!shape.HasChildren)
                continue;
            var isScope = shape.Tag is DW_TAG.@namespace or DW_TAG.module or DW_TAG.structure_type or DW_TAG.class_type or DW_TAG.union_type or DW_TAG.interface_type
                or DW_TAG.enumeration_type or DW_TAG.subprogram;
            if (next != 0 && open.Count > 0 && shape.Tag is not (DW_TAG.@namespace or DW_TAG.module or DW_TAG.structure_type or DW_TAG.class_type or DW_TAG.union_type or DW_TAG.interface_type))
            {
                if (isScope)
                    map._scopes.Add((start, next, current));
                reader.JumpForward((ulong)next);
                continue;
            }

            if (isScope)
            {
                map._scopes.Add((start, unit.End, current));
                open.Push(current = map._scopes.Count - 1);
            }
            else
            {
                open.Push(-1);
            }
        }

        return map;
    }

    /// <summary>Offset of the innermost scope around an entry; 0 when it stands right below the unit.</summary>
    public int Around(int offset)
    {
        int low = 0, high = _scopes.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_scopes[middle].Start < offset)
                low = middle + 1;
            else
                high = middle;
        }

        // Scopes are in the order of their starts, so those around come before and are linked.
        var i = low - 1;
        while (i >= 0 && _scopes[i].End <= offset)
            i = _scopes[i].Around;
        return i < 0 ? 0 : _scopes[i].Start;
    }
}
