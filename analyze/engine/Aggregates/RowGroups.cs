using System.Runtime.InteropServices;

namespace TraceKit.Engine.Aggregates;

/// <summary>Rows of the sample table grouped by keys.</summary>
/// <remarks>
/// Grouped by numbers, key after key; what a group is called is made when it is asked for, so that a million groups of which ten are shown cost ten texts.
/// Keys of frames (<c>sym</c>, <c>dso</c>…) speak of the function that a sample hit, the innermost with code of its own.
/// </remarks>
public sealed class RowGroups
{
    private readonly RowKey?[] _keys;
    private readonly int[] _rows;
    private readonly int[] _firstRow;
    private readonly int[] _groupOfRow;

    private RowGroups(RowKey?[] keys, int[] groupOfRow, int groups)
    {
        _keys = keys;
        _groupOfRow = groupOfRow;
        _firstRow = new int[groups + 1];
        var count = 0;
        foreach (var group in groupOfRow)
        {
            if (group < 0)
                continue;
            _firstRow[group + 1]++;
            count++;
        }

        for (var g = 0; g < groups; g++)
            _firstRow[g + 1] += _firstRow[g];
        _rows = new int[count];
        var next = _firstRow.AsSpan(0, groups).ToArray();
        for (var row = 0; row < groupOfRow.Length; row++)
        {
            if (groupOfRow[row] >= 0)
                _rows[next[groupOfRow[row]]++] = row;
        }
    }

    /// <summary>Groups, in order of their first rows; none is empty.</summary>
    public int Count => _firstRow.Length - 1;

    /// <summary>The group of each row; -1 of those left out.</summary>
    public ReadOnlySpan<int> OfRow => _groupOfRow;

    /// <summary>The rows of a group, ascending.</summary>
    public ReadOnlySpan<int> Rows(int group) => RowSegment(group);

    /// <summary>The value of a key as it is shown; empty where the samples have none.</summary>
    /// <param name="group">The group.</param>
    /// <param name="key">Place of the key in the list.</param>
    public string Text(int group, int key) => _keys[key]?.Text(_rows[_firstRow[group]]) ?? "";

    /// <summary>All values of a group.</summary>
    public string[] Texts(int group)
    {
        var texts = new string[_keys.Length];
        for (var key = 0; key < texts.Length; key++)
            texts[key] = Text(group, key);
        return texts;
    }

    /// <summary>The order of two groups by their values, key after key: numbers as numbers, names by their letters (ordinal), what has no value first.</summary>
    public int Compare(int a, int b)
    {
        var order = 0;
        for (var key = 0; key < _keys.Length && order == 0; key++)
            order = Compare(a, b, key);
        return order;
    }

    /// <summary>The order of two groups by one key.</summary>
    public int Compare(int a, int b, int key)
    {
        if (a == b || _keys[key] is not { } by)
            return 0;
        int left = _rows[_firstRow[a]], right = _rows[_firstRow[b]];
        var order = by.Has(left).CompareTo(by.Has(right));
        return order != 0 || !by.Has(left) ? order : by.Code(left).CompareTo(by.Code(right));
    }

    /// <summary>Groups rows by all of the keys.</summary>
    /// <param name="analysis">Whose samples; it must have kept what the keys need (<see cref="SortKey.Keep"/>).</param>
    /// <param name="keys">The keys.</param>
    /// <param name="only">Rows to group; all when null.</param>
    public static RowGroups Make(Analysis analysis, IReadOnlyList<SortKey> keys, Func<int, bool>? only = null) =>
        Make(analysis, keys, only, FrameKeys.Make(analysis, keys));

    /// <summary>Whether rows have a value of a key that speaks of samples: of <c>parent</c>, a function that matches.</summary>
    public static Func<int, bool> Having(Analysis analysis, SortKey key) => RowKey.Of(analysis, key).Has;

    /// <summary>Groups rows by the keys that speak of samples only.</summary>
    internal static RowGroups MakeWithoutFrames(Analysis analysis, IReadOnlyList<SortKey> keys, Func<int, bool>? only) => Make(analysis, keys, only, null);

    internal ArraySegment<int> RowSegment(int group) => new(_rows, _firstRow[group], _firstRow[group + 1] - _firstRow[group]);

    private static RowGroups Make(Analysis analysis, IReadOnlyList<SortKey> keys, Func<int, bool>? only, FrameKeys? frames)
    {
        var groupOf = new int[analysis.Samples.Count]; // all in group 0, refined key by key
        var groups = Math.Min(1, groupOf.Length);
        if (only is not null)
        {
            groups = 0;
            for (var row = 0; row < groupOf.Length; row++)
            {
                groupOf[row] = only(row) ? 0 : -1;
                if (groupOf[row] == 0)
                    groups = 1;
            }
        }

        var rowKeys = new RowKey?[keys.Count];
        for (var k = 0; k < keys.Count; k++)
        {
            rowKeys[k] = keys[k].IsOfFrame ? frames is null ? null : RowKey.OfFrame(analysis, keys[k], frames) : RowKey.Of(analysis, keys[k]);
            if (rowKeys[k] is { IsConstant: false } key)
                groups = Refine(groupOf, key);
        }

        return new RowGroups(rowKeys, groupOf, groups);
    }

    /// <summary>Splits groups by one more key; numbers in order of first rows.</summary>
    private static int Refine(int[] groupOf, RowKey key)
    {
        var refined = new Dictionary<(int Group, bool Has, long Code), int>();
        (int, bool, long) last = default;
        var lastGroup = -1;
        for (var row = 0; row < groupOf.Length; row++)
        {
            if (groupOf[row] < 0)
                continue;
            var has = key.Has(row);
            var id = (groupOf[row], has, has ? key.Code(row) : 0);
            if (lastGroup < 0 || id != last)
            {
                ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(refined, id, out var known);
                if (!known)
                    group = refined.Count - 1;
                (last, lastGroup) = (id, group);
            }

            groupOf[row] = lastGroup;
        }

        return refined.Count;
    }
}
