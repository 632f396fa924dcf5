using System.Globalization;
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
    private readonly int[] _keys;

    internal FunctionStacks(StackTable stacks, FunctionTable functions)
    {
        var tree = new LevelTree(stacks, functions, static (level, _) => level.Function, functions.HasFolded ? function => functions[function].IsFolded : null);
        _ofStack = tree.OfStack;
        _parents = tree.Parents;
        _keys = _functions = tree.Keys;
        _concrete = ConcreteOf(functions);
    }

    private FunctionStacks(LevelTree tree, int[] functionOf, FunctionTable functions)
    {
        (_ofStack, _parents, _keys) = (tree.OfStack, tree.Parents, tree.Keys);
        _functions = Array.ConvertAll(_keys, key => key < 0 ? -1 : functionOf[key]);
        _concrete = ConcreteOf(functions);
    }

    /// <summary>The stacks by function and place in the source, <c>main app.c:12</c>: what call graphs by line or by address branch by.</summary>
    /// <param name="analysis">Whose stacks; it must know lines (<see cref="SourceDetail.Lines"/>).</param>
    /// <param name="byAddress">Whether addresses of one line are told apart.</param>
    /// <param name="labels">How each of <see cref="Keys"/> is shown.</param>
    public static FunctionStacks ByPlace(Analysis analysis, bool byAddress, out IReadOnlyList<string> labels)
    {
        var functions = analysis.Functions;
        var numbers = new Dictionary<(int Function, int File, uint Line, ulong Address), int>();
        var texts = new List<string>();
        var functionOf = new List<int>();
        var tree = new LevelTree(analysis.Stacks, functions, (level, frame) =>
        {
            // Where no line is known, the address stands for it, as in perf.
            var address = byAddress || level.File == 0 ? analysis.Frames.Addresses[frame] : 0;
            var key = (level.Function, level.File, level.Line, address);
            if (numbers.TryGetValue(key, out var number))
                return number;
            numbers.Add(key, number = texts.Count);
            functionOf.Add(level.Function);
            texts.Add(Place(functions, level, address));
            return number;
        });
        labels = texts;
        return new FunctionStacks(tree, [.. functionOf], functions);
    }

    /// <summary>Nodes, the root included.</summary>
    public int Count => _parents.Length;

    /// <summary>For each node of the <see cref="StackTable"/> the node here.</summary>
    public ReadOnlySpan<int> OfStack => _ofStack;

    /// <summary>The caller's node, or that of the function that this one was inlined into; -1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _parents;

    /// <summary>Function of each node, -1 for the root.</summary>
    public ReadOnlySpan<int> Functions => _functions;

    /// <summary>What tells each node from its siblings: its function, or its function and place (<see cref="ByPlace"/>); -1 for the root.</summary>
    public ReadOnlySpan<int> Keys => _keys;

    /// <summary>Of an inlined function the concrete one around it, of others the function itself; -1 for the root.</summary>
    public ReadOnlySpan<int> Concrete => _concrete;

    private static string Place(FunctionTable functions, FrameFunction level, ulong address)
    {
        if (level.File == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{functions[level.Function].ModuleName}[{address:x}]");
        var file = functions.FileName(level.File);
        return string.Create(CultureInfo.InvariantCulture, $"{file[(file.LastIndexOf('/') + 1)..]}:{level.Line}");
    }

    private int[] ConcreteOf(FunctionTable functions)
    {
        var concrete = new int[_functions.Length];
        concrete[0] = -1;
        for (var i = 1; i < concrete.Length; i++)
            concrete[i] = functions[_functions[i]].IsInlined ? concrete[_parents[i]] : _functions[i];
        return concrete;
    }
}
