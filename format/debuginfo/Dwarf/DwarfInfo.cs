using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The debugging information of one module: functions, inlined ones included, and source lines of its addresses.</summary>
/// <remarks>
/// Units are opened when a batch has addresses in them and forgotten after it, so memory follows what is asked, apart from the sections themselves; of large compressed ones a small batch keeps only
/// the units that <c>.debug_aranges</c> names.
/// One thread at a time; it uses several cores itself.
/// </remarks>
public sealed partial class DwarfInfo : ISourceResolver
{
    private readonly DwarfSections _sections;
    private readonly SplitUnits _split;
    private readonly HashSet<(DwarfSections, int)> _damaged = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly Lock _reports = new();
    private UnitList? _units;
    private UnitList? _alternate;
    private TypeUnits? _typeUnits;
    private AddressMap? _map;
    private AddressMap? _hints;
    private AddressMap? _children;
    private BadDataException? _firstDamage;

    private DwarfInfo(DwarfSections sections, DwarfFiles files)
    {
        _sections = sections;
        _split = new SplitUnits(this, files);
        Code = new CodeRanges(sections.Image);
    }

    /// <summary>The sections of the file.</summary>
    public DwarfSections Sections => _sections;

    /// <summary>Whether the file has compilation units at all.</summary>
    public bool HasUnits => _sections.Has(DwarfSection.Info);

    /// <summary>Most threads that a batch is answered by.</summary>
    public int Workers { get; set; } = Environment.ProcessorCount;

    /// <summary>Units found damaged so far: what could not be read of them, or of their line tables, is unknown.</summary>
    public int DamagedUnits
    {
        get
        {
            lock (_reports)
                return _damaged.Count;
        }
    }

    /// <summary>The first thing found wrong; null while nothing was.</summary>
    public BadDataException? FirstDamage => _firstDamage ?? _sections.FirstDamage ?? _sections.Alternate?.FirstDamage;

    /// <summary>Names of files (<c>.dwo</c>, the one that <c>.gnu_debugaltlink</c> names) that were needed so far and are not at hand.</summary>
    public IReadOnlyCollection<string> MissingFiles
    {
        get
        {
            lock (_reports)
                return [.. _missing.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Whether some of what was asked is in other files by unit (<c>.dwo</c>, <c>.dwp</c>).</summary>
    public bool HasSplitUnits { get; private set; }

    /// <summary>Where the module has code.</summary>
    internal CodeRanges Code { get; }

    /// <summary>Opens the debugging information of a file. Nothing of it is read before the first batch.</summary>
    /// <param name="image">The file with the <c>.debug_*</c> sections: the separate debug file where there is one.</param>
    /// <param name="files">The files beside it.</param>
    public static DwarfInfo Open(ElfImage image, DwarfFiles files = default)
    {
        var alternate = files.Alternate is { } shared ? new DwarfSections(shared) : null;
        return new DwarfInfo(new DwarfSections(image, alternate: alternate), files);
    }

    /// <summary>Notes that a unit is damaged.</summary>
    internal void Report(DwarfUnit unit, BadDataException damage) => Report(unit.Sections, unit.Offset, damage);

    /// <summary>Notes that the unit at an offset is damaged.</summary>
    internal void Report(DwarfSections sections, int offset, BadDataException damage)
    {
        lock (_reports)
        {
            _damaged.Add((sections, offset));
            _firstDamage ??= damage;
        }
    }

    /// <summary>Notes that a file is not at hand.</summary>
    internal void ReportMissing(string name)
    {
        lock (_reports)
            _missing.Add(name);
    }

    /// <summary>The unit that has the entries: the split one of a skeleton, where that is at hand.</summary>
    internal DwarfUnit FullUnit(DwarfUnit unit)
    {
        if (unit.SplitNameValue.Kind == DwarfValueKind.None)
            return unit;
        HasSplitUnits = true;
        return _split.Find(unit) ?? unit;
    }

    /// <summary>A unit's abbreviations.</summary>
    internal AbbreviationTable Abbreviations(DwarfUnit unit) =>
        ReferenceEquals(unit.Sections, _sections) ? _units!.Abbreviations(unit) : _alternate is { } shared && ReferenceEquals(unit.Sections, shared.Sections) ? shared.Abbreviations(unit) : _split.Abbreviations(unit);

    /// <summary>Where a reference of a unit leads.</summary>
    internal bool TryFollow(DwarfUnit unit, in DwarfValue reference, out DwarfUnit target, out int entry)
    {
        target = unit;
        entry = 0;
        DwarfUnit? found;
        switch (reference.Kind)
        {
            case DwarfValueKind.UnitReference:
                if (reference.Value > int.MaxValue)
                    return false;
                entry = (int)Math.Min((long)unit.Offset + (long)reference.Value, int.MaxValue);
                return entry < unit.End;
            case DwarfValueKind.InfoReference:
                found = unit.Skeleton is not null ? _split.FindUnit(unit, reference.Value)
                    : ReferenceEquals(unit.Sections, _sections) ? _units!.Find(reference.Value) : _alternate?.Find(reference.Value);
                break;
            case DwarfValueKind.AlternateReference:
                found = Alternate()?.Find(reference.Value);
                if (found is null)
                    ReportMissing(_sections.Image.TrySection(".gnu_debugaltlink", out _) && _sections.Alternate is null ? AlternateName() : ".gnu_debugaltlink");
                break;
            case DwarfValueKind.SignatureReference:
                found = TypeUnits().Find(unit, reference.Value);
                if (found is null)
                    return false;
                (target, entry) = (found, found.TypeEntry);
                return entry < found.End;
            default:
                return false;
        }

        if (found is null)
            return false;
        target = found;
        entry = (int)reference.Value;
        return true;
    }

    /// <summary>Brings in a unit that another one refers to. Files whose units do so do it all over: then all of the section is needed.</summary>
    internal static void BringIn(DwarfUnit unit)
    {
        if (unit.Sections.Partly(unit.Section, openNow: false) is { } partial && !partial.Has(unit.Offset))
            unit.Sections.Complete(unit.Section);
    }

    /// <summary>The units, without asking which addresses they have.</summary>
    internal UnitList List()
    {
        lock (_split)
        {
            if (_units is null)
            {
                // Headers of all units, where the section is at hand in part only.
                if (_sections.Partly(DwarfSection.Info, openNow: false) is { HasHeads: false } partial && partial.Keep(static (_, _) => false) is { } damage)
                    Report(_sections, 0, damage);
                _units = new UnitList(_sections, Report);
            }

            return _units;
        }
    }

    /// <summary>The type units.</summary>
    internal TypeUnits TypeUnits()
    {
        lock (_split)
            return _typeUnits ??= new TypeUnits(this);
    }

    /// <summary>The units of the file that dwz shares; null without one.</summary>
    internal UnitList? AlternateUnits => Alternate();

    private string AlternateName() =>
        _sections.Image.TrySectionData(".gnu_debugaltlink", out var data) && DwarfForm.TryCString(data.Span, 0, out var name) ? System.Text.Encoding.UTF8.GetString(name) : ".gnu_debugaltlink";

    private UnitList? Alternate()
    {
        if (_alternate is null && _sections.Alternate is { } shared)
        {
            lock (_sections)
                _alternate ??= new UnitList(shared, Report);
        }

        return _alternate;
    }
}
