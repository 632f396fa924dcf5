using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf.Lines;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>The types, functions, variables and source lines that a module's DWARF describes.</summary>
/// <remarks>
/// What is asked for is read, and objects stay valid as long as this one. Damaged entries count as missing; nothing here throws <see cref="BadDataException"/> for them.
/// One thread at a time.
/// </remarks>
public sealed partial class DwarfSymbols : ITypeSource, IFunctionSource, ISourcePlaces
{
    /// <summary>Units that are brought in first, where one entry is looked for.</summary>
    private const int FirstBytes = 16 << 20;

    /// <summary>Tables of file names that are kept.</summary>
    private const int MostLineTables = 256;

    private readonly Dictionary<EntryKey, DwarfType?> _types = [];
    private readonly Dictionary<DwarfUnit, LineTable?> _files = [];
    private readonly Dictionary<DwarfUnit, ulong?> _listBases = [];
    private bool? _mayReferGlobally;

    private DwarfSymbols(DwarfInfo info, ICfaSource? frames, string description)
    {
        Info = info;
        Frames = frames;
        Description = description;
        Entries = new EntrySource(info);
        // Whoever asks about a function needs some units, lists and tables of these, not all.
        info.Sections.Partly(DwarfSection.Info);
        info.Sections.Partly(DwarfSection.LocLists);
        info.Sections.Partly(DwarfSection.Line);
        IsFixed = info.Sections.Image.Type == ElfConstants.ET_EXEC;
    }

    /// <inheritdoc cref="ITypeSource.Description"/>
    public string Description { get; }

    /// <summary>Where everything comes from.</summary>
    internal DwarfInfo Info { get; }

    /// <summary>Who knows frames; null when nobody does.</summary>
    internal ICfaSource? Frames { get; }

    /// <summary>Who reads entries.</summary>
    internal EntrySource Entries { get; }

    /// <summary>Addresses of the file are those of the process.</summary>
    internal bool IsFixed { get; }

    /// <summary>Opens the debugging information of a module. Nothing is read before the first question.</summary>
    /// <param name="info">Its DWARF.</param>
    /// <param name="frames">Its call frame information (<see cref="Cfi.CfiFrames"/>), for variables on the stack; null for none.</param>
    /// <param name="description">Who is asked: <c>DWARF of /usr/lib/debug/…</c>.</param>
    public static DwarfSymbols Open(DwarfInfo info, ICfaSource? frames, string description) => new(info, frames, description);

    /// <summary>Whether entries of one unit may stem from those of another: after LTO and dwz, and in Go.</summary>
    internal bool MayReferGlobally => _mayReferGlobally ??= HasGlobalForms();

    /// <summary>Units that may have entries with one of some names; all of them when that cannot be told beforehand.</summary>
    /// <param name="needles">The names; null for any.</param>
    /// <param name="one">One entry is enough: units at hand come first, and not all that have the name are brought in at once.</param>
    internal IEnumerable<DwarfUnit> UnitsWith(NameNeedles? needles, bool one = false)
    {
        var sections = Info.Sections;
        var partial = sections.Partly(DwarfSection.Info);
        if (partial is null || needles is null || MayReferGlobally || !needles.AreUsable(sections))
        {
            sections.Complete(DwarfSection.Info);
            foreach (var unit in AllUnits())
                yield return unit;
            yield break;
        }

        var seen = new HashSet<DwarfUnit>();
        for (var step = one && partial.HasHeads ? 0 : one ? 1 : 2; step <= 2; step++)
        {
            if (step > 0)
            {
                long left = step == 1 ? FirstBytes : long.MaxValue;
                bool Wanted(ReadOnlySpan<byte> bytes, int start)
                {
                    if (left <= 0 || !needles.Occur(bytes, sections))
                        return false;
                    left -= bytes.Length;
                    return true;
                }

                if (partial.Keep(Wanted) is { } damage)
                    Info.Report(sections, 0, damage);
            }

            foreach (var unit in AllUnits())
            {
                if ((!ReferenceEquals(unit.Sections, sections) || unit.Section != DwarfSection.Info || partial.Has(unit.Offset)) && seen.Add(unit))
                    yield return unit;
            }
        }
    }

    /// <summary>All units with entries, split ones for their skeletons; then those of the file that dwz shares.</summary>
    internal IEnumerable<DwarfUnit> AllUnits()
    {
        var list = Info.List();
        for (var i = 0; i < list.Units.Length; i++)
            yield return Info.FullUnit(list.Units[i]);
        if (Info.TypeUnits().Old is { } old)
        {
            for (var i = 0; i < old.Units.Length; i++)
                yield return old.Units[i];
        }

        if (Info.AlternateUnits is { } shared)
        {
            for (var i = 0; i < shared.Units.Length; i++)
                yield return shared.Units[i];
        }
    }

    /// <summary>The type that an entry's <c>DW_AT_type</c> refers to; null without one.</summary>
    internal DebugType? TypeOf(Entry entry) => Entries.TryFollow(entry, DW_AT.type, out var key) ? TypeAt(key) : null;

    /// <summary>The type at an entry; null when there is none.</summary>
    internal DwarfType? TypeAt(EntryKey key)
    {
        if (_types.TryGetValue(key, out var known))
            return known;
        var entry = Entries.At(key.Unit, key.Offset);
        // A declaration may say in which type unit its definition is.
        if (entry is not null && entry.Has(DW_AT.signature) && Entries.Follow(entry, DW_AT.signature) is { } signed && DwarfType.IsType(signed.Tag))
            entry = signed;
        var type = entry is not null && DwarfType.IsType(entry.Tag) ? new DwarfType(this, entry) : null;
        _types.Add(key, type);
        return type;
    }

    /// <summary><c>DW_AT_loclists_base</c> of a unit.</summary>
    internal ulong? ListsBase(DwarfUnit unit)
    {
        if (!_listBases.TryGetValue(unit, out var start))
            _listBases.Add(unit, start = Entries.First(unit) is { } first && first[DW_AT.loclists_base] is { Kind: not DwarfValueKind.None } value ? value.Value : null);
        return start;
    }

    /// <summary>The expression of a function's frame base at an instruction.</summary>
    internal ReadOnlyMemory<byte> FrameBase(Entry function, Svma pc)
    {
        if (Entries.WithAttribute(function, DW_AT.frame_base) is not { } stated)
            return default;
        var value = stated[DW_AT.frame_base];
        if (value.Kind == DwarfValueKind.Block)
            return stated.Block(value);
        foreach (var entry in Locations(stated.Unit, value, out _))
        {
            if (entry.IsDefault || pc.Value >= entry.Start && pc.Value < entry.End)
                return entry.Expression;
        }

        return default;
    }

    /// <summary>A list of locations.</summary>
    internal List<LocationEntry> Locations(DwarfUnit unit, in DwarfValue value, out bool damaged)
    {
        var list = new List<LocationEntry>();
        var start = ListsBase(unit);
        if (unit.Skeleton is null && unit.Context.Version >= 5)
            unit.Sections.Need(DwarfSection.LocLists, value.Kind == DwarfValueKind.LocationListIndex ? start ?? 0 : value.Value);
        damaged = !LocationList.TryRead(unit, value, start, list);
        return list;
    }

    /// <summary>The path of a file as a unit numbers it; null when it is not known.</summary>
    internal string? FileOf(DwarfUnit unit, ulong number)
    {
        if (!_files.TryGetValue(unit, out var table))
        {
            if (_files.Count >= MostLineTables)
                _files.Clear();
            _files.Add(unit, table = ReadFiles(unit));
        }

        return table is not null && number <= uint.MaxValue && table.FilePath((uint)number) is { Length: > 0 } path ? path : null;
    }

    /// <summary>The file that an entry, or what it stems from, is declared in.</summary>
    internal string? DeclarationFile(Entry entry) =>
        Entries.WithAttribute(entry, DW_AT.decl_file) is { } declared && declared.Number(DW_AT.decl_file) is { } number ? FileOf(declared.Unit, number) : null;

    /// <summary>Types of what a function takes, as texts, without <c>this</c>.</summary>
    internal List<string> ParameterTexts(Entry function)
    {
        var texts = new List<string>();
        foreach (var child in Entries.Children(function))
        {
            if (child.Tag == DW_TAG.formal_parameter && !child.Flag(DW_AT.artificial))
                texts.Add(TypeNames.Format(Entries.WithAttribute(child, DW_AT.type) is { } typed ? TypeOf(typed) : null));
        }

        return texts;
    }

    private LineTable? ReadFiles(DwarfUnit unit)
    {
        // Split units number the files of their skeleton's table.
        var linked = unit.Linked;
        linked.Sections.Need(DwarfSection.Line, linked.LineOffset.Value);
        if (linked.LineOffset.Kind is not (DwarfValueKind.SectionOffset or DwarfValueKind.Constant))
            return null;
        try
        {
            return LineTable.ReadFiles(linked.Sections, new DebugLineOffset(linked.LineOffset.Value), LineUnitOf(linked));
        }
        catch (BadDataException e)
        {
            Info.Report(linked, e);
            return null;
        }
    }

    private LineUnit LineUnitOf(DwarfUnit unit) => new()
    {
        CompilationDirectory = unit.Text(unit.DirectoryValue),
        AddressSize = unit.Context.AddressSize,
        StrOffsetsBase = unit.Context.StringOffsetsBase,
        HasCodeAtZero = Info.Code.HasCodeAtZero,
    };

    private bool HasGlobalForms()
    {
        // Tables of abbreviations follow each other; a zero more between them is padding. What cannot be read counts as yes.
        var c = Info.Sections.Cursor(DwarfSection.Abbrev);
        while (c.Remaining > 0)
        {
            if (!c.TryReadUleb128(out var code))
                return true;
            if (code == 0)
                continue;
            if (!c.TryReadUleb128(out _) || !c.TryReadByte(out _))
                return true;
            for (; ; )
            {
                if (!c.TryReadUleb128(out var attribute) || !c.TryReadUleb128(out var form) || form == DW_FORM.implicit_const && !c.TryReadSleb128(out _))
                    return true;
                if (attribute == 0 && form == 0)
                    break;
                if (attribute is DW_AT.abstract_origin or DW_AT.specification && form is not (DW_FORM.ref4 or DW_FORM.ref1 or DW_FORM.ref2 or DW_FORM.ref8 or DW_FORM.ref_udata))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Whether a path ends in another, whole folders counted.</summary>
    internal static bool PathEnds(string path, string end) =>
        path.EndsWith(end, StringComparison.Ordinal) && (path.Length == end.Length || end.StartsWith('/') || path[path.Length - end.Length - 1] == '/');
}
