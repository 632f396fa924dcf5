using TraceKit.Engine;
using TraceKit.Report.Html;

namespace TraceKit.Report.Profiles;

/// <summary>The stacks of an analysis with functions in place of addresses, as one tree for all events.</summary>
internal sealed class FunctionTree
{
    private FunctionTree(int[] ofStack, int[] parents, int[] functions)
    {
        OfStack = ofStack;
        Parents = parents;
        Functions = functions;
        Scratch = new int[parents.Length];
    }

    /// <summary>Node of each stack of the stack table.</summary>
    public int[] OfStack { get; }

    /// <summary>Parent of each node, less than the node; -1 for the root.</summary>
    public int[] Parents { get; }

    /// <summary>Function of each node; -1 for the root.</summary>
    public int[] Functions { get; }

    /// <summary>A column of zeros to work with; who uses it leaves it as it was.</summary>
    public int[] Scratch { get; }

    /// <summary>Makes the tree.</summary>
    public static FunctionTree Of(Analysis analysis)
    {
        var stacks = analysis.Stacks;
        var ofFrame = analysis.Functions.OfFrame;
        var ofStack = new int[stacks.Count];
        var parents = new List<int> { -1 };
        var functions = new List<int> { -1 };
        var known = new Dictionary<(int Parent, int Function), int>();
        for (var i = 1; i < ofStack.Length; i++)
        {
            // Parents have smaller numbers, so theirs is known.
            var key = (ofStack[stacks.Parents[i]], ofFrame[stacks.Frames[i]]);
            if (!known.TryGetValue(key, out var node))
            {
                node = parents.Count;
                known.Add(key, node);
                parents.Add(key.Item1);
                functions.Add(key.Item2);
            }

            ofStack[i] = node;
        }

        return new FunctionTree(ofStack, [.. parents], [.. functions]);
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
