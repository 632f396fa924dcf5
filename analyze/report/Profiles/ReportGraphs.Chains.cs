using TraceKit.Engine.Aggregates;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

internal sealed partial class ReportGraphs
{
    /// <summary>Each distinct chain by itself, heaviest first: what perf calls flat and folded.</summary>
    private void AddChains(List<CallGraphNode> chains, GroupStacks group, CallOrder order, List<Item> ends, Below below, double least)
    {
        var found = new Dictionary<string, (int[] Keys, long Weight)>(StringComparer.Ordinal);
        void Add(List<int> path, long weight)
        {
            // From the innermost function up; paths that differ in nodes only are one chain.
            if (order == CallOrder.Caller)
                path.Reverse();
            var key = string.Create(path.Count * 2, path, static (span, keys) =>
            {
                for (var i = 0; i < keys.Count; i++)
                    (span[i * 2], span[(i * 2) + 1]) = ((char)(keys[i] >> 16), (char)keys[i]);
            });
            found[key] = found.TryGetValue(key, out var chain) ? chain with { Weight = chain.Weight + weight } : ([.. path], weight);
        }

        foreach (var end in ends)
            Add(PathUp(group, end.Node, 0), end.Weight);
        foreach (var top in below.First)
        {
            // Stacks that pass through this activation and end further down, not in the function itself.
            List<int> pending = [top.Node];
            var isOwn = group.EndsIn(group.Functions[top.Node]).ToHashSet();
            while (pending.Count > 0)
            {
                var node = pending[^1];
                pending.RemoveAt(pending.Count - 1);
                foreach (var child in group.Children(node))
                    pending.Add(child);
                if (group.Self[node] > 0 && !isOwn.Contains(node))
                    Add(PathUp(group, node, top.Node), group.Self[node]);
            }
        }

        var limit = Math.Floor(least);
        foreach (var (keys, weight) in found.Values.Where(c => c.Weight >= limit).OrderByDescending(c => c.Weight).ThenBy(c => c.Keys, Comparer<int[]>.Create(CompareChains)))
            chains.Add(new CallGraphNode { Frames = Array.ConvertAll(keys, LabelOf), Weight = weight });
    }

    private static List<int> PathUp(GroupStacks group, int node, int top)
    {
        List<int> path = [];
        for (; node > 0; node = group.Parents[node])
        {
            path.Add(group.Keys[node]);
            if (node == top)
                break;
        }

        return path;
    }

    private int CompareChains(int[]? a, int[]? b)
    {
        var order = 0;
        for (var i = 0; i < Math.Min(a!.Length, b!.Length) && order == 0; i++)
            order = string.CompareOrdinal(LabelOf(a[i]), LabelOf(b[i]));
        return order == 0 ? a.Length.CompareTo(b!.Length) : order;
    }
}
