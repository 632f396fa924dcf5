using System.Runtime.InteropServices;
using TraceKit.Engine.Filters;

namespace TraceKit.Engine.Aggregates;

/// <summary>How samples are counted.</summary>
public sealed record CountOptions
{
    /// <summary>Keys that tell rows apart.</summary>
    public IReadOnlyList<SortKey> Rows { get; init; } = [];

    /// <summary>A key whose values are columns; null for none.</summary>
    public SortKey? Columns { get; init; }

    /// <summary>Nanoseconds of a span of time that each row is of; 0 for the whole recording.</summary>
    public long Every { get; init; }

    /// <summary>Time that spans begin at: the recording's start.</summary>
    public long Start { get; init; }

    /// <summary>What of that time was asked for: rates are of it.</summary>
    public TimeWindows Times { get; init; } = TimeRanges.All.Resolve(0, 0);

    /// <summary>End of the time that is counted, nanoseconds: the last span may be shorter.</summary>
    public long End { get; init; }

    /// <summary>Fields whose values are added up.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Most rows in each span, the largest of the whole recording; what the others have is one more row. 0 for all.</summary>
    public int Top { get; init; }

    /// <summary>Most columns, in the same way.</summary>
    public int TopColumns { get; init; } = 64;
}

/// <summary>Sums of samples that agree in row, span and column.</summary>
/// <param name="fields">Fields that are added up.</param>
public sealed class CountCell(int fields)
{
    /// <summary>Samples.</summary>
    public long Count { get; private set; }

    /// <summary>Sum of their weights.</summary>
    public long Weight { get; private set; }

    /// <summary>Sum of each field.</summary>
    public Int128[] Sums { get; } = new Int128[fields];

    /// <summary>Samples that have each field.</summary>
    public long[] Values { get; } = new long[fields];

    internal void Add(long count, long weight) => (Count, Weight) = (Count + count, Weight + weight);

    internal void Add(int field, Int128 value, long count)
    {
        Sums[field] += value * count;
        Values[field] += count;
    }

    internal void Add(CountCell other)
    {
        Add(other.Count, other.Weight);
        for (var i = 0; i < Sums.Length; i++)
        {
            Sums[i] += other.Sums[i];
            Values[i] += other.Values[i];
        }
    }
}

/// <summary>One row of a <see cref="CountTable"/>.</summary>
/// <param name="Bucket">The span of time; 0 when there is only the whole.</param>
/// <param name="Values">Value of each key; empty of the row for all that were not among the largest.</param>
/// <param name="Cells">One for each column, null where nothing is; one alone when there are no columns.</param>
/// <param name="Total">All of the row.</param>
public sealed record CountRow(int Bucket, IReadOnlyList<string> Values, IReadOnlyList<CountCell?> Cells, CountCell Total)
{
    /// <summary>Whether it is what remains.</summary>
    public bool IsRest { get; init; }
}

/// <summary>Samples counted by keys, over time: the numbers of <c>stat</c>.</summary>
public sealed class CountTable
{
    private CountTable(IReadOnlyList<string> columns, bool hasRestColumn, IReadOnlyList<CountRow> rows, CountRow total, int buckets)
    {
        Columns = columns;
        HasRestColumn = hasRestColumn;
        Rows = rows;
        Total = total;
        Buckets = buckets;
    }

    /// <summary>Values of the key of columns in their order; empty when there is none.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Whether the last of <see cref="Columns"/> is for all values that were not among the largest.</summary>
    public bool HasRestColumn { get; }

    /// <summary>By time, then the largest first.</summary>
    public IReadOnlyList<CountRow> Rows { get; }

    /// <summary>All.</summary>
    public CountRow Total { get; }

    /// <summary>Spans of time.</summary>
    public int Buckets { get; }

    /// <summary>Counts.</summary>
    /// <param name="analysis">It has kept what the keys need, and samples when there are spans of time.</param>
    /// <param name="options">By what.</param>
    public static CountTable Build(Analysis analysis, CountOptions options)
    {
        var rows = new Ranking(RowGroups.Make(analysis, options.Rows), analysis, options.Top);
        var columns = options.Columns is { } key ? new Ranking(RowGroups.Make(analysis, [key]), analysis, options.TopColumns) : null;
        var buckets = options.Every > 0 ? (int)Math.Clamp((options.End - options.Start + options.Every - 1) / options.Every, 1, int.MaxValue) : 1;
        var cells = new Dictionary<(int Bucket, int Row, int Column), CountCell>();
        var samples = analysis.Samples;
        var fields = options.Fields.Select(samples.Field).ToArray();
        for (var row = 0; row < samples.Count; row++)
        {
            var bucket = options.Every > 0 ? (int)Math.Clamp((samples.Times[row] - options.Start) / options.Every, 0, buckets - 1) : 0;
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, (bucket, rows.OfRow(row), columns?.OfRow(row) ?? 0), out _);
            cell ??= new CountCell(fields.Length);
            var count = samples.Counts[row];
            cell.Add(count, samples.Weights[row]);
            for (var i = 0; i < fields.Length; i++)
            {
                if (fields[i] is { IsText: false } field && field.Has(row))
                    cell.Add(i, field.Formatter is { IsUnsigned64: true } ? (ulong)field.Values[row] : field.Values[row], count);
            }
        }

        var width = columns?.Count ?? 1;
        var table = new Dictionary<(int Bucket, int Row), CountRow>();
        var total = new CountRow(0, [], new CountCell?[width], new CountCell(fields.Length));
        foreach (var (at, cell) in cells)
        {
            if (!table.TryGetValue((at.Bucket, at.Row), out var row))
                table.Add((at.Bucket, at.Row), row = new CountRow(at.Bucket, rows.Texts(at.Row), new CountCell?[width], new CountCell(fields.Length)) { IsRest = rows.IsRest(at.Row) });
            ((CountCell?[])row.Cells)[at.Column] = cell;
            row.Total.Add(cell);
            (((CountCell?[])total.Cells)[at.Column] ??= new CountCell(fields.Length)).Add(cell);
            total.Total.Add(cell);
        }

        // A span in which nothing happened says so, where a row is a span.
        for (var bucket = 0; options.Every > 0 && options.Rows.Count == 0 && bucket < buckets; bucket++)
            table.TryAdd((bucket, 0), new CountRow(bucket, [], new CountCell?[width], new CountCell(fields.Length)));
        var ordered = table.Select(t => (t.Key.Row, Line: t.Value)).ToArray();
        Array.Sort(ordered, (a, b) => a.Line.Bucket != b.Line.Bucket ? a.Line.Bucket.CompareTo(b.Line.Bucket) : rows.Compare((a.Row, a.Line.Total.Count), (b.Row, b.Line.Total.Count)));
        return new CountTable(columns?.InOrder() ?? [], columns?.HasRest ?? false, [.. ordered.Select(o => columns is null ? o.Line : o.Line with { Cells = columns.InOrder(o.Line.Cells) })],
            columns is null ? total : total with { Cells = columns.InOrder(total.Cells) }, buckets);
    }

    /// <summary>Groups, those beyond the largest taken together.</summary>
    private sealed class Ranking
    {
        private readonly RowGroups _groups;
        private readonly int[] _kept; // groups by their place here
        private readonly int[] _placeOfGroup;
        private readonly int[] _order;

        public Ranking(RowGroups groups, Analysis analysis, int most)
        {
            _groups = groups;
            var counts = new long[groups.Count];
            for (var row = 0; row < groups.OfRow.Length; row++)
            {
                if (groups.OfRow[row] >= 0)
                    counts[groups.OfRow[row]] += analysis.Samples.Counts[row];
            }

            _kept = new int[counts.Length];
            for (var i = 0; i < _kept.Length; i++)
                _kept[i] = i;
            if (most > 0 && most < _kept.Length)
            {
                Array.Sort(_kept, (a, b) => counts[a] != counts[b] ? counts[b].CompareTo(counts[a]) : groups.Compare(a, b));
                _kept = _kept[..most];
                HasRest = true;
            }

            _placeOfGroup = new int[groups.Count];
            Array.Fill(_placeOfGroup, _kept.Length);
            for (var i = 0; i < _kept.Length; i++)
                _placeOfGroup[_kept[i]] = i;
            _order = new int[_kept.Length];
            for (var i = 0; i < _order.Length; i++)
                _order[i] = i;
            Array.Sort(_order, (a, b) => groups.Compare(_kept[a], _kept[b]));
        }

        public bool HasRest { get; }

        public int Count => _kept.Length + (HasRest ? 1 : 0);

        public int OfRow(int row) => _placeOfGroup[_groups.OfRow[row]];

        public bool IsRest(int place) => place >= _kept.Length;

        public string[] Texts(int place) => IsRest(place) ? [] : _groups.Texts(_kept[place]);

        /// <summary>The larger first, equal ones by their values; the rest last.</summary>
        public int Compare((int Place, long Count) a, (int Place, long Count) b)
        {
            var order = IsRest(a.Place).CompareTo(IsRest(b.Place));
            if (order == 0)
                order = b.Count.CompareTo(a.Count);
            return order != 0 || IsRest(a.Place) ? order : _groups.Compare(_kept[a.Place], _kept[b.Place]);
        }

        /// <summary>The names of columns by their values.</summary>
        public string[] InOrder() => [.. _order.Select(p => _groups.Text(_kept[p], 0)), .. HasRest ? ["(rest)"] : Array.Empty<string>()];

        /// <summary>Cells in that order.</summary>
        public CountCell?[] InOrder(IReadOnlyList<CountCell?> cells) => [.. _order.Select(p => cells[p]), .. HasRest ? [cells[_kept.Length]] : Array.Empty<CountCell?>()];
    }
}
