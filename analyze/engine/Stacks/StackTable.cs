namespace TraceKit.Engine.Stacks;

/// <summary>
/// Every distinct call path, as a tree of (parent, frame) nodes with the outermost caller at the top: a sample's whole
/// stack is the number of one node.
/// </summary>
/// <remarks>
/// <para>Node <see cref="Empty"/> is the root: the stack of a sample that has none.</para>
/// <para>
/// Nodes are in depth-first order, siblings by frame number. So a parent's number is smaller than its children's, the
/// nodes under <c>n</c> are exactly <c>n + 1 .. SubtreeEnds[n] - 1</c>, and one backward loop sums any column upwards.
/// </para>
/// </remarks>
public sealed class StackTable
{
    /// <summary>The stack without frames.</summary>
    public const int Empty = 0;

    private readonly int[] _parents;
    private readonly int[] _frames;
    private readonly int[] _depths;
    private readonly int[] _subtreeEnds;

    internal StackTable(int[] parents, int[] frames)
    {
        _parents = parents;
        _frames = frames;
        _depths = new int[parents.Length];
        _subtreeEnds = new int[parents.Length];
        for (var i = 1; i < parents.Length; i++)
            _depths[i] = _depths[parents[i]] + 1;
        for (var i = parents.Length - 1; i >= 0; i--)
        {
            _subtreeEnds[i] = Math.Max(_subtreeEnds[i], i + 1);
            if (i > 0)
                _subtreeEnds[parents[i]] = Math.Max(_subtreeEnds[parents[i]], _subtreeEnds[i]);
        }
    }

    /// <summary>Nodes, the root included.</summary>
    public int Count => _parents.Length;

    /// <summary>The caller's node; -1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _parents;

    /// <summary>The frame of each node in the <see cref="FrameTable"/>; -1 for the root.</summary>
    public ReadOnlySpan<int> Frames => _frames;

    /// <summary>Frames from the root to each node, itself included; 0 for the root.</summary>
    public ReadOnlySpan<int> Depths => _depths;

    /// <summary>One past the last node below each node.</summary>
    public ReadOnlySpan<int> SubtreeEnds => _subtreeEnds;

    /// <summary>Frames of a stack, innermost first, as perf lists them.</summary>
    /// <param name="stack">A node.</param>
    /// <param name="frames">Room for <c>Depths[stack]</c> numbers.</param>
    /// <returns>How many were written.</returns>
    public int CopyFrames(int stack, Span<int> frames)
    {
        var count = 0;
        for (var node = stack; node > 0 && count < frames.Length; node = _parents[node])
            frames[count++] = _frames[node];
        return count;
    }
}
