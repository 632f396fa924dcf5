using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

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
        var bySymbol = keys.Any(k => k.Kind == SortKeyKind.Symbol);
        var byModule = !bySymbol && keys.Any(k => k.Kind == SortKeyKind.Dso);
        var nodeKeys = bySymbol || byModule ? NodeKeys.Make(analysis, byModule) : null;
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
            if (nodeKeys is not null)
                AddFrames(entries, analysis, keys, groups.Values[g], rows, nodeKeys, byModule, children);
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

    /// <summary>Entries of one group of rows, one for each function (or module) that a stack ends in, or passes through.</summary>
    private static void AddFrames(List<FlatEntry> entries, Analysis analysis, IReadOnlyList<SortKey> keys, string[] groupValues, int[] rows, NodeKeys nodeKeys, bool byModule, bool children)
    {
        var stacks = analysis.FunctionStacks;
        var functions = analysis.Functions;
        var sums = new Dictionary<int, Sums>();
        var weighted = WeightedNodes.OfRows(stacks, analysis.Samples, rows);
        AddTotals(sums, weighted, nodeKeys);
        foreach (var row in rows)
        {
            var sum = sums[nodeKeys.Keys[stacks.OfStack[analysis.Samples.Stacks[row]]]];
            sum.SelfWeight += analysis.Samples.Weights[row];
            sum.SelfCount += analysis.Samples.Counts[row];
            sum.Rows.Add(row);
        }

        foreach (var (key, sum) in sums)
        {
            if (sum.SelfCount == 0 && (!children || key == -1))
                continue;
            var function = sum.Node <= 0 ? null : functions[stacks.Functions[sum.Node]];
            var values = (string[])groupValues.Clone();
            for (var k = 0; k < keys.Count; k++)
            {
                values[k] = keys[k].Kind switch
                {
                    SortKeyKind.Symbol => function?.Name ?? FunctionTable.UnknownName,
                    SortKeyKind.Dso => function?.ModuleName ?? FunctionTable.UnknownName,
                    _ => values[k],
                };
            }

            entries.Add(new FlatEntry(values, byModule || function is null ? -1 : key, function?.Module ?? -1, sum.SelfWeight, sum.SelfCount, sum.TotalWeight, sum.TotalCount, [.. sum.Rows], rows));
        }
    }

    /// <summary>Adds each node's total to its key, unless the key is already on the path above it: recursion counts once.</summary>
    private static void AddTotals(Dictionary<int, Sums> sums, WeightedNodes weighted, NodeKeys keys)
    {
        for (var i = 0; i < weighted.Nodes.Length; i++)
        {
            var node = weighted.Nodes[i];
            if (!sums.TryGetValue(keys.Keys[node], out var sum))
                sums.Add(keys.Keys[node], sum = new Sums { Node = node });
            if (keys.IsRepeated[node])
                continue;
            sum.TotalWeight += i == 0 ? weighted.SelfWeights[0] : weighted.TotalWeights[i];
            sum.TotalCount += i == 0 ? weighted.SelfCounts[0] : weighted.TotalCounts[i];
        }
    }

    /// <summary>For each node of the function stacks what it is summed under (-1: the root), and whether a node above it has the same.</summary>
    private sealed record NodeKeys(int[] Keys, bool[] IsRepeated)
    {
        public static NodeKeys Make(Analysis analysis, bool byModule)
        {
            var stacks = analysis.FunctionStacks;
            var keys = new int[stacks.Count];
            var repeated = new bool[stacks.Count];
            keys[0] = -1;
            for (var i = 1; i < keys.Length; i++)
            {
                var key = keys[i] = byModule ? ModuleKey(analysis.Functions[stacks.Functions[i]]) : stacks.Functions[i];
                for (var p = stacks.Parents[i]; p > 0 && !repeated[i]; p = stacks.Parents[p])
                    repeated[i] = keys[p] == key;
            }

            return new NodeKeys(keys, repeated);
        }

        /// <summary>Unknown modules of kernel and user stay apart.</summary>
        private static int ModuleKey(Function function) =>
            function.Module >= 0 ? function.Module : function.Kind == FrameKind.Kernel ? -3 : -2;
    }

    private sealed class Sums
    {
        public int Node { get; init; }

        public long SelfWeight { get; set; }

        public long SelfCount { get; set; }

        public long TotalWeight { get; set; }

        public long TotalCount { get; set; }

        public List<int> Rows { get; } = [];
    }
}
