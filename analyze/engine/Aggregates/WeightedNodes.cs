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
    public static WeightedNodes OfRows(FunctionStacks stacks, SampleTable samples, ReadOnlySpan<int> rows) => OfRows(stacks.OfStack, stacks.Parents, samples, rows);

    /// <summary>The same on any tree: node of each stack, parent of each node.</summary>
    public static WeightedNodes OfRows(ReadOnlySpan<int> of, ReadOnlySpan<int> parents, SampleTable samples, ReadOnlySpan<int> rows)
    {
        var touched = Touched(of, parents, samples, rows, out var nodes);
        var weights = new long[nodes.Length];
        var counts = new long[nodes.Length];
        foreach (var row in rows)
        {
            var position = touched(of[samples.Stacks[row]]);
            weights[position] += samples.Weights[row];
            counts[position] += samples.Counts[row];
        }

        var localParents = new int[nodes.Length];
        localParents[0] = -1;
        for (var i = 1; i < nodes.Length; i++)
            localParents[i] = touched(parents[nodes[i]]);
        return Sum(nodes, weights, counts, localParents);
    }

    /// <summary>The nodes that rows touch, ascending, and for each its place among them.</summary>
    private static Func<int, int> Touched(ReadOnlySpan<int> of, ReadOnlySpan<int> parents, SampleTable samples, ReadOnlySpan<int> rows, out int[] nodes)
    {
        if (rows.Length < parents.Length / 8)
        {
            // A report asks this for each of thousands of entries: an array of all nodes would cost more than the rows.
            var places = new Dictionary<int, int> { [0] = 0 };
            foreach (var row in rows)
            {
                for (var node = of[samples.Stacks[row]]; places.TryAdd(node, 0); node = parents[node])
                {
                }
            }

            nodes = new int[places.Count];
            places.Keys.CopyTo(nodes, 0);
            Array.Sort(nodes);
            for (var i = 0; i < nodes.Length; i++)
                places[nodes[i]] = i;
            return node => places[node];
        }

        var marks = new int[parents.Length];
        marks[0] = 1;
        var count = 1;
        foreach (var row in rows)
        {
            for (var node = of[samples.Stacks[row]]; marks[node] == 0; node = parents[node])
            {
                marks[node] = 1;
                count++;
            }
        }

        nodes = new int[count];
        count = 0;
        for (var node = 0; node < marks.Length; node++)
        {
            if (marks[node] == 0)
                continue;
            marks[node] = count;
            nodes[count++] = node;
        }

        return node => marks[node];
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
