using TraceKit.Engine.Samples;

namespace TraceKit.Engine.Aggregates;

/// <summary>Sums of some rows on the nodes of <see cref="FunctionStacks"/>: only the nodes that those rows touch.</summary>
internal sealed class WeightedNodes
{
    private WeightedNodes(int[] nodes, long[] selfWeights, long[] selfCounts, long[] totalWeights, long[] totalCounts, int[] parents)
    {
        Nodes = nodes;
        SelfWeights = selfWeights;
        SelfCounts = selfCounts;
        TotalWeights = totalWeights;
        TotalCounts = totalCounts;
        Parents = parents;
    }

    /// <summary>Touched nodes, ascending, so parents come first; the root is always the first.</summary>
    public int[] Nodes { get; }

    /// <summary>Position in <see cref="Nodes"/> of each one's parent; -1 for the root.</summary>
    public int[] Parents { get; }

    public long[] SelfWeights { get; }

    public long[] SelfCounts { get; }

    public long[] TotalWeights { get; }

    public long[] TotalCounts { get; }

    /// <summary>All rows.</summary>
    public static WeightedNodes OfAll(FunctionStacks stacks, SampleTable samples)
    {
        var weights = new long[stacks.Count];
        var counts = new long[stacks.Count];
        var of = stacks.OfStack;
        var rowStacks = samples.Stacks;
        var rowWeights = samples.Weights;
        var rowCounts = samples.Counts;
        for (var row = 0; row < rowStacks.Length; row++)
        {
            var node = of[rowStacks[row]];
            weights[node] += rowWeights[row];
            counts[node] += rowCounts[row];
        }

        var nodes = new int[stacks.Count];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = i;
        return Sum(nodes, weights, counts, stacks.Parents.ToArray());
    }

    /// <summary>Some rows; costs what they touch, not what the trace has.</summary>
    public static WeightedNodes OfRows(FunctionStacks stacks, SampleTable samples, ReadOnlySpan<int> rows)
    {
        var touched = new Dictionary<int, int> { [0] = 0 };
        var of = stacks.OfStack;
        var parents = stacks.Parents;
        foreach (var row in rows)
        {
            for (var node = of[samples.Stacks[row]]; touched.TryAdd(node, 0); node = parents[node])
            {
            }
        }

        var nodes = new int[touched.Count];
        touched.Keys.CopyTo(nodes, 0);
        Array.Sort(nodes);
        for (var i = 0; i < nodes.Length; i++)
            touched[nodes[i]] = i;

        var weights = new long[nodes.Length];
        var counts = new long[nodes.Length];
        foreach (var row in rows)
        {
            var position = touched[of[samples.Stacks[row]]];
            weights[position] += samples.Weights[row];
            counts[position] += samples.Counts[row];
        }

        var localParents = new int[nodes.Length];
        localParents[0] = -1;
        for (var i = 1; i < nodes.Length; i++)
            localParents[i] = touched[parents[nodes[i]]];
        return Sum(nodes, weights, counts, localParents);
    }

    private static WeightedNodes Sum(int[] nodes, long[] weights, long[] counts, int[] parents)
    {
        var totalWeights = (long[])weights.Clone();
        var totalCounts = (long[])counts.Clone();
        for (var i = nodes.Length - 1; i > 0; i--)
        {
            totalWeights[parents[i]] += totalWeights[i];
            totalCounts[parents[i]] += totalCounts[i];
        }

        return new WeightedNodes(nodes, weights, counts, totalWeights, totalCounts, parents);
    }
}
