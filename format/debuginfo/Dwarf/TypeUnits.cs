namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Type units by signature (DWARF 5 §7.32; of version 4 in <c>.debug_types</c>).</summary>
internal sealed class TypeUnits
{
    private readonly DwarfInfo _info;
    private readonly Dictionary<ulong, DwarfUnit> _units = [];
    private readonly Dictionary<UnitList, Dictionary<ulong, DwarfUnit>> _split = [];

    /// <summary>Collects those of the linked file.</summary>
    public TypeUnits(DwarfInfo info)
    {
        _info = info;
        Old = info.Sections.Has(DwarfSection.Types) ? new UnitList(info.Sections, info.Report, DwarfSection.Types) : null;
        Add(info.List(), _units);
        if (Old is not null)
            Add(Old, _units);
    }

    /// <summary>The units of <c>.debug_types</c>; null when there is none.</summary>
    public UnitList? Old { get; }

    /// <summary>The unit of a signature; null when it is not at hand.</summary>
    /// <param name="from">The unit that refers to it: of a <c>.dwo</c> file, its own type units come first.</param>
    /// <param name="signature">The signature.</param>
    public DwarfUnit? Find(DwarfUnit from, ulong signature)
    {
        if (from.Siblings is { } list)
        {
            if (!_split.TryGetValue(list, out var own))
            {
                _split.Add(list, own = []);
                Add(list, own);
                if (list.Sections.Has(DwarfSection.Types))
                    Add(new UnitList(list.Sections, _info.Report, DwarfSection.Types), own);
            }

            if (own.TryGetValue(signature, out var found))
            {
                found.Skeleton ??= from.Skeleton;
                found.Siblings ??= list;
                return found;
            }
        }

        return _units.GetValueOrDefault(signature);
    }

    private static void Add(UnitList list, Dictionary<ulong, DwarfUnit> units)
    {
        foreach (var unit in list.Units)
        {
            if (unit.Type is DW_UT.type or DW_UT.split_type)
                units.TryAdd(unit.Identity, unit);
        }
    }
}
