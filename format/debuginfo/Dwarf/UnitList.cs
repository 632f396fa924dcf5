using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>All units of one file's <c>.debug_info</c> or <c>.debug_types</c>, and their abbreviations while somebody uses them.</summary>
/// <remarks>Safe for any number of threads once made.</remarks>
internal sealed class UnitList
{
    private readonly DwarfUnit[] _units;
    private readonly int[] _offsets;
    private readonly Dictionary<(ulong Offset, int Sizes), WeakReference<AbbreviationTable>> _tables = [];

    /// <summary>Reads headers and first entries.</summary>
    /// <param name="sections">The file.</param>
    /// <param name="report">Told of each unit that is damaged.</param>
    /// <param name="section"><see cref="DwarfSection.Info"/>, or <see cref="DwarfSection.Types"/> of version 4.</param>
    public UnitList(DwarfSections sections, Action<DwarfSections, int, BadDataException> report, DwarfSection section = DwarfSection.Info)
    {
        Sections = sections;
        var units = new List<DwarfUnit>();
        var length = sections[section].Length;
        // A unit's first entry has the first shape of its table; hostile ones make every unit read a whole table.
        var abbreviationBytes = 4L * sections[DwarfSection.Abbrev].Length + (1 << 16);
        for (var offset = 0; offset < length;)
        {
            var damage = DwarfUnit.Read(sections, section, offset, default, out var unit, out var next);
            if (damage is not null)
                report(sections, offset, damage);
            if (unit is not null)
            {
                if (!unit.ReadFirstEntry(ref abbreviationBytes))
                    report(sections, offset, Unreadable(unit));
                units.Add(unit);
            }

            offset = next;
        }

        _units = [.. units];
        _offsets = Array.ConvertAll(_units, static unit => unit.Offset);
    }

    /// <summary>The file.</summary>
    public DwarfSections Sections { get; }

    /// <summary>The units, by offset.</summary>
    public ReadOnlySpan<DwarfUnit> Units => _units;

    /// <summary>The unit that an offset of the section is in.</summary>
    public DwarfUnit? Find(ulong offset)
    {
        if (offset > int.MaxValue)
            return null;
        var i = Array.BinarySearch(_offsets, (int)offset);
        i = i < 0 ? ~i - 1 : i;
        return i >= 0 && (int)offset < _units[i].End ? _units[i] : null;
    }

    /// <summary>A unit's abbreviations; shared among those that use them at one time.</summary>
    public AbbreviationTable Abbreviations(DwarfUnit unit)
    {
        var key = (unit.AbbreviationsOffset, unit.Context.AddressSize | unit.Context.OffsetSize << 8 | (unit.Context.Version <= 2 ? 1 << 16 : 0));
        lock (_tables)
        {
            if (_tables.TryGetValue(key, out var known) && known.TryGetTarget(out var table))
                return table;
        }

        var c = unit.Sections.Cursor(DwarfSection.Abbrev);
        if (!c.TrySeek((int)Math.Min(unit.AbbreviationsOffset, int.MaxValue)))
            c.TrySeek(c.Remaining);
        var made = AbbreviationTable.Read(ref c, unit.Context);
        lock (_tables)
            _tables[key] = new WeakReference<AbbreviationTable>(made);
        return made;
    }

    /// <summary>A unit whose first entry breaks off.</summary>
    public static BadDataException Unreadable(DwarfUnit unit) =>
        new(unit.Sections.Image.Name, unit.Sections.NameOf(unit.Section), (ulong)unit.FirstEntry, BadDataCode.InvalidValue, "a unit's first entry", "one that cannot be read");
}
