using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf.Lines;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Answers addresses unit by unit; one for each core. Holds what one unit needs, and the texts of the batch.</summary>
internal sealed partial class UnitResolver(DwarfInfo info)
{
    /// <summary>Most steps from an entry to the one that has its name: real chains have three.</summary>
    private const int MostOrigins = 16;

    /// <summary>Ranges over one address; real ones are as many as functions nest.</summary>
    private const int MostNested = 512;

    private readonly FunctionWalker _walker = new();
    private readonly Dictionary<(DwarfUnit Unit, int Entry), int> _names = [];
    private readonly Dictionary<(DwarfSections Sections, ulong Offset), int> _strings = [];
    private readonly Dictionary<DwarfUnit, AbbreviationTable> _tables = [];
    private readonly Dictionary<uint, int> _files = [];
    private int[] _owners = [];
    private LineHit[] _hits = [];
    private LineTable? _lines;

    /// <summary>What was answered, address by address.</summary>
    public SourceFrames Frames { get; } = new();

    /// <summary>Answers addresses of one unit.</summary>
    /// <param name="unit">The unit in the linked file.</param>
    /// <param name="addresses">Ascending.</param>
    /// <param name="answers">Gets for each address what is known.</param>
    public void Resolve(DwarfUnit unit, ulong[] addresses, Span<UnitAnswer> answers)
    {
        if (_owners.Length < addresses.Length)
            _owners = new int[Math.Max(addresses.Length, 256)];
        var owners = _owners.AsSpan(0, addresses.Length);
        owners.Fill(-1);
        ReadHits(unit, addresses);
        var full = Begin(unit, out var table);
        Own(full, table, addresses, owners, prune: true);
        if (_walker.Pruned && owners.Contains(-1))
            Own(full, table, addresses, owners, prune: false);
        for (var i = 0; i < addresses.Length; i++)
            answers[i] = new UnitAnswer(Frames.Count, Add(full, table, _hits[i], owners[i]));
        _lines = null;
    }

    /// <summary>Forgets the unit before and opens this one.</summary>
    private DwarfUnit Begin(DwarfUnit unit, out AbbreviationTable table)
    {
        _names.Clear();
        _tables.Clear();
        _files.Clear();
        if (_strings.Count > 1 << 16)
            _strings.Clear();
        var full = info.FullUnit(unit);
        table = Table(full);
        return full;
    }

    private AbbreviationTable Table(DwarfUnit unit)
    {
        if (!_tables.TryGetValue(unit, out var table))
        {
            if (_tables.Count > 64)
                _tables.Clear();
            _tables.Add(unit, table = info.Abbreviations(unit));
        }

        return table;
    }

    /// <summary>Finds the rows of the addresses.</summary>
    private void ReadHits(DwarfUnit unit, ulong[] addresses)
    {
        if (_hits.Length < addresses.Length)
            _hits = new LineHit[Math.Max(addresses.Length, 256)];
        _hits.AsSpan(0, addresses.Length).Clear();
        var sink = new LineHits(addresses, _hits, addresses.Length, unit.Context.AddressSize, info.Code.HasCodeAtZero);
        _lines = ReadLines(unit, (offset, in from) => LineTable.ReadTo(unit.Sections, offset, from, ref sink));
        sink.Finish();
    }

    private LineTable? ReadLines(DwarfUnit unit, LineReader read)
    {
        if (unit.LineOffset.Kind is not (DwarfValueKind.SectionOffset or DwarfValueKind.Constant))
            return null;
        try
        {
            var lines = read(new DebugLineOffset(unit.LineOffset.Value), new LineUnit
            {
                CompilationDirectory = unit.Text(unit.DirectoryValue),
                AddressSize = unit.Context.AddressSize,
                StrOffsetsBase = unit.Context.StringOffsetsBase,
                HasCodeAtZero = info.Code.HasCodeAtZero,
            });
            if (lines.IsDamaged)
                info.Report(unit, new BadDataException(unit.Sections.Image.Name, ".debug_line", unit.LineOffset.Value, BadDataCode.InvalidValue, "a line number program that ends", "one that breaks off"));
            return lines;
        }
        catch (BadDataException e)
        {
            info.Report(unit, e);
            return null;
        }
    }

    private delegate LineTable LineReader(DebugLineOffset offset, in LineUnit unit);

    /// <summary>Finds for each address the innermost function.</summary>
    private void Own(DwarfUnit unit, AbbreviationTable table, ReadOnlySpan<ulong> addresses, Span<int> owners, bool prune)
    {
        if (_walker.Walk(unit, table, info.Code, addresses, prune) is { } damage)
            info.Report(unit, damage);
        owners.Fill(-1);
        var left = (long)addresses.Length * MostNested + (1 << 16);
        foreach (ref readonly var range in _walker.Ranges)
        {
            for (var i = FunctionWalker.LowerBound(addresses, range.Start); i < addresses.Length && addresses[i] < range.End; i++, left--)
                owners[i] = range.Function;
            if (left < 0)
            {
                info.Report(unit, new BadDataException(unit.Sections.Image.Name, unit.Sections.NameOf(unit.Section), (ulong)unit.Offset, BadDataCode.LimitExceeded, $"at most {MostNested} ranges over an address", "more"));
                break;
            }
        }
    }

    /// <summary>Adds the chain of an address, innermost first.</summary>
    private AnswerKind Add(DwarfUnit unit, AbbreviationTable table, in LineHit hit, int function)
    {
        var kind = AnswerKind.Nothing;
        int file = 0;
        uint line = 0, column = 0;
        if (hit.IsFound)
        {
            kind = AnswerKind.Line;
            (file, line, column) = (File(hit.Found.File), hit.Found.Line, hit.Found.Column);
        }

        if (function < 0 && kind == AnswerKind.Line)
            Frames.Add(new SourceFrame(0, file, line, column));
        var functions = _walker.Functions;
        for (; function >= 0; function = functions[function].Around)
        {
            kind = AnswerKind.Function;
            var entry = functions[function].Entry;
            Frames.Add(new SourceFrame(Name(unit, table, entry), file, line, column));
            if (!functions[function].IsInlined)
                break;
            var called = FunctionFacts.TryRead(unit, table, entry, out var facts);
            file = called && facts.HasCallFile ? File(facts.CallFile) : 0;
            (line, column) = called ? (facts.CallLine, facts.CallColumn) : (0, 0);
        }

        Frames.EndAddress();
        return kind;
    }

    private int File(uint file)
    {
        if (_lines is null)
            return 0;
        if (!_files.TryGetValue(file, out var text))
            _files.Add(file, text = Frames.Intern(_lines.FilePath(file)));
        return text;
    }

    /// <summary>The name of a function: of its entry, or of those it stems from; linkage names before plain ones.</summary>
    private int Name(DwarfUnit unit, AbbreviationTable table, int entry)
    {
        if (_names.TryGetValue((unit, entry), out var name))
            return name;
        var key = (unit, entry);
        var plain = 0;
        for (var hop = 0; hop < MostOrigins && FunctionFacts.TryRead(unit, table, entry, out var facts); hop++)
        {
            name = Text(unit, facts.LinkageName);
            if (name != 0)
                break;
            if (plain == 0)
                plain = Text(unit, facts.Name);
            ref readonly var origin = ref facts.Origin.Kind != DwarfValueKind.None ? ref facts.Origin : ref facts.Specification;
            if (!info.TryFollow(unit, origin, out var next, out entry))
                break;
            if (hop == 0 && _names.TryGetValue((next, entry), out name))
                break;
            if (!ReferenceEquals(next, unit))
            {
                DwarfInfo.BringIn(next);
                (unit, table) = (next, Table(next));
            }
        }

        name = name != 0 ? name : plain;
        _names.TryAdd((unit, entry), name);
        _names[key] = name;
        return name;
    }

    private int Text(DwarfUnit unit, in DwarfValue value)
    {
        if (value.Kind == DwarfValueKind.None)
            return 0;
        if (value.Kind is not (DwarfValueKind.StringOffset or DwarfValueKind.AlternateStringOffset))
            return Frames.Intern(unit.Text(value));
        var sections = value.Kind == DwarfValueKind.StringOffset ? unit.Sections : unit.Sections.Alternate;
        if (sections is null)
            return 0;
        if (!_strings.TryGetValue((sections, value.Value), out var text))
        {
            text = DwarfForm.TryCString(sections[DwarfSection.Str].Span, value.Value, out var bytes) && bytes.Length <= InputLimits.NameBytes ? Frames.Intern(Encoding.UTF8.GetString(bytes)) : 0;
            _strings.Add((sections, value.Value), text);
        }

        return text;
    }
}

/// <summary>What a unit knows of an address.</summary>
internal enum AnswerKind : byte
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Its line.</summary>
    Line,

    /// <summary>Its function.</summary>
    Function,
}

/// <summary>An answer and where its frames are.</summary>
/// <param name="Position">Position in the resolver's frames.</param>
/// <param name="Kind">How much is known.</param>
internal readonly record struct UnitAnswer(int Position, AnswerKind Kind);
