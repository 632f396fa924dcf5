using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

public sealed partial class DwarfSymbols
{
    private readonly Dictionary<EntryKey, DwarfFunction> _functions = [];
    private FunctionWalker? _walker;

    /// <inheritdoc/>
    public IReadOnlyList<DebugFunction> FindFunctions(FunctionPattern pattern)
    {
        var families = new FunctionSearch(this, pattern).Find();
        var found = new List<(DwarfFunction Function, bool IsWhole)>();
        var whole = false;
        foreach (var family in families)
        {
            var function = new DwarfFunction(this, family.Root, family.Entries);
            if (function.Copies.Count == 0 || pattern.File is { } file && !(function.File is { } path && PathEnds(path, file)))
                continue; // only declared here, or in another file
            foreach (var key in family.Entries)
                _functions.TryAdd(key, function);
            found.Add((function, family.IsWhole));
            whole |= family.IsWhole;
        }

        var functions = new List<DebugFunction>();
        foreach (var own in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (var (function, isWhole) in found)
            {
                if (isWhole == whole && !function.Copies[0].IsInlined == own)
                    functions.Add(function);
            }
        }

        return functions;
    }

    /// <inheritdoc/>
    public DebugFunctionCopy? CopyAt(Svma address) => CopiesAt(address) is { Count: > 0 } copies ? copies[^1] : null;

    /// <inheritdoc/>
    public IReadOnlyList<DebugFunctionCopy> CopiesAt(Svma address)
    {
        var walker = _walker ??= new FunctionWalker();
        for (var order = 0; order < 3; order++)
        {
            var map = Info.Claims(order);
            for (var choice = 0; choice < DwarfInfo.MostChoices && map.Find(address.Value, choice) is >= 0 and var number; choice++)
            {
                var unit = Info.FullUnit(Info.List().Units[number]);
                Entries.Ready(unit);
                if (walker.Walk(unit, Info.Abbreviations(unit), Info.Code, [address.Value], prune: false) is { } damage)
                    Info.Report(unit, damage);
                if (walker.Ranges.Length == 0)
                    continue;
                var copies = new List<DebugFunctionCopy>();
                for (var function = walker.Ranges[^1].Function; function >= 0; function = walker.Functions[function].Around)
                {
                    if (Entries.At(unit, walker.Functions[function].Entry) is { } entry && DwarfFunctionCopy.TryMake(this, FunctionOf(entry), entry) is { } copy)
                        copies.Add(copy);
                    if (!walker.Functions[function].IsInlined)
                        break;
                }

                if (copies.Count > 0)
                    return copies;
            }
        }

        return [];
    }

    /// <summary>The function that an entry is code of.</summary>
    internal DwarfFunction FunctionOf(Entry entry)
    {
        if (_functions.TryGetValue(entry.Key, out var known))
            return known;
        var root = entry;
        for (var hop = 0; hop < EntrySource.MostOrigins && Entries.Origin(root) is { } origin; hop++)
            root = origin;
        if (!_functions.TryGetValue(root.Key, out var function))
        {
            function = new DwarfFunction(this, root, FunctionSearch.Related(this, root, entry));
            _functions.Add(root.Key, function);
        }

        _functions.TryAdd(entry.Key, function);
        return function;
    }

    /// <summary>The nearest function around an entry, inlined ones included.</summary>
    internal Entry? FunctionAround(Entry entry) => Entries.Around(entry, static tag => tag is DW_TAG.subprogram or DW_TAG.inlined_subroutine);

    /// <inheritdoc/>
    public DebugVariable? FindVariable(string name, DebugFunction? near)
    {
        var nearUnit = (near as DwarfFunction)?.Definition.Unit;
        var plain = FunctionName.Split(name)[^1];
        var needles = new NameNeedles([plain]);
        Entry? best = null;
        foreach (var unit in UnitsWith(needles))
        {
            if (best is not null && !ReferenceEquals(unit, nearUnit))
                continue; // one was found; only the function's own unit may have a better one
            foreach (var entry in Named(unit, needles, static tag => tag is DW_TAG.variable or DW_TAG.member, plain))
            {
                if (Entries.Around(entry, static tag => tag == DW_TAG.subprogram) is not null && nearUnit is not null && !ReferenceEquals(unit, nearUnit))
                    continue; // static in a function of another file
                if (entry.Tag == DW_TAG.member && !entry.Flag(DW_AT.declaration) && !entry.Flag(DW_AT.external))
                    continue;
                if (Entries.Qualified(entry, plain) is { } qualified && qualified != name && !qualified.EndsWith("::" + name, StringComparison.Ordinal))
                    continue;
                var placed = entry.Has(DW_AT.location) || entry.Has(DW_AT.const_value) ? entry : Completing(entry);
                if (placed is not null && (placed.Has(DW_AT.const_value) || placed[DW_AT.location].Kind == DwarfValueKind.Block && Entries.Around(placed, static tag => tag == DW_TAG.subprogram) is null))
                    best = best is null || ReferenceEquals(unit, nearUnit) ? placed : best;
            }

            if (best is not null && (nearUnit is null || ReferenceEquals(best.Unit, nearUnit)))
                break;
        }

        return best is null ? null : new DwarfVariable(this, best, null, null);
    }

    /// <summary>The entry that completes a declaration: of the same unit, after link-time optimization of another.</summary>
    private Entry? Completing(Entry declaration)
    {
        if (CompletingIn(declaration.Unit, declaration, declaration.Offset - declaration.Unit.Offset, 4) is { } own)
            return own;
        if (!MayReferGlobally || declaration.Unit.Section != DwarfSection.Info)
            return null;
        foreach (var unit in AllUnits())
        {
            if (Entries.Shapes(unit).HasGlobalReferences && CompletingIn(unit, declaration, declaration.Offset, unit.Context.OffsetSize) is { } other)
                return other;
        }

        return null;
    }

    private Entry? CompletingIn(DwarfUnit unit, Entry declaration, int reference, int size)
    {
        var positions = new List<int>();
        Span<byte> needle = stackalloc byte[8];
        Entries.Ready(unit);
        NameNeedles.Find(unit.Data[unit.FirstEntry..], NameNeedles.Fixed(needle[..size], (ulong)reference, unit.Sections.IsBigEndian), unit.FirstEntry, positions);
        var located = new List<int>();
        EntryLocator.Locate(Entries, unit, positions, located);
        foreach (var offset in located)
        {
            if (Entries.At(unit, offset) is { Tag: DW_TAG.variable } entry && (Entries.TryFollow(entry, DW_AT.specification, out var key) || Entries.TryFollow(entry, DW_AT.abstract_origin, out key)) && key == declaration.Key)
                return entry.Has(DW_AT.location) || entry.Has(DW_AT.const_value) ? entry : null;
        }

        return null;
    }
}
