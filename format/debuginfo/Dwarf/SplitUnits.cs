using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The split units of skeletons (DWARF 5 §7.3.2; GNU's form of version 4), from <c>.dwo</c> files or a package. The files found last stay open.</summary>
internal sealed class SplitUnits(DwarfInfo info, DwarfFiles files)
{
    /// <summary>Split files that are kept open.</summary>
    private const int MostOpen = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<DwarfUnit, DwarfUnit?> _found = [];
    private PackageIndex? _package;

    /// <summary>The split unit of a skeleton; null when it is not at hand.</summary>
    public DwarfUnit? Find(DwarfUnit skeleton)
    {
        lock (_lock)
        {
            if (_found.TryGetValue(skeleton, out var known))
                return known;
            if (_found.Count >= MostOpen)
                _found.Clear();

            var unit = InPackage(skeleton) ?? InFile(skeleton);
            if (unit is null)
                info.ReportMissing(skeleton.Text(skeleton.SplitNameValue));
            _found.Add(skeleton, unit);
            return unit;
        }
    }

    /// <summary>The unit of the same file that an offset is in.</summary>
    public DwarfUnit? FindUnit(DwarfUnit from, ulong offset)
    {
        if (offset >= (ulong)from.Offset && offset < (ulong)from.End)
            return from;
        var found = from.Siblings?.Find(offset);
        if (found is not null)
            found.Skeleton ??= from.Skeleton;
        return found;
    }

    /// <summary>Abbreviations of a split unit.</summary>
    public AbbreviationTable Abbreviations(DwarfUnit unit)
    {
        var c = unit.Sections.Cursor(DwarfSection.Abbrev);
        if (!c.TrySeek((int)Math.Min(unit.AbbreviationsOffset, int.MaxValue)))
            c.TrySeek(c.Remaining);
        return AbbreviationTable.Read(ref c, unit.Context);
    }

    private DwarfUnit? InPackage(DwarfUnit skeleton)
    {
        if (files.Package is not { } image)
            return null;
        _package ??= new PackageIndex(new DwarfSections(image, split: true, alternate: info.Sections.Alternate));
        if (!_package.TryFind(skeleton.Identity, out var parts) || parts.Info > int.MaxValue)
            return null;
        return Adopt(DwarfUnit.Read(_package.Sections, DwarfSection.Info, (int)parts.Info, parts, out var unit, out _), unit, skeleton);
    }

    private DwarfUnit? InFile(DwarfUnit skeleton)
    {
        if (files.SplitUnit?.Invoke(skeleton.Text(skeleton.SplitNameValue), skeleton.Text(skeleton.DirectoryValue), skeleton.Identity) is not { } image)
            return null;
        var list = new UnitList(new DwarfSections(image, split: true, alternate: info.Sections.Alternate), info.Report);
        foreach (var unit in list.Units)
        {
            if (unit.Tag != DW_TAG.compile_unit || unit.Identity != skeleton.Identity)
                continue;
            unit.Skeleton = skeleton;
            unit.Siblings = list;
            return unit;
        }

        return null;
    }

    private DwarfUnit? Adopt(BadDataException? damage, DwarfUnit? unit, DwarfUnit skeleton)
    {
        if (damage is not null)
            info.Report(skeleton, damage);
        if (unit is null)
            return null;
        unit.Skeleton = skeleton;
        long abbreviationBytes = unit.Sections[DwarfSection.Abbrev].Length;
        if (!unit.ReadFirstEntry(ref abbreviationBytes))
            info.Report(unit, UnitList.Unreadable(unit));
        return unit.Identity == skeleton.Identity ? unit : null;
    }
}
