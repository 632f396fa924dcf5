using System.Runtime.InteropServices;
using TraceKit.Engine.Samples;

namespace TraceKit.Engine.Aggregates;

/// <summary>Sums of groups of rows by keys of frames: entries for each function (module, line) that stacks end in, or pass through.</summary>
/// <remarks>One for a profile: its columns over the whole tree are made once, each group touches its own part and cleans up.</remarks>
internal sealed class FrameSums(SampleTable samples, FrameKeys keys)
{
    private readonly int[] _weightOfNode = new int[keys.Parents.Length]; // place in the lists below + 1; 0: not touched
    private readonly List<int> _touched = [];
    private long[] _weights = [], _counts = [];
    private int[] _heights = [];

    private struct Sums
    {
        public long SelfWeight, SelfCount, TotalWeight, TotalCount;
        public int RowCount, FirstRow, Height;
    }

    public void AddEntries(List<FlatEntry> entries, Analysis analysis, EntryNames names, int group, ArraySegment<int> rows, bool children)
    {
        var sums = new Dictionary<int, int>();
        var list = new List<Sums>();
        var keyOf = new List<int>();
        ref Sums Of(int key)
        {
            if (!sums.TryGetValue(key, out var at))
            {
                sums.Add(key, at = list.Count);
                list.Add(default);
                keyOf.Add(key);
            }

            return ref CollectionsMarshal.AsSpan(list)[at];
        }

        AddTotals(rows, Of);
        var selfOf = new int[rows.Count];
        for (var i = 0; i < selfOf.Length; i++)
        {
            var row = rows[i];
            var stack = samples.Stacks[row];
            var key = selfOf[i] = keys.OfSelf(stack);
            ref var sum = ref Of(key);
            sum.SelfWeight += samples.Weights[row];
            sum.SelfCount += samples.Counts[row];
            sum.RowCount++;
            // As perf: what ends in a line shows whole stacks, what passes through it what is below.
            sum.Height = Math.Max(sum.Height, analysis.Stacks.Depths[stack]);
            if (!keys.SelfIsApart || IsOnPath(stack, key))
                continue;
            sum.TotalWeight += samples.Weights[row];
            sum.TotalCount += samples.Counts[row];
        }

        // Each entry's own rows are a slice of one array.
        var all = CollectionsMarshal.AsSpan(list);
        var first = 0;
        foreach (ref var sum in all)
        {
            sum.FirstRow = first;
            first += sum.RowCount;
        }

        var own = new int[first];
        var next = new int[all.Length];
        for (var i = 0; i < selfOf.Length; i++)
        {
            var at = sums[selfOf[i]];
            own[all[at].FirstRow + next[at]++] = rows[i];
        }

        for (var i = 0; i < all.Length; i++)
        {
            var sum = all[i];
            var key = keyOf[i];
            if (sum.RowCount == 0 && (!children || key == FrameKeys.None))
                continue;
            var function = keys.FunctionOf(key);
            entries.Add(new FlatEntry(names, group, key, new ArraySegment<int>(own, sum.FirstRow, sum.RowCount), rows)
            {
                Height = sum.Height,
                Function = keys.IsByFunction ? function : -1,
                SymbolFunction = function,
                Module = function < 0 ? -1 : analysis.Functions[function].Module,
                SelfWeight = sum.SelfWeight,
                SelfCount = sum.SelfCount,
                TotalWeight = sum.TotalWeight,
                TotalCount = sum.TotalCount,
            });
        }
    }

    private delegate ref Sums SumOf(int key);

    /// <summary>Adds each node's total to its key, unless the key is already on the path above it: recursion counts once.</summary>
    private void AddTotals(ReadOnlySpan<int> rows, SumOf of)
    {
        var parents = keys.Parents;
        var ofStack = keys.OfStack;
        _touched.Clear();
        _touched.Add(0);
        _weightOfNode[0] = 1;
        foreach (var row in rows)
        {
            for (var node = ofStack[samples.Stacks[row]]; _weightOfNode[node] == 0; node = parents[node])
            {
                _weightOfNode[node] = 1;
                _touched.Add(node);
            }
        }

        _touched.Sort();
        var count = _touched.Count;
        if (_weights.Length < count)
        {
            var size = Math.Max(count, _weights.Length * 2);
            (_weights, _counts, _heights) = (new long[size], new long[size], new int[size]);
        }

        _weights.AsSpan(0, count).Clear();
        _counts.AsSpan(0, count).Clear();
        _heights.AsSpan(0, count).Clear();
        for (var i = 0; i < count; i++)
            _weightOfNode[_touched[i]] = i + 1;
        foreach (var row in rows)
        {
            var at = _weightOfNode[ofStack[samples.Stacks[row]]] - 1;
            _weights[at] += samples.Weights[row];
            _counts[at] += samples.Counts[row];
        }

        // Children come after their parents.
        var repeated = keys.IsRepeated;
        for (var i = count - 1; i >= 0; i--)
        {
            var node = _touched[i];
            _weightOfNode[node] = 0;
            if (i > 0)
            {
                var parent = _weightOfNode[parents[node]] - 1;
                if (parent > 0)
                {
                    _weights[parent] += _weights[i];
                    _counts[parent] += _counts[i];
                    _heights[parent] = Math.Max(_heights[parent], _heights[i] + 1);
                }
            }

            if (repeated[node])
                continue;
            ref var sum = ref of(keys.OfNode[node]);
            sum.TotalWeight += _weights[i];
            sum.TotalCount += _counts[i];
            sum.Height = Math.Max(sum.Height, _heights[i] + 1);
        }
    }

    private bool IsOnPath(int stack, int key)
    {
        for (var node = keys.OfStack[stack]; node > 0; node = keys.Parents[node])
        {
            if (keys.OfNode[node] == key)
                return true;
        }

        return false;
    }
}
