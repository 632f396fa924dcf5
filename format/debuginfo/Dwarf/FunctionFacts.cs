namespace TraceKit.DebugInfo.Dwarf;

/// <summary>What the entry of a function says of its name and of the place that calls it.</summary>
internal struct FunctionFacts
{
    /// <summary><c>DW_AT_linkage_name</c>, <c>DW_AT_name</c>, <c>DW_AT_abstract_origin</c>, <c>DW_AT_specification</c>.</summary>
    public DwarfValue LinkageName, Name, Origin, Specification;

    /// <summary><c>DW_AT_call_file</c>, <c>DW_AT_call_line</c>, <c>DW_AT_call_column</c>; 0 when not given.</summary>
    public uint CallFile, CallLine, CallColumn;

    /// <summary>Whether <c>DW_AT_call_file</c> is given: 0 is a file since version 5.</summary>
    public bool HasCallFile;

    /// <summary>Reads an entry.</summary>
    /// <returns>False when there is none that can be read.</returns>
    public static bool TryRead(DwarfUnit unit, AbbreviationTable table, int entry, out FunctionFacts facts)
    {
        facts = default;
        if (entry < unit.FirstEntry || entry >= unit.End)
            return false;
        var reader = unit.ReaderAt(entry);
        ref readonly var a = ref table.Find(reader.Uleb(), out var found);
        if (!found || reader.Failed)
            return false;
        foreach (ref readonly var op in table.Ops[a.FactsStart..a.FactsEnd])
        {
            if (op.Kind != PlanOpKind.Read)
            {
                reader.Step(op);
                continue;
            }

            var value = reader.Read(op.Form, op.Argument >= 0 ? table.Constants[op.Argument] : 0);
            switch (op.Attribute)
            {
                case DW_AT.linkage_name or DW_AT.MIPS_linkage_name: facts.LinkageName = value; break;
                case DW_AT.name: facts.Name = value; break;
                case DW_AT.abstract_origin: facts.Origin = value; break;
                case DW_AT.specification: facts.Specification = value; break;
                case DW_AT.call_file:
                    facts.CallFile = Narrow(value.Value);
                    facts.HasCallFile = true;
                    break;
                case DW_AT.call_line: facts.CallLine = Narrow(value.Value); break;
                case DW_AT.call_column: facts.CallColumn = Narrow(value.Value); break;
            }
        }

        return !reader.Failed;
    }

    private static uint Narrow(ulong value) => value > uint.MaxValue ? 0 : (uint)value;
}
