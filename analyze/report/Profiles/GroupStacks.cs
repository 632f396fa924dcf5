using TraceKit.Engine.Samples;

namespace TraceKit.Report.Profiles;

/// <summary>The part of the function tree that some rows of the sample table touch, with their sums.</summary>
/// <remarks>Nodes are numbered parents first; node 0 is the root. A child's key is different from its siblings'.</remarks>
internal sealed class GroupStacks
{
    private readonly int[] _firstChild;
    private readonly int[] _children;
    private readonly Dictionary<int, List<int>> _byFunction = [];
    private readonly Dictionary<int, List<int>> _ends = [];

    /// <summary>Makes it; costs what the rows touch.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="weights">What is added up, by row.</param>
    /// <param name="rows">Which rows.</param>
    public GroupStacks(FunctionTree tree, SampleTable samples, long[] weights, ReadOnlySpan<int> rows)
    {
        var local = tree.Scratch; // 0: not touched
        List<int> touched = [0];
        local[0] = 1;
        foreach (var row in rows)
        {
            for (var node = tree.OfStack[samples.Stacks[row]]; local[node] == 0; node = tree.Parents[node])
            {
                local[node] = 1;
                touched.Add(node);
            }
        }

        touched.Sort();
        var count = touched.Count;
        (Parents, Functions, Keys, Self, Total) = (new int[count], new int[count], new int[count], new long[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            local[touched[i]] = i + 1;
            Parents[i] = i == 0 ? -1 : local[tree.Parents[touched[i]]] - 1;
            Functions[i] = tree.Functions[touched[i]];
            Keys[i] = tree.Keys[touched[i]];
        }

        foreach (var row in rows)
            Self[local[tree.OfStack[samples.Stacks[row]]] - 1] += weights[row];
        foreach (var node in touched)
            local[node] = 0;
        Self.CopyTo(Total, 0);
        _firstChild = new int[count + 2];
        for (var i = count - 1; i > 0; i--)
        {
            Total[Parents[i]] += Total[i];
            _firstChild[Parents[i] + 2]++;
        }

        for (var i = 2; i < _firstChild.Length; i++)
            _firstChild[i] += _firstChild[i - 1];
        _children = new int[Math.Max(0, count - 1)];
        for (var i = 1; i < count; i++)
        {
            _children[_firstChild[Parents[i] + 1]++] = i;
            if (!_byFunction.TryGetValue(Functions[i], out var nodes))
                _byFunction.Add(Functions[i], nodes = []);
            nodes.Add(i);
            if (Self[i] == 0)
                continue;
            var concrete = tree.Concrete[touched[i]];
            if (!_ends.TryGetValue(concrete, out nodes))
                _ends.Add(concrete, nodes = []);
            nodes.Add(i);
        }

        Sums = new long[count];
        Ending = new long[count];
    }

    /// <summary>Parent of each node; -1 for the root.</summary>
    public int[] Parents { get; }

    /// <summary>Function of each node; -1 for the root.</summary>
    public int[] Functions { get; }

    /// <summary>What each node is shown as: its function, or its function at a place; -1 for the root.</summary>
    public int[] Keys { get; }

    /// <summary>Weight that ends in each node.</summary>
    public long[] Self { get; }

    /// <summary>Weight that passes through each node, its own included.</summary>
    public long[] Total { get; }

    /// <summary>A column of zeros for sums of one graph; who uses it leaves it as it was.</summary>
    public long[] Sums { get; }

    /// <summary>Another one.</summary>
    public long[] Ending { get; }

    /// <summary>Children of a node.</summary>
    public ReadOnlySpan<int> Children(int node) => _children.AsSpan(_firstChild[node], _firstChild[node + 1] - _firstChild[node]);

    /// <summary>Nodes of a function, ascending.</summary>
    public IReadOnlyList<int> Of(int function) => _byFunction.TryGetValue(function, out var nodes) ? nodes : [];

    /// <summary>
    /// Nodes where stacks end that count as a function's own, ascending: its own nodes, and those of what was inlined into it.
    /// </summary>
    public IReadOnlyList<int> EndsIn(int function) => _ends.TryGetValue(function, out var nodes) ? nodes : [];

    /// <summary>The nearest node above that is of the same function; 0 when there is none.</summary>
    public int SameAbove(int node)
    {
        var function = Functions[node];
        for (node = Parents[node]; node > 0 && Functions[node] != function; node = Parents[node])
        {
        }

        return Math.Max(node, 0);
    }
}
