namespace TraceKit.Engine.Aggregates;

/// <summary>Finds recursion in a tree: nodes whose key stands above them already.</summary>
internal static class NodeRepeats
{
    /// <summary>For each node whether one above has the same key; in time that does not depend on how deep the tree is.</summary>
    /// <param name="parents">Parent of each node; -1 for the root, which is node 0.</param>
    /// <param name="keys">Key of each node, -1 for the root.</param>
    public static bool[] Find(ReadOnlySpan<int> parents, ReadOnlySpan<int> keys)
    {
        var count = parents.Length;
        var firstChild = new int[count + 1];
        var most = 0;
        for (var node = 1; node < count; node++)
        {
            firstChild[parents[node] + 1]++;
            most = Math.Max(most, keys[node]);
        }

        for (var node = 0; node < count; node++)
            firstChild[node + 1] += firstChild[node];
        var children = new int[Math.Max(0, count - 1)];
        var next = firstChild.AsSpan(0, count).ToArray();
        for (var node = 1; node < count; node++)
            children[next[parents[node]]++] = node;
        firstChild.AsSpan(0, count).CopyTo(next);

        // Down and up once over everything, with a count of each key on the way from the root.
        var repeated = new bool[count];
        var onPath = new int[most + 1];
        for (var node = 0; node >= 0;)
        {
            if (next[node] < firstChild[node + 1])
            {
                node = children[next[node]++];
                repeated[node] = onPath[keys[node]]++ > 0;
                continue;
            }

            if (node > 0)
                onPath[keys[node]]--;
            node = parents[node];
        }

        return repeated;
    }
}
