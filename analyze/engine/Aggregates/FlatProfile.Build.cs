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
            if (bySymbol || byModule)
                AddFrames(entries, analysis, keys, groups.Values[g], rows, byModule, children);
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
    private static void AddFrames(List<FlatEntry> entries, Analysis analysis, IReadOnlyList<SortKey> keys, string[] groupValues, int[] rows, bool byModule, bool children)
    {
        var stacks = analysis.FunctionStacks;
        var functions = analysis.Functions;
        int KeyOf(int node) => node == 0 ? -1 : byModule ? ModuleKey(functions[stacks.Functions[node]]) : stacks.Functions[node];

        var sums = new Dictionary<int, Sums>();
        var weighted = WeightedNodes.OfRows(stacks, analysis.Samples, rows);
        AddTotals(sums, weighted, KeyOf);
        foreach (var row in rows)
        {
            var sum = sums[KeyOf(stacks.OfStack[analysis.Samples.Stacks[row]])];
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

    /// <summary>Unknown modules of kernel and user stay apart.</summary>
    private static int ModuleKey(Function function) =>
        function.Module >= 0 ? function.Module : function.Kind == FrameKind.Kernel ? -3 : -2;

    /// <summary>Adds each node's total to its key, unless the key is already on the path above it: recursion counts once.</summary>
    private static void AddTotals(Dictionary<int, Sums> sums, WeightedNodes weighted, Func<int, int> keyOf)
    {
        // Nodes of the function stacks are not depth-first, so a path is known by its parents: outermost[i] says whether
        // node i is the first of its key on its path.
        for (var i = 0; i < weighted.Nodes.Length; i++)
        {
            var key = keyOf(weighted.Nodes[i]);
            if (!sums.TryGetValue(key, out var sum))
                sums.Add(key, sum = new Sums { Node = weighted.Nodes[i] });
            var recursive = false;
            for (var p = weighted.Parents[i]; p > 0 && !recursive; p = weighted.Parents[p])
                recursive = keyOf(weighted.Nodes[p]) == key;
            if (recursive)
                continue;
            sum.TotalWeight += i == 0 ? weighted.SelfWeights[0] : weighted.TotalWeights[i];
            sum.TotalCount += i == 0 ? weighted.SelfCounts[0] : weighted.TotalCounts[i];
        }
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
