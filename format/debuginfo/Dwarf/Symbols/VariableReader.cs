using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>Collects the variables of a piece of code: parameters, then those of its body and of all blocks inside, in the order of the entries.</summary>
internal static class VariableReader
{
    /// <summary>Variables of one function; generated parsers have some thousands.</summary>
    private const int MostVariables = 1 << 16;

    /// <summary>Reads them.</summary>
    public static List<DebugVariable> Read(DwarfSymbols symbols, DwarfFunctionCopy copy, Entry entry)
    {
        var parameters = new List<DebugVariable>();
        var locals = new List<DebugVariable>();
        var seen = new Dictionary<EntryKey, DebugVariable>();
        var work = new Stack<(Entry Block, CodeRange[]? Scope)>();
        work.Push((entry, null));
        while (work.TryPop(out var item) && parameters.Count + locals.Count < MostVariables)
        {
            var blocks = new List<(Entry, CodeRange[]?)>();
            foreach (var child in symbols.Entries.Children(item.Block))
            {
                switch (child.Tag)
                {
                    case DW_TAG.formal_parameter:
                        var parameter = new DwarfVariable(symbols, child, copy, item.Scope);
                        (ReferenceEquals(item.Block, entry) && !DwarfVariable.IsResult(child) ? parameters : locals).Add(parameter);
                        if (symbols.Entries.TryFollow(child, DW_AT.abstract_origin, out var origin))
                            seen.TryAdd(origin, parameter);
                        break;
                    case DW_TAG.variable:
                        locals.Add(new DwarfVariable(symbols, child, copy, item.Scope));
                        break;
                    case DW_TAG.GNU_formal_parameter_pack:
                        foreach (var packed in symbols.Entries.Children(child))
                        {
                            if (packed.Tag == DW_TAG.formal_parameter)
                                parameters.Add(new DwarfVariable(symbols, packed, copy, item.Scope));
                        }

                        break;
                    case DW_TAG.lexical_block or DW_TAG.try_block or DW_TAG.catch_block or DW_TAG.with_stmt:
                        var own = DwarfFunctionCopy.RangesOf(symbols, child);
                        blocks.Add((child, own.Length > 0 ? own : item.Scope));
                        break;
                }
            }

            for (var i = blocks.Count - 1; i >= 0; i--)
                work.Push(blocks[i]);
        }

        AddDropped(symbols, copy, entry, seen, parameters);
        parameters.AddRange(locals);
        return parameters;
    }

    /// <summary>
    /// Parameters in the order of the declaration, which link-time optimization does not keep, with those that the compiler left out of this copy: they are declared, and nowhere.
    /// </summary>
    private static void AddDropped(DwarfSymbols symbols, DwarfFunctionCopy copy, Entry entry, Dictionary<EntryKey, DebugVariable> seen, List<DebugVariable> parameters)
    {
        if (symbols.Entries.Follow(entry, DW_AT.abstract_origin) is not { } origin)
            return;
        var ordered = new List<DebugVariable>();
        foreach (var child in symbols.Entries.Children(origin))
        {
            if (child.Tag != DW_TAG.formal_parameter || DwarfVariable.IsResult(child))
                continue;
            if (seen.TryGetValue(child.Key, out var known) && parameters.Remove(known))
                ordered.Add(known);
            else if (known is null)
                ordered.Add(new DwarfVariable(symbols, child, copy, null));
        }

        parameters.InsertRange(0, ordered);
    }
}
