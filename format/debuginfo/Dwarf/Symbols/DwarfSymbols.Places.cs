using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf.Lines;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

public sealed partial class DwarfSymbols
{
    private readonly Dictionary<DwarfUnit, LineTable?> _lines = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> FindFiles(string pathEnd)
    {
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, paths) in UnitsWith(pathEnd))
        {
            foreach (var path in paths)
            {
                if (seen.Add(path))
                    found.Add(path);
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Svma> FindLine(string file, int line)
    {
        var found = new List<ulong>();
        foreach (var (unit, _) in UnitsWith(file))
        {
            var sink = new RowSink(Info.Code);
            if (ReadRows(unit, ref sink) is not { } table)
                continue;
            var starts = new List<ulong>();
            for (var i = 0; i < sink.Rows.Count; i++)
            {
                // The row that begins a run of that line.
                var row = sink.Rows[i];
                if (row.Line == (uint)line && row.IsStmt && !row.IsEnd && table.FilePath(row.File) == file)
                    starts.Add(row.Address);
            }

            starts.Sort();
            AddOnePerCopy(unit, starts, found);
        }

        found.Sort();
        var addresses = new List<Svma>();
        foreach (var address in found)
        {
            if (addresses.Count == 0 || addresses[^1].Value != address)
                addresses.Add(new Svma(address));
        }

        return addresses;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> LinesOf(string file)
    {
        var lines = new HashSet<int>();
        foreach (var (unit, _) in UnitsWith(file))
        {
            var sink = new RowSink(Info.Code);
            if (ReadRows(unit, ref sink) is not { } table)
                continue;
            var same = new Dictionary<uint, bool>();
            foreach (var row in sink.Rows)
            {
                if (row.IsEnd || !row.IsStmt || row.Line is 0 or > int.MaxValue)
                    continue;
                if (!same.TryGetValue(row.File, out var isFile))
                    same.Add(row.File, isFile = table.FilePath(row.File) == file);
                if (isFile)
                    lines.Add((int)row.Line);
            }
        }

        var sorted = new List<int>(lines);
        sorted.Sort();
        return sorted;
    }

    /// <inheritdoc/>
    public (string File, int Line)? PlaceOf(Svma address)
    {
        foreach (var unit in UnitsAt(address))
        {
            if (Lines(unit) is { } table && table.TryFind(address, out var row) && row.Line != 0 && table.FilePath(row.File) is { Length: > 0 } path)
                return (path, (int)row.Line);
        }

        return null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceRow> RowsIn(CodeRange range)
    {
        foreach (var unit in UnitsAt(range.Start))
        {
            var sink = new RowSink(Info.Code);
            if (ReadRows(unit, ref sink) is not { } table)
                continue;
            var rows = new List<SourceRow>();
            foreach (var row in sink.Rows)
            {
                if (row.IsStmt && !row.IsEnd && range.Contains(new Svma(row.Address)))
                    rows.Add(new SourceRow(new Svma(row.Address), table.FilePath(row.File), (int)Math.Min(row.Line, int.MaxValue), row.IsPrologueEnd));
            }

            if (rows.Count == 0)
                continue;
            rows.Sort(static (a, b) => a.Address.Value.CompareTo(b.Address.Value));
            return rows;
        }

        return [];
    }

    /// <summary>Units of the linked file that may have an address, the likeliest first.</summary>
    private IEnumerable<DwarfUnit> UnitsAt(Svma address)
    {
        for (var order = 0; order < 3; order++)
        {
            var map = Info.Claims(order);
            for (var choice = 0; choice < DwarfInfo.MostChoices && map.Find(address.Value, choice) is >= 0 and var number; choice++)
                yield return Info.List().Units[number];
        }
    }

    /// <summary>Units whose line table names a file, with the paths that end so.</summary>
    private IEnumerable<(DwarfUnit Unit, List<string> Paths)> UnitsWith(string pathEnd)
    {
        var name = Encoding.UTF8.GetBytes(pathEnd[(pathEnd.LastIndexOf('/') + 1)..]);
        var seen = new HashSet<(DwarfSections, ulong)>();
        Info.Sections.Complete(DwarfSection.Line);
        var list = Info.List();
        for (var i = 0; i < list.Units.Length && name.Length > 0; i++)
        {
            var unit = list.Units[i];
            if (unit.Tag == DW_TAG.type_unit || unit.LineOffset.Kind == DwarfValueKind.None || !seen.Add((unit.Sections, unit.LineOffset.Value)) || ReadFiles(unit) is not { } table)
                continue;
            List<string>? paths = null;
            for (var file = 0u; file < (uint)table.FileCount; file++)
            {
                if (table.EndsIn(file, name) && table.FilePath(file) is var path && PathEnds(path, pathEnd) && paths?.Contains(path) != true)
                    (paths ??= []).Add(path);
            }

            if (paths is not null)
                yield return (unit, paths);
        }
    }

    private LineTable? Lines(DwarfUnit unit)
    {
        if (_lines.TryGetValue(unit, out var table))
            return table;
        if (_lines.Count >= 16)
            _lines.Clear();
        unit.Sections.Need(DwarfSection.Line, unit.LineOffset.Value);
        table = unit.LineOffset.Kind is DwarfValueKind.SectionOffset or DwarfValueKind.Constant &&
            LineTable.TryRead(unit.Sections, new DebugLineOffset(unit.LineOffset.Value), LineUnitOf(unit), out var read) ? read : null;
        _lines.Add(unit, table);
        return table;
    }

    private LineTable? ReadRows(DwarfUnit unit, ref RowSink sink)
    {
        unit.Sections.Need(DwarfSection.Line, unit.LineOffset.Value);
        try
        {
            return unit.LineOffset.Kind is DwarfValueKind.SectionOffset or DwarfValueKind.Constant
                ? LineTable.ReadTo(unit.Sections, new DebugLineOffset(unit.LineOffset.Value), LineUnitOf(unit), ref sink) : null;
        }
        catch (BadDataException e)
        {
            Info.Report(unit, e);
            return null;
        }
    }

    /// <summary>Of the places of one line, the lowest one in each function and each inlined instance.</summary>
    private void AddOnePerCopy(DwarfUnit unit, List<ulong> starts, List<ulong> found)
    {
        if (starts.Count == 0)
            return;
        var full = Info.FullUnit(unit);
        Entries.Ready(full);
        var walker = _walker ??= new FunctionWalker();
        var hits = starts.ToArray();
        if (walker.Walk(full, Info.Abbreviations(full), Info.Code, hits, prune: false) is { } damage)
            Info.Report(full, damage);
        var owners = new int[hits.Length];
        Array.Fill(owners, -1);
        foreach (ref readonly var range in walker.Ranges)
        {
            for (var i = FunctionWalker.LowerBound(hits, range.Start); i < hits.Length && hits[i] < range.End; i++)
                owners[i] = range.Function;
        }

        var taken = new HashSet<int>();
        for (var i = 0; i < hits.Length; i++)
        {
            if (owners[i] < 0 || taken.Add(owners[i]))
                found.Add(hits[i]);
        }
    }

    /// <summary>Rows as a line program states them, those of dropped code left out.</summary>
    private readonly struct RowSink(CodeRanges code) : ILineProgramSink
    {
        private readonly CodeRanges _code = code;

        /// <summary>The rows.</summary>
        public List<StatedRow> Rows { get; } = [];

        public void Row(ulong address, uint file, uint line, uint column, LineRowFlags flags, uint discriminator, uint isa, uint opIndex)
        {
            if (_code.Contains(address))
                Rows.Add(new StatedRow(address, file, line, flags));
        }
    }

    private readonly struct StatedRow(ulong address, uint file, uint line, LineRowFlags flags)
    {
        public ulong Address { get; } = address;

        public uint File { get; } = file;

        public uint Line { get; } = line;

        public bool IsStmt => (flags & LineRowFlags.IsStmt) != 0;

        public bool IsEnd => (flags & LineRowFlags.EndSequence) != 0;

        public bool IsPrologueEnd => (flags & LineRowFlags.PrologueEnd) != 0;
    }
}
