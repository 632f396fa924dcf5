using TraceKit.DebugInfo.Dwarf.Lines;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The same answers for all addresses of a unit at once.</summary>
internal sealed partial class UnitResolver
{
    private readonly RangeFlattener _flattener = new();
    private readonly List<FunctionRange> _flat = [];
    private int[] _numbers = [];

    /// <summary>Collects everything a unit answers. Texts are numbered in <see cref="Frames"/>.</summary>
    public void Collect(DwarfUnit unit, UnitContent content)
    {
        content.Functions.Clear();
        content.Ranges.Clear();
        content.Rows.Clear();
        _lines = ReadLines(unit, (offset, in from) => LineTable.Read(unit.Sections, offset, from));
        var full = Begin(unit, out var table);
        if (_walker.Walk(full, table, info.Code, default, prune: false) is { } damage)
            info.Report(full, damage);
        _flat.Clear();
        _flattener.Flatten(_walker.Ranges, _flat);

        // Only functions that own an address, and those that they were inlined into.
        var functions = _walker.Functions;
        if (_numbers.Length < functions.Length)
            _numbers = new int[functions.Length];
        var numbers = _numbers.AsSpan(0, functions.Length);
        numbers.Clear();
        foreach (var range in _flat)
        {
            for (var f = range.Function; f >= 0 && numbers[f] == 0; f = functions[f].IsInlined ? functions[f].Around : -1)
                numbers[f] = 1;
        }

        for (var f = 0; f < numbers.Length; f++)
        {
            if (numbers[f] == 0)
                continue;
            numbers[f] = content.Functions.Count;
            var function = functions[f];
            var facts = default(FunctionFacts);
            if (function.IsInlined && !FunctionFacts.TryRead(full, table, function.Entry, out facts))
                facts = default;
            content.Functions.Add(new UnitFunction(Name(full, table, function.Entry), function.IsInlined && function.Around >= 0 ? numbers[function.Around] : -1, function.IsInlined,
                facts.HasCallFile ? File(facts.CallFile) : 0, facts.CallLine, facts.CallColumn));
        }

        foreach (var range in _flat)
            content.Ranges.Add(range with { Function = numbers[range.Function] });
        if (_lines is not null)
            CollectRows(_lines, content.Rows);
        _lines = null;
    }

    private void CollectRows(LineTable lines, List<UnitRow> rows)
    {
        // Of sequences that overlap the one that begins last counts: they are sorted, so the one with the highest number.
        var sequences = new FunctionRange[lines.Sequences.Length];
        for (var i = 0; i < sequences.Length; i++)
            sequences[i] = new FunctionRange(lines.Sequences[i].Start.Value, lines.Sequences[i].End.Value, i);
        _flat.Clear();
        _flattener.Flatten(sequences, _flat);
        foreach (var piece in _flat)
        {
            var sequence = lines.Sequences[piece.Function];
            int low = sequence.FirstRow + 1, last = sequence.FirstRow + sequence.RowCount;
            for (var high = last; low < high;)
            {
                var middle = (low + high) >>> 1;
                if (lines.Row(sequence, middle).Start.Value <= piece.Start)
                    low = middle + 1;
                else
                    high = middle;
            }

            for (var r = low - 1; r < last; r++)
            {
                var row = lines.Row(sequence, r);
                if (row.Start.Value >= piece.End)
                    break;
                ulong start = Math.Max(row.Start.Value, piece.Start), end = Math.Min(row.End.Value, piece.End);
                if (end > start)
                    rows.Add(new UnitRow(start, end, File(row.File), row.Line, row.Column));
            }
        }
    }
}
