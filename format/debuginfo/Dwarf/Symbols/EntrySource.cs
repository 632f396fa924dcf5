using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>Reads entries, their children, what they refer to and what they stand in, of all units of a module.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class EntrySource(DwarfInfo info)
{
    /// <summary>Most steps along origins and specifications: real chains have three.</summary>
    public const int MostOrigins = 16;

    /// <summary>Tables of abbreviations that are kept.</summary>
    private const int MostTables = 256;

    /// <summary>Children of one entry: the largest enum seen has some thousands.</summary>
    private const int MostChildren = 1 << 20;

    private readonly Dictionary<(DwarfSections Sections, ulong Offset, int Sizes), EntryShapes> _shapes = [];
    private readonly Dictionary<DwarfUnit, SourceLanguage> _languages = [];
    private readonly Dictionary<DwarfUnit, ScopeMap> _scopes = [];
    private readonly Dictionary<EntryKey, int> _parents = [];
    private SourceLanguage? _first;

    /// <summary>Where everything comes from.</summary>
    public DwarfInfo Info => info;

    /// <summary>Abbreviations of a unit.</summary>
    public EntryShapes Shapes(DwarfUnit unit)
    {
        var key = (unit.Sections, unit.AbbreviationsOffset, unit.Context.AddressSize | unit.Context.OffsetSize << 8 | (unit.Context.Version <= 2 ? 1 << 16 : 0));
        if (_shapes.TryGetValue(key, out var known))
            return known;
        if (_shapes.Count >= MostTables)
            _shapes.Clear();
        var c = unit.Sections.Cursor(DwarfSection.Abbrev);
        if (!c.TrySeek((int)Math.Min(unit.AbbreviationsOffset, int.MaxValue)))
            c.TrySeek(c.Remaining);
        var shapes = EntryShapes.Read(ref c, unit.Context);
        _shapes.Add(key, shapes);
        return shapes;
    }

    /// <summary>The entry at an offset; null when there is none that can be read.</summary>
    public Entry? At(DwarfUnit unit, int offset)
    {
        Ready(unit);
        return Entry.Read(unit, Shapes(unit), offset);
    }

    /// <summary>Brings in a unit's entries, where the section is at hand in part only.</summary>
    public void Ready(DwarfUnit unit) => unit.Sections.Need(unit.Section, (ulong)unit.Offset);

    /// <summary>The first entry of a unit.</summary>
    public Entry? First(DwarfUnit unit) => Entry.Read(unit, Shapes(unit), unit.FirstEntry) ?? At(unit, unit.FirstEntry);

    /// <summary>The entry that an attribute refers to; null when it has none or it leads nowhere.</summary>
    public Entry? Follow(Entry entry, ushort attribute)
    {
        var reference = entry[attribute];
        return reference.Kind != DwarfValueKind.None && info.TryFollow(entry.Unit, reference, out var unit, out var offset) ? At(unit, offset) : null;
    }

    /// <summary>Where an attribute refers to.</summary>
    public bool TryFollow(Entry entry, ushort attribute, out EntryKey key)
    {
        key = default;
        var reference = entry[attribute];
        if (reference.Kind == DwarfValueKind.None || !info.TryFollow(entry.Unit, reference, out var unit, out var offset))
            return false;
        key = new EntryKey(unit, offset);
        return true;
    }

    /// <summary>The entry that one stems from: its abstract instance, else the declaration that it completes.</summary>
    public Entry? Origin(Entry entry) => Follow(entry, DW_AT.abstract_origin) ?? Follow(entry, DW_AT.specification);

    /// <summary>The first entry along the origins, itself included, that has an attribute.</summary>
    public Entry? WithAttribute(Entry entry, ushort attribute)
    {
        var at = entry;
        for (var hop = 0; hop < MostOrigins && at is not null; hop++)
        {
            if (at.Has(attribute))
                return at;
            at = Origin(at);
        }

        return null;
    }

    /// <summary>The name, of itself or what it stems from.</summary>
    public string? Name(Entry entry) => WithAttribute(entry, DW_AT.name)?.Text(DW_AT.name);

    /// <summary>The entries right below one, in order.</summary>
    public List<Entry> Children(Entry parent)
    {
        var children = new List<Entry>();
        if (!parent.HasChildren)
            return children;
        var shapes = Shapes(parent.Unit);
        var position = parent.Next;
        while (children.Count < MostChildren && Entry.Read(parent.Unit, shapes, position) is { } child)
        {
            children.Add(child);
            position = child.HasChildren ? After(child, shapes) : child.Next;
        }

        foreach (var child in children)
        {
            if (child.HasChildren)
                _parents.TryAdd(child.Key, parent.Offset);
        }

        return children;
    }

    /// <summary>Where what follows an entry and all below it begins; the unit's end when that cannot be known.</summary>
    private static int After(Entry entry, EntryShapes shapes)
    {
        var sibling = entry[DW_AT.sibling];
        if (sibling.Kind == DwarfValueKind.UnitReference && (ulong)entry.Unit.Offset + sibling.Value is var at && at > (ulong)entry.Next && at <= (ulong)entry.Unit.End)
            return (int)at;
        var reader = entry.Unit.ReaderAt(entry.Next);
        for (var depth = 1; depth > 0 && !reader.AtEnd;)
        {
            var code = reader.Uleb();
            if (code == 0)
            {
                depth--;
                continue;
            }

            ref readonly var shape = ref shapes.Find(code, out var found);
            if (!found)
                return entry.Unit.End;
            var next = shapes.Skip(ref reader, shape, entry.Unit.Offset);
            if (shape.HasChildren && next != 0)
                reader.JumpForward((ulong)next);
            else
                depth += shape.HasChildren ? 1 : 0;
        }

        return reader.Failed ? entry.Unit.End : reader.Position;
    }

    /// <summary>Notes what an entry stands in, so that nobody has to look for it.</summary>
    /// <returns>False when that was known.</returns>
    public bool NoteParent(EntryKey child, int parent) => _parents.TryAdd(child, parent);

    /// <summary>The namespace, type or function that an entry stands in; null right below the unit.</summary>
    public Entry? Parent(Entry entry)
    {
        if (!_parents.TryGetValue(entry.Key, out var parent))
        {
            if (!_scopes.TryGetValue(entry.Unit, out var map))
                _scopes.Add(entry.Unit, map = ScopeMap.Read(entry.Unit, Shapes(entry.Unit)));
            parent = map.Around(entry.Offset);
            _parents.TryAdd(entry.Key, parent);
        }

        return parent <= entry.Unit.FirstEntry ? null : At(entry.Unit, parent);
    }

    /// <summary>The nearest entry of some tags around one; null when it stands in none.</summary>
    public Entry? Around(Entry entry, Func<ushort, bool> tags)
    {
        var at = entry;
        for (var depth = 0; depth < InputLimits.Depth && Parent(at) is { } parent; depth++)
        {
            if (tags(parent.Tag))
                return parent;
            at = parent;
        }

        return null;
    }

    /// <summary>The language of a unit. Units that dwz made do not say: the module's first one that does speaks for them.</summary>
    public SourceLanguage Language(DwarfUnit unit)
    {
        if (_languages.TryGetValue(unit, out var known))
            return known;
        var language = First(unit)?.Number(DW_AT.language) is { } number ? Of(number) : _first ??= AnyLanguage();
        _languages.Add(unit, language);
        return language;
    }

    private SourceLanguage AnyLanguage()
    {
        foreach (var unit in info.List().Units)
        {
            if (First(unit)?.Number(DW_AT.language) is { } number && Of(number) is not SourceLanguage.Other and var language)
                return language;
        }

        return SourceLanguage.C;
    }

    private static SourceLanguage Of(ulong language) => language switch
    {
        DW_LANG.C or DW_LANG.C89 or DW_LANG.C99 or DW_LANG.C11 or DW_LANG.C17 or DW_LANG.C23 => SourceLanguage.C,
        DW_LANG.C_plus_plus or DW_LANG.C_plus_plus_03 or DW_LANG.C_plus_plus_11 or DW_LANG.C_plus_plus_14 or DW_LANG.C_plus_plus_17 or DW_LANG.C_plus_plus_20
            or DW_LANG.C_plus_plus_23 or DW_LANG.ObjC_plus_plus => SourceLanguage.Cpp,
        DW_LANG.Rust or DW_LANG.Rust_old => SourceLanguage.Rust,
        DW_LANG.Go => SourceLanguage.Go,
        _ => SourceLanguage.Other,
    };

    /// <summary>A name with what it stands in: <c>ns::Outer::Inner</c>. Names of Go have their package in them.</summary>
    public string? Qualified(Entry entry, string? name)
    {
        var language = Language(entry.Unit);
        if (name is null || language is SourceLanguage.C or SourceLanguage.Go)
            return name;
        // What a declaration stands in counts, wherever it is completed.
        var at = entry;
        for (var hop = 0; hop < MostOrigins && Origin(at) is { } origin; hop++)
            at = origin;
        for (var depth = 0; depth < InputLimits.Depth && Parent(at) is { } parent; depth++)
        {
            for (var hop = 0; hop < MostOrigins && Origin(parent) is { } origin; hop++)
                parent = origin;
            if (parent.Tag is DW_TAG.@namespace or DW_TAG.module or DW_TAG.structure_type or DW_TAG.class_type or DW_TAG.union_type or DW_TAG.interface_type or DW_TAG.subprogram
                or DW_TAG.enumeration_type && name.Length < InputLimits.NameBytes)
            {
                name = (Name(parent) ?? (parent.Tag == DW_TAG.@namespace ? "(anonymous namespace)" : "{unnamed}")) + "::" + name;
            }

            at = parent;
        }

        return name;
    }
}
