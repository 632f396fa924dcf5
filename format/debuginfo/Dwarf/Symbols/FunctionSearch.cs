using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>Finds functions by name in all units, and all entries that stem from them: definitions, clones, inlined instances.</summary>
internal sealed class FunctionSearch(DwarfSymbols symbols, FunctionPattern pattern)
{
    /// <summary>Entries that stem from one function name: 100,000 instances of one inlined function were seen.</summary>
    private const int MostEntries = 1 << 22;

    /// <summary>Beyond so many references at once every function of a unit is read.</summary>
    private const int MostNeedles = 24;

    private readonly EntrySource _entries = symbols.Entries;
    private readonly Dictionary<EntryKey, Family> _families = [];
    private readonly Dictionary<string, Family> _byName = new(StringComparer.Ordinal);
    private readonly List<Family> _found = [];
    private int _count;

    /// <summary>A function with the entries that stem from it.</summary>
    internal sealed class Family(Entry root, string qualified, bool isWhole)
    {
        public Entry Root { get; } = root;

        public string QualifiedName { get; } = qualified;

        /// <summary>The pattern means it from its beginning.</summary>
        public bool IsWhole { get; } = isWhole;

        /// <summary>Everything that stems from the root, roots of other units included.</summary>
        public List<EntryKey> Entries { get; } = [];
    }

    /// <summary>Searches.</summary>
    public List<Family> Find()
    {
        var needles = pattern.IsGlob ? null : new NameNeedles(pattern.Needles);
        var anyGlobal = symbols.MayReferGlobally;
        foreach (var unit in symbols.UnitsWith(needles))
        {
            FindIn(unit, needles);
            anyGlobal |= unit.Skeleton is not null;
        }

        if (_families.Count > 0 && anyGlobal)
        {
            for (var before = -1; before != _count;)
            {
                before = _count;
                foreach (var unit in symbols.AllUnits())
                {
                    if (_entries.Shapes(unit).HasGlobalReferences)
                        Close(unit, [.. _families.Keys]);
                }
            }
        }

        return _found;
    }

    /// <summary>All entries of a unit that stem from a root, by one of them.</summary>
    public static IReadOnlyList<EntryKey> Related(DwarfSymbols symbols, Entry root, Entry entry)
    {
        var search = new FunctionSearch(symbols, FunctionPattern.Parse(""));
        var family = new Family(root, "", true);
        family.Entries.Add(root.Key);
        search._families.Add(root.Key, family);
        search.Close(root.Unit, [root.Key]);
        if (!ReferenceEquals(root.Unit, entry.Unit))
            search.Close(entry.Unit, [root.Key]);
        if (!family.Entries.Contains(entry.Key))
            family.Entries.Add(entry.Key);
        return family.Entries;
    }

    private void FindIn(DwarfUnit unit, NameNeedles? needles)
    {
        var located = new List<int>();
        var positions = needles?.Positions(unit, _entries);
        if (needles is null || positions is null)
            EntryLocator.LocateFunctions(_entries, unit, located);
        else
            EntryLocator.Locate(_entries, unit, positions, located);
        var roots = new List<EntryKey>();
        foreach (var offset in located)
        {
            // What stems from another entry is found by that one.
            if (_entries.At(unit, offset) is { Tag: DW_TAG.subprogram } entry && !entry.Has(DW_AT.abstract_origin) && !entry.Has(DW_AT.specification) && Add(entry))
                roots.Add(entry.Key);
        }

        if (roots.Count > 0)
            Close(unit, roots);
    }

    private bool Add(Entry entry)
    {
        if (_families.ContainsKey(entry.Key) || _count >= MostEntries || entry.Text(DW_AT.name) is not { } name || !pattern.MayMean(name) && entry.Text(DW_AT.linkage_name) != pattern.Text)
            return false;
        var qualified = _entries.Qualified(entry, name)!;
        var linkage = entry.Text(DW_AT.linkage_name) ?? entry.Text(DW_AT.MIPS_linkage_name);
        var match = Match(entry, qualified, linkage);
        if (match == FunctionMatch.None)
            return false;
        var key = $"{linkage ?? qualified}:{entry.Number(DW_AT.decl_line)}";
        if (!entry.Flag(DW_AT.external))
            key += "@" + symbols.DeclarationFile(entry);
        if (!_byName.TryGetValue(key, out var family))
        {
            _byName.Add(key, family = new Family(entry, qualified, match == FunctionMatch.Whole));
            _found.Add(family);
        }

        family.Entries.Add(entry.Key);
        _families.Add(entry.Key, family);
        _count++;
        return true;
    }

    private FunctionMatch Match(Entry entry, string qualified, string? linkage)
    {
        if (linkage is not null && linkage == pattern.Text)
            return FunctionMatch.Whole;
        var language = _entries.Language(entry.Unit);
        var best = FunctionMatch.None;
        string? demangled = null;
        if (linkage is not null && (language == SourceLanguage.Rust || pattern.Parameters is not null))
            demangled = Demangler.TryDemangle(System.Text.Encoding.UTF8.GetBytes(linkage), out var text) ? text : null;
        if (pattern.Parameters is null || demangled is null)
            best = pattern.Match(qualified, pattern.Parameters is null ? null : symbols.ParameterTexts(entry));
        if (best != FunctionMatch.Whole && demangled is not null)
        {
            var other = pattern.Match(demangled);
            best = other > best ? other : best;
        }

        return best;
    }

    /// <summary>Finds the entries of a unit that stem from known ones, and those that stem from these…</summary>
    private void Close(DwarfUnit unit, List<EntryKey> known)
    {
        var shapes = _entries.Shapes(unit);
        if (shapes.HasShortReferences || known.Count > MostNeedles)
        {
            var all = new List<int>();
            EntryLocator.LocateFunctions(_entries, unit, all);
            for (var before = -1; before != _count;)
            {
                before = _count;
                foreach (var offset in all)
                    TryAdopt(unit, offset, out _);
            }

            return;
        }

        Span<byte> needle = stackalloc byte[8];
        while (known.Count > 0)
        {
            var positions = new List<int>();
            var data = unit.Data[unit.FirstEntry..];
            foreach (var key in known)
            {
                if (ReferenceEquals(key.Unit, unit))
                    NameNeedles.Find(data, NameNeedles.Fixed(needle[..4], (ulong)(key.Offset - unit.Offset), unit.Sections.IsBigEndian), unit.FirstEntry, positions);
                if (shapes.HasGlobalReferences && key.Unit.Section == DwarfSection.Info)
                    NameNeedles.Find(data, NameNeedles.Fixed(needle[..unit.Context.OffsetSize], (ulong)key.Offset, unit.Sections.IsBigEndian), unit.FirstEntry, positions);
            }

            positions.Sort();
            var located = new List<int>();
            EntryLocator.Locate(_entries, unit, positions, located);
            var next = new List<EntryKey>();
            foreach (var offset in located)
            {
                if (TryAdopt(unit, offset, out var isSource))
                {
                    if (isSource)
                        next.Add(new EntryKey(unit, offset));
                }
            }

            known = next;
        }
    }

    /// <summary>Takes an entry that stems from a known one.</summary>
    private bool TryAdopt(DwarfUnit unit, int offset, out bool isSource)
    {
        isSource = false;
        var key = new EntryKey(unit, offset);
        if (_families.ContainsKey(key) || _count >= MostEntries || _entries.At(unit, offset) is not { Tag: DW_TAG.subprogram or DW_TAG.inlined_subroutine } entry ||
            !(_entries.TryFollow(entry, DW_AT.abstract_origin, out var origin) || _entries.TryFollow(entry, DW_AT.specification, out origin)) ||
            !_families.TryGetValue(origin, out var family))
        {
            return false;
        }

        family.Entries.Add(key);
        isSource = entry.Tag == DW_TAG.subprogram;
        if (isSource)
            _families.Add(key, family);
        else
            _families.TryAdd(key, family);
        _count++;
        return true;
    }
}
