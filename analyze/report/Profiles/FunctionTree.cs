using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Html;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>The stacks of an analysis with functions in place of addresses, as one tree for all events.</summary>
internal sealed class FunctionTree
{
    private int[]? _functionOfKey;

    private FunctionTree(FunctionStacks stacks)
    {
        OfStack = stacks.OfStack.ToArray();
        Parents = stacks.Parents.ToArray();
        Functions = stacks.Functions.ToArray();
        Keys = stacks.Keys.ToArray();
        Concrete = stacks.Concrete.ToArray();
        Scratch = new int[Parents.Length];
    }

    /// <summary>Node of each stack of the stack table.</summary>
    public int[] OfStack { get; }

    /// <summary>Parent of each node, less than the node; -1 for the root.</summary>
    public int[] Parents { get; }

    /// <summary>Function of each node; -1 for the root.</summary>
    public int[] Functions { get; }

    /// <summary>What tells each node from its siblings: its function, or with its place in the source; -1 for the root.</summary>
    public int[] Keys { get; }

    /// <summary>How keys are shown behind their functions; empty where they are functions.</summary>
    public IReadOnlyList<string> Places { get; private init; } = [];

    /// <summary>Of an inlined function the concrete one around it, of others the function itself; -1 for the root.</summary>
    public int[] Concrete { get; }

    /// <summary>A column of zeros to work with; who uses it leaves it as it was.</summary>
    public int[] Scratch { get; }

    /// <summary>Makes the tree.</summary>
    public static FunctionTree Of(Analysis analysis) => new(analysis.FunctionStacks);

    /// <summary>Makes the tree for call graphs that branch by this.</summary>
    public static FunctionTree Of(Analysis analysis, CallGraphKey key)
    {
        if (key == CallGraphKey.Function)
            return Of(analysis);
        var stacks = FunctionStacks.ByPlace(analysis, key == CallGraphKey.Address, out var places);
        return new(stacks) { Places = places };
    }

    /// <summary>A function at a place, as graphs show it.</summary>
    public string LabelOf(Analysis analysis, int key)
    {
        _functionOfKey ??= MakeFunctionOfKey();
        return $"{ReportGraphs.Label(analysis.Functions[_functionOfKey[key]])} {SafeText.Show(Places[key])}";
    }

    private int[] MakeFunctionOfKey()
    {
        var functionOf = new int[Places.Count];
        for (var node = 1; node < Keys.Length; node++)
            functionOf[Keys[node]] = Functions[node];
        return functionOf;
    }

    /// <summary>The columns of the page: the root left out, samples without a stack with it.</summary>
    /// <param name="analysis">Whose tree this is.</param>
    /// <param name="position">For each event its column, -1 for none.</param>
    /// <param name="columns">Columns.</param>
    public ReportNodes ToNodes(Analysis analysis, int[] position, int columns)
    {
        var self = new long[columns][];
        for (var c = 0; c < columns; c++)
            self[c] = new long[Parents.Length - 1];
        var samples = analysis.Samples;
        for (var row = 0; row < samples.Count; row++)
        {
            var node = OfStack[samples.Stacks[row]];
            if (node > 0)
                self[position[samples.Events[row]]][node - 1] += samples.Weights[row];
        }

        return new ReportNodes
        {
            Parents = [.. Parents.Skip(1).Select(p => p - 1)],
            Frames = [.. Functions.Skip(1)],
            Self = self,
        };
    }
}
