using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Aggregates;

/// <summary>
/// The stacks with functions in place of addresses, inlined ones included: the tree that every aggregate adds up over. A stack ends in the
/// innermost function at its innermost address, which may be an inlined one.
/// </summary>
/// <remarks>Made once per analysis. Node 0 is the root; parents come before children; siblings differ in their function.</remarks>
public sealed class FunctionStacks
{
    private readonly int[] _ofStack;
    private readonly int[] _parents;
    private readonly int[] _functions;
    private readonly int[] _concrete;

    internal FunctionStacks(StackTable stacks, FunctionTable functions)
    {
        var tree = new LevelTree(stacks, functions, static (level, _) => level.Function, functions.HasFolded ? function => functions[function].IsFolded : null);
        _ofStack = tree.OfStack;
        _parents = tree.Parents;
        _functions = tree.Keys;
        _concrete = new int[_functions.Length];
        _concrete[0] = -1;
        for (var i = 1; i < _functions.Length; i++)
            _concrete[i] = functions[_functions[i]].IsInlined ? _concrete[_parents[i]] : _functions[i];
    }

    /// <summary>Nodes, the root included.</summary>
    public int Count => _parents.Length;

    /// <summary>For each node of the <see cref="StackTable"/> the node here.</summary>
    public ReadOnlySpan<int> OfStack => _ofStack;

    /// <summary>The caller's node, or that of the function that this one was inlined into; -1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _parents;

    /// <summary>Function of each node, -1 for the root.</summary>
    public ReadOnlySpan<int> Functions => _functions;

    /// <summary>Of an inlined function the concrete one around it, of others the function itself; -1 for the root.</summary>
    public ReadOnlySpan<int> Concrete => _concrete;
}
