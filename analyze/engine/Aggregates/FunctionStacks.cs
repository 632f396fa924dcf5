using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Aggregates;

/// <summary>The stacks with functions in place of addresses: the tree that every aggregate adds up over.</summary>
/// <remarks>Made once per analysis. Node 0 is the root; parents come before children.</remarks>
internal sealed class FunctionStacks
{
    private readonly int[] _ofStack;
    private readonly int[] _parents;
    private readonly int[] _functions;

    public FunctionStacks(StackTable stacks, FunctionTable functions)
    {
        var trie = new StackTrie();
        var ofFrame = functions.OfFrame;
        var parents = stacks.Parents;
        var frames = stacks.Frames;
        _ofStack = new int[stacks.Count];
        for (var i = 1; i < _ofStack.Length; i++)
            _ofStack[i] = trie.Child(_ofStack[parents[i]], (ulong)ofFrame[frames[i]], out _);

        _parents = trie.Parents.ToArray();
        _functions = new int[_parents.Length];
        _functions[0] = -1;
        var addresses = trie.Addresses;
        for (var i = 1; i < _functions.Length; i++)
            _functions[i] = (int)addresses[i];
    }

    public int Count => _parents.Length;

    public ReadOnlySpan<int> OfStack => _ofStack;

    public ReadOnlySpan<int> Parents => _parents;

    /// <summary>Function of each node, -1 for the root.</summary>
    public ReadOnlySpan<int> Functions => _functions;
}
