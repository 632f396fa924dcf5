namespace TraceKit.Engine.Stacks;

/// <summary>Joins the workers' tries into one <see cref="StackTable"/> in canonical order.</summary>
internal sealed class StackMerger
{
    private readonly StackTrie _merged = new();

    /// <summary>Nodes so far, the root included.</summary>
    public int Count => _merged.Count;

    /// <summary>Adds one worker's nodes.</summary>
    /// <param name="trie">Keyed by address.</param>
    /// <param name="frameOf">Final frame number of each node of the trie; ignored for roots.</param>
    /// <returns>For each node of the trie, its number here (see <see cref="Freeze"/> for the final one).</returns>
    public int[] Add(StackTrie trie, ReadOnlySpan<int> frameOf)
    {
        var parents = trie.Parents;
        var numbers = new int[parents.Length];
        for (var i = 0; i < parents.Length; i++)
            numbers[i] = parents[i] < 0 ? StackTable.Empty : _merged.Child(numbers[parents[i]], (ulong)frameOf[i], out _);
        return numbers;
    }

    /// <summary>The table, and for each number given by <see cref="Add"/> the final one.</summary>
    /// <remarks>
    /// Depth-first, siblings by frame, in linear time: nodes are counted into order by frame, then by parent, and the walk
    /// hands out numbers. Nothing depends on the order in which tries were added.
    /// </remarks>
    public (StackTable Table, int[] FinalNumber) Freeze(int frameCount)
    {
        var count = _merged.Count;
        var parents = _merged.Parents;
        var frames = _merged.Addresses;

        // Children of each parent as a slice of `children`, ascending by frame.
        var byFrame = CountingOrder.By(frames, Math.Max(1, frameCount));
        var first = new int[count + 1];
        for (var i = 1; i < count; i++)
            first[parents[i] + 1]++;
        for (var i = 0; i < count; i++)
            first[i + 1] += first[i];
        var children = new int[Math.Max(0, count - 1)];
        var next = first.AsSpan(0, count).ToArray();
        foreach (var node in byFrame)
        {
            if (node != StackTable.Empty)
                children[next[parents[node]]++] = node;
        }

        var final = new int[count];
        var newParents = new int[count];
        var newFrames = new int[count];
        newParents[0] = -1;
        newFrames[0] = -1;
        var number = 0;

        // `next` becomes each node's cursor over its own children; parents are climbed without a stack.
        first.AsSpan(0, count).CopyTo(next);
        var current = StackTable.Empty;
        while (current >= 0)
        {
            if (next[current] < first[current + 1])
            {
                var child = children[next[current]++];
                number++;
                final[child] = number;
                newParents[number] = final[current];
                newFrames[number] = (int)frames[child];
                current = child;
            }
            else
            {
                current = parents[current];
            }
        }

        return (new StackTable(newParents, newFrames), final);
    }
}

/// <summary>Stable counting sort.</summary>
internal static class CountingOrder
{
    /// <summary>Indexes of <paramref name="keys"/> in ascending order of key, equal keys in their own order.</summary>
    /// <param name="keys">Each below <paramref name="bound"/>.</param>
    /// <param name="bound">One past the largest key.</param>
    public static int[] By(ReadOnlySpan<ulong> keys, int bound)
    {
        var next = new int[bound + 1];
        foreach (var key in keys)
            next[(int)key + 1]++;
        for (var i = 0; i < bound; i++)
            next[i + 1] += next[i];
        var order = new int[keys.Length];
        for (var i = 0; i < keys.Length; i++)
            order[next[(int)keys[i]]++] = i;
        return order;
    }
}
