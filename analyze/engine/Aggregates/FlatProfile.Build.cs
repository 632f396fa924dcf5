namespace TraceKit.Engine.Aggregates;

public sealed partial class FlatProfile
{
    /// <summary>Groups the samples of an analysis.</summary>
    /// <param name="analysis">Whose samples; a field among the keys must have been asked for in its options.</param>
    /// <param name="keys">In printing order; at least one.</param>
    /// <param name="children">
    /// Whether functions (modules) that only call others get entries too, and the order is by total. Needs a key of frames to make a difference.
    /// </param>
    /// <param name="only">Rows to count: all when null. Percentages are then of these.</param>
    public static FlatProfile Build(Analysis analysis, IReadOnlyList<SortKey> keys, bool children = false, Func<int, bool>? only = null)
    {
        var groups = RowGroups.Make(analysis, keys, only);
        var frameKeys = FrameKeys.Make(analysis, keys);
        var entries = new List<FlatEntry>();
        long totalWeight = 0, totalCount = 0;
        for (var g = 0; g < groups.Rows.Length; g++)
        {
            var rows = groups.Rows[g];
            long weight = 0, count = 0;
            foreach (var row in rows)
            {
                weight += analysis.Samples.Weights[row];
                count += analysis.Samples.Counts[row];
            }

            totalWeight += weight;
            totalCount += count;
            if (frameKeys is not null)
                AddFrames(entries, analysis, keys, groups.Values[g], rows, frameKeys, children);
            else
                entries.Add(new FlatEntry(groups.Values[g], -1, -1, weight, count, weight, count, rows, rows));
        }

        entries.Sort((a, b) => Compare(a, b, children));
        return new FlatProfile(keys, entries, totalWeight, totalCount);
    }

    private static int Compare(FlatEntry a, FlatEntry b, bool children)
    {
        var order = children ? b.TotalWeight.CompareTo(a.TotalWeight) : 0;
        if (order == 0)
            order = b.SelfWeight.CompareTo(a.SelfWeight);
        for (var i = 0; i < a.Values.Count && order == 0; i++)
            order = string.CompareOrdinal(a.Values[i], b.Values[i]);
        return order == 0 ? a.Function.CompareTo(b.Function) : order;
    }

    /// <summary>Entries of one group of rows, one for each function (module, line) that a stack ends in, or passes through.</summary>
    private static void AddFrames(List<FlatEntry> entries, Analysis analysis, IReadOnlyList<SortKey> keys, string[] groupValues, int[] rows, FrameKeys frameKeys, bool children)
    {
        var sums = new Dictionary<int, Sums>();
        var weighted = WeightedNodes.OfRows(frameKeys.OfStack, frameKeys.Parents, analysis.Samples, rows);
        AddTotals(sums, weighted, frameKeys);
        foreach (var row in rows)
        {
            var stack = analysis.Samples.Stacks[row];
            var key = frameKeys.OfSelf(stack);
            if (!sums.TryGetValue(key, out var sum))
                sums.Add(key, sum = new Sums());
            sum.SelfWeight += analysis.Samples.Weights[row];
            sum.SelfCount += analysis.Samples.Counts[row];
            sum.Rows.Add(row);
            if (!frameKeys.SelfIsApart || IsOnPath(frameKeys, stack, key))
                continue;
            sum.TotalWeight += analysis.Samples.Weights[row];
            sum.TotalCount += analysis.Samples.Counts[row];
        }

        foreach (var (key, sum) in sums)
        {
            if (sum.SelfCount == 0 && (!children || key == FrameKeys.None))
                continue;
            var values = (string[])groupValues.Clone();
            for (var k = 0; k < keys.Count; k++)
            {
                if (keys[k].IsOfFrame)
                    values[k] = frameKeys.Text(keys[k].Kind, key);
            }

            var function = frameKeys.FunctionOf(key);
            entries.Add(new FlatEntry(values, frameKeys.IsByFunction ? function : -1, function < 0 ? -1 : analysis.Functions[function].Module, sum.SelfWeight, sum.SelfCount, sum.TotalWeight, sum.TotalCount, [.. sum.Rows], rows)
            {
                SymbolFunction = function,
            });
        }
    }

    private static bool IsOnPath(FrameKeys keys, int stack, int key)
    {
        for (var node = keys.OfStack[stack]; node > 0; node = keys.Parents[node])
        {
            if (keys.OfNode[node] == key)
                return true;
        }

        return false;
    }

    /// <summary>Adds each node's total to its key, unless the key is already on the path above it: recursion counts once.</summary>
    private static void AddTotals(Dictionary<int, Sums> sums, WeightedNodes weighted, FrameKeys keys)
    {
        for (var i = 0; i < weighted.Nodes.Length; i++)
        {
            var node = weighted.Nodes[i];
            if (!sums.TryGetValue(keys.OfNode[node], out var sum))
                sums.Add(keys.OfNode[node], sum = new Sums());
            if (keys.IsRepeated[node])
                continue;
            sum.TotalWeight += i == 0 ? weighted.SelfWeights[0] : weighted.TotalWeights[i];
            sum.TotalCount += i == 0 ? weighted.SelfCounts[0] : weighted.TotalCounts[i];
        }
    }

    private sealed class Sums
    {
        public long SelfWeight { get; set; }

        public long SelfCount { get; set; }

        public long TotalWeight { get; set; }

        public long TotalCount { get; set; }

        public List<int> Rows { get; } = [];
    }
}
