using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Aggregates;

/// <summary>A call graph as a tree of functions with their weights: what flame graphs and call-graph reports draw.</summary>
/// <remarks>
/// Columns indexed by node. Node 0 stands for everything and has no function. Nodes are numbered depth-first in printing
/// order: siblings by total weight, heaviest first, then by name and module (ordinal).
/// </remarks>
public sealed partial class CallTree
{
    private readonly int[] _functions;
    private readonly int[] _parents;
    private readonly int[] _depths;
    private readonly long[] _selfWeights;
    private readonly long[] _selfCounts;
    private readonly long[] _totalWeights;
    private readonly long[] _totalCounts;
    private readonly int[] _children;
    private readonly int[] _firstChild;

    private CallTree(FunctionTable table, CallOrder order, Draft draft)
    {
        FunctionTable = table;
        Order = order;
        var count = draft.Count;
        _functions = new int[count];
        _parents = new int[count];
        _depths = new int[count];
        _selfWeights = new long[count];
        _selfCounts = new long[count];
        _totalWeights = new long[count];
        _totalCounts = new long[count];
        _children = new int[Math.Max(0, count - 1)];
        _firstChild = new int[count + 1];
        draft.CopyTo(this);
    }

    /// <summary>Names for <see cref="Functions"/>.</summary>
    public FunctionTable FunctionTable { get; }

    /// <summary>Which end is the root.</summary>
    public CallOrder Order { get; }

    /// <summary>Nodes, the root included.</summary>
    public int Count => _functions.Length;

    /// <summary>Function of each node; -1 for the root.</summary>
    public ReadOnlySpan<int> Functions => _functions;

    /// <summary>Parent of each node; -1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _parents;

    /// <summary>0 for the root.</summary>
    public ReadOnlySpan<int> Depths => _depths;

    /// <summary>Weight of the samples whose stack ends exactly here.</summary>
    public ReadOnlySpan<long> SelfWeights => _selfWeights;

    /// <summary>Samples whose stack ends exactly here.</summary>
    public ReadOnlySpan<long> SelfCounts => _selfCounts;

    /// <summary>Weight of the samples that pass through here, self included.</summary>
    public ReadOnlySpan<long> TotalWeights => _totalWeights;

    /// <summary>Samples that pass through here, self included.</summary>
    public ReadOnlySpan<long> TotalCounts => _totalCounts;

    /// <summary>Children in printing order.</summary>
    public ReadOnlySpan<int> Children(int node) => _children.AsSpan(_firstChild[node], _firstChild[node + 1] - _firstChild[node]);

    /// <summary>Name of a node's function as reports show it; empty for the root.</summary>
    public string Name(int node) => _functions[node] < 0 ? "" : FunctionTable[_functions[node]].Label;
}
