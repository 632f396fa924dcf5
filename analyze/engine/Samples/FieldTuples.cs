using TraceKit.Engine.Fields;

namespace TraceKit.Engine.Samples;

/// <summary>A value of a field before all texts are known: a number, or the pool's number of a text.</summary>
internal readonly record struct RawField(bool IsPresent, bool IsText, long Value);

/// <summary>
/// The distinct combinations of field values, and the texts in them, of all workers. Numbers are in order of arrival; nothing
/// outside sees them (<see cref="Columns"/> sorts).
/// </summary>
internal sealed class FieldTuples(IReadOnlyList<string> names)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RawField[], int> _tuples = new(new ByElements());
    private readonly List<RawField[]> _list = [];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly List<string> _textList = [];
    private int[]? _textRanks;

    /// <summary>Fields of a tuple.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    public int Intern(ReadOnlySpan<RawField> fields)
    {
        lock (_gate)
        {
            if (_tuples.GetAlternateLookup<ReadOnlySpan<RawField>>().TryGetValue(fields, out var number))
                return number;
            number = _list.Count;
            var copy = fields.ToArray();
            _list.Add(copy);
            _tuples.Add(copy, number);
            return number;
        }
    }

    public int InternText(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            if (_texts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var number))
                return number;
            number = _textList.Count;
            var copy = text.ToString();
            _textList.Add(copy);
            _texts.Add(copy, number);
            return number;
        }
    }

    /// <summary>One column for each name, over rows that have these tuples.</summary>
    /// <param name="tupleOfRow">Tuples.</param>
    /// <param name="eventOfRow">Events.</param>
    /// <param name="formatters">For each name how the numbers of each event are shown.</param>
    public IReadOnlyList<FieldColumn> Columns(ReadOnlySpan<int> tupleOfRow, ReadOnlySpan<int> eventOfRow, FieldFormatter?[][] formatters)
    {
        var columns = new FieldColumn[Names.Count];
        for (var f = 0; f < columns.Length; f++)
            columns[f] = Column(f, tupleOfRow, eventOfRow, formatters[f]);
        return columns;
    }

    private FieldColumn Column(int f, ReadOnlySpan<int> tupleOfRow, ReadOnlySpan<int> eventOfRow, FieldFormatter?[] formatters)
    {
        var values = new long[tupleOfRow.Length];
        var present = new bool[tupleOfRow.Length];
        var isText = _list.Exists(t => t[f].IsText);
        FieldFormatter? formatter = null;
        var first = -1;
        for (var row = 0; row < values.Length; row++)
        {
            var field = _list[tupleOfRow[row]][f];
            present[row] = field.IsPresent;
            values[row] = field.Value;
            if (!field.IsPresent || isText)
                continue;
            // What is a name in one event and a number in another is a text.
            if (first < 0)
                (first, formatter) = (row, formatters[eventOfRow[row]]);
            else if (eventOfRow[row] != eventOfRow[first])
                isText = !Equals(formatter, formatters[eventOfRow[row]]);
        }

        return isText ? TextColumn(f, tupleOfRow, eventOfRow, formatters, present) : new FieldColumn(Names[f], values, present, null, formatter);
    }

    private FieldColumn TextColumn(int f, ReadOnlySpan<int> tupleOfRow, ReadOnlySpan<int> eventOfRow, FieldFormatter?[] formatters, bool[] present)
    {
        var known = new Dictionary<(int Tuple, int Event), int>();
        var numbers = new long[tupleOfRow.Length];
        for (var row = 0; row < numbers.Length; row++)
        {
            var field = _list[tupleOfRow[row]][f];
            present[row] = field.IsPresent;
            if (!field.IsPresent)
                continue;
            if (field.IsText)
            {
                numbers[row] = field.Value;
                continue;
            }

            if (!known.TryGetValue((tupleOfRow[row], eventOfRow[row]), out var number))
                known.Add((tupleOfRow[row], eventOfRow[row]), number = InternText(formatters[eventOfRow[row]]?.Format(field.Value) ?? field.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            numbers[row] = number;
        }

        // Numbers of texts are in order of arrival; columns have them in ordinal order.
        var used = new bool[_textList.Count];
        for (var row = 0; row < numbers.Length; row++)
            used[numbers[row]] |= present[row];
        var order = InOrder(TextRanks());
        var rank = new int[used.Length];
        var count = 0;
        foreach (var i in order)
        {
            if (used[i])
                (rank[i], order[count]) = (count++, i);
        }

        for (var row = 0; row < numbers.Length; row++)
            numbers[row] = present[row] ? rank[numbers[row]] : 0;
        return new FieldColumn(Names[f], numbers, present, [.. order.Take(count).Select(i => _textList[i])]);
    }

    /// <summary>The place of each text in the ordinal order of all; sorted once, however many columns ask.</summary>
    private int[] TextRanks()
    {
        if (_textRanks is null || _textRanks.Length != _textList.Count)
        {
            var texts = _textList.ToArray();
            var order = new int[texts.Length];
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            Array.Sort(texts, order, StringComparer.Ordinal);
            _textRanks = new int[order.Length];
            for (var i = 0; i < order.Length; i++)
                _textRanks[order[i]] = i;
        }

        return _textRanks;
    }

    /// <summary>What has each rank.</summary>
    private static int[] InOrder(int[] ranks)
    {
        var order = new int[ranks.Length];
        for (var i = 0; i < ranks.Length; i++)
            order[ranks[i]] = i;
        return order;
    }

    /// <summary>An order of tuples by what they hold.</summary>
    public int[] RankByContent()
    {
        var ranks = TextRanks();
        var order = new int[_list.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) =>
        {
            for (var f = 0; f < Names.Count; f++)
            {
                RawField left = _list[a][f], right = _list[b][f];
                var result = left.IsPresent.CompareTo(right.IsPresent);
                if (result == 0)
                    result = left.IsText.CompareTo(right.IsText);
                if (result == 0)
                    result = left.IsText ? ranks[(int)left.Value].CompareTo(ranks[(int)right.Value]) : left.Value.CompareTo(right.Value);
                if (result != 0)
                    return result;
            }

            return 0;
        });
        var rank = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            rank[order[i]] = i;
        return rank;
    }

    private sealed class ByElements : IEqualityComparer<RawField[]>, IAlternateEqualityComparer<ReadOnlySpan<RawField>, RawField[]>
    {
        public bool Equals(RawField[]? x, RawField[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(RawField[] obj) => GetHashCode((ReadOnlySpan<RawField>)obj);

        public bool Equals(ReadOnlySpan<RawField> alternate, RawField[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<RawField> alternate)
        {
            var hash = default(HashCode);
            foreach (var field in alternate)
                hash.Add(field);
            return hash.ToHashCode();
        }

        public RawField[] Create(ReadOnlySpan<RawField> alternate) => alternate.ToArray();
    }
}
