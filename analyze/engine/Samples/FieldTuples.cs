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
    public IReadOnlyList<FieldColumn> Columns(ReadOnlySpan<int> tupleOfRow)
    {
        var columns = new FieldColumn[Names.Count];
        for (var f = 0; f < columns.Length; f++)
        {
            var isText = _list.Exists(t => t[f].IsText);
            var values = new long[tupleOfRow.Length];
            var present = new bool[tupleOfRow.Length];
            string[]? texts = null;
            Dictionary<string, long>? order = null;
            if (isText)
            {
                // One event has text there, another may have a number: then numbers are texts too.
                texts = [.. _list.Where(t => t[f].IsPresent).Select(t => TextOf(t[f])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                order = texts.Index().ToDictionary(t => t.Item, t => (long)t.Index, StringComparer.Ordinal);
            }

            var valueOfTuple = _list.ConvertAll(t => !t[f].IsPresent ? 0 : order is null ? t[f].Value : order[TextOf(t[f])]);
            for (var row = 0; row < values.Length; row++)
            {
                values[row] = valueOfTuple[tupleOfRow[row]];
                present[row] = _list[tupleOfRow[row]][f].IsPresent;
            }

            columns[f] = new FieldColumn(Names[f], values, present, texts);
        }

        return columns;
    }

    /// <summary>An order of tuples by what they hold.</summary>
    public int[] RankByContent()
    {
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
                    result = left.IsText ? string.CompareOrdinal(_textList[(int)left.Value], _textList[(int)right.Value]) : left.Value.CompareTo(right.Value);
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

    private string TextOf(RawField field) =>
        field.IsText ? _textList[(int)field.Value] : field.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

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
