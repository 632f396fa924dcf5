using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Aggregates;

/// <summary>The stacks with something that is told of each function of a frame in place of addresses.</summary>
internal sealed class LevelTree
{
    /// <param name="stacks">The stacks.</param>
    /// <param name="functions">The functions of their frames.</param>
    /// <param name="key">What stands for a function of a frame, not negative; asked once for each.</param>
    /// <param name="folds">Whether runs of a key are one node; null when none is.</param>
    public LevelTree(StackTable stacks, FunctionTable functions, Func<FrameFunction, int, int> key, Func<int, bool>? folds = null)
    {
        // Keys by frame, so that a frame in a million stacks asks once.
        var frameCount = functions.OfFrame.Length;
        var ends = new int[frameCount];
        var keys = new List<int>(frameCount);
        for (var frame = 0; frame < frameCount; frame++)
        {
            foreach (var level in functions.Levels(frame))
                keys.Add(key(level, frame));
            ends[frame] = keys.Count;
        }

        var trie = new StackTrie();
        var parents = stacks.Parents;
        var frames = stacks.Frames;
        OfStack = new int[stacks.Count];
        for (var i = 1; i < OfStack.Length; i++)
        {
            var node = OfStack[parents[i]];
            var frame = frames[i];
            var first = frame == 0 ? 0 : ends[frame - 1];
            for (var level = ends[frame] - 1; level >= first; level--)
            {
                if (folds is null || node == 0 || trie.Addresses[node] != (ulong)keys[level] || !folds(keys[level]))
                    node = trie.Child(node, (ulong)keys[level], out _);
            }

            OfStack[i] = node;
        }

        Parents = trie.Parents.ToArray();
        Keys = new int[Parents.Length];
        Keys[0] = -1;
        var addresses = trie.Addresses;
        for (var i = 1; i < Keys.Length; i++)
            Keys[i] = (int)addresses[i];
    }

    /// <summary>Node of each stack.</summary>
    public int[] OfStack { get; }

    /// <summary>Parent of each node, less than the node; -1 for the root.</summary>
    public int[] Parents { get; }

    /// <summary>Key of each node; -1 for the root.</summary>
    public int[] Keys { get; }
}
