using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Html;

namespace TraceKit.Report.Profiles;

/// <summary>The stacks of an analysis with functions in place of addresses, as one tree for all events.</summary>
internal sealed class FunctionTree
{
    private FunctionTree(FunctionStacks stacks)
    {
        OfStack = stacks.OfStack.ToArray();
        Parents = stacks.Parents.ToArray();
        Functions = stacks.Functions.ToArray();
        Concrete = stacks.Concrete.ToArray();
        Scratch = new int[Parents.Length];
    }

    /// <summary>Node of each stack of the stack table.</summary>
    public int[] OfStack { get; }

    /// <summary>Parent of each node, less than the node; -1 for the root.</summary>
    public int[] Parents { get; }

    /// <summary>Function of each node; -1 for the root.</summary>
    public int[] Functions { get; }

    /// <summary>Of an inlined function the concrete one around it, of others the function itself; -1 for the root.</summary>
    public int[] Concrete { get; }

    /// <summary>A column of zeros to work with; who uses it leaves it as it was.</summary>
    public int[] Scratch { get; }

    /// <summary>Makes the tree.</summary>
    public static FunctionTree Of(Analysis analysis) => new(analysis.FunctionStacks);

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
