using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>Call graphs under the lines of a report, forked and cut as perf does.</summary>
internal static class ReportGraphs
{
    /// <summary>The graphs of one line.</summary>
    /// <param name="analysis">Whose samples.</param>
    /// <param name="entry">The line.</param>
    /// <param name="order">Root first, or innermost first.</param>
    /// <param name="children">Whether the line stands for all stacks through its function, not only those that end in it.</param>
    /// <param name="least">Branches lighter than this are left out.</param>
    public static List<CallGraphNode> Of(Analysis analysis, FlatEntry entry, CallOrder order, bool children, double least)
    {
        var roots = new List<CallGraphNode>();
        if (!children || entry.Function < 0)
        {
            Add(roots, analysis, entry.BuildCallTree(analysis, order), least);
        }
        else if (order == CallOrder.Callee)
        {
            Add(roots, analysis, entry.BuildCallTreeAround(analysis, order), least);
        }
        else
        {
            // As perf: stacks that end here are shown whole, from their root; of those that only pass, what lies below.
            if (entry.Rows.Length > 0)
                Add(roots, analysis, entry.BuildCallTree(analysis, order), least);
            var passing = Without(entry.GroupRows, entry.Rows);
            if (passing.Length > 0 && entry.TotalWeight > entry.SelfWeight)
                Add(roots, analysis, CallTree.BuildAround(analysis, order, passing, entry.Function), least);
            roots.Sort((a, b) => b.Weight.CompareTo(a.Weight));
        }

        return roots;
    }

    /// <summary>Name of a function in a graph: what has none is named by its module.</summary>
    public static string Label(Function function) =>
        SafeText.Show(function.IsKnown || function.ModuleName == FunctionTable.UnknownName ? function.Name : $"{function.Name} ({function.ModuleName})");

    /// <summary>Whether a function is the kernel's.</summary>
    public static bool IsKernel(Function function) => function.Kind == FrameKind.Kernel;

    /// <summary>Both ascending.</summary>
    private static int[] Without(ReadOnlySpan<int> rows, ReadOnlySpan<int> taken)
    {
        var rest = new int[Math.Max(0, rows.Length - taken.Length)];
        int count = 0, t = 0;
        foreach (var row in rows)
        {
            while (t < taken.Length && taken[t] < row)
                t++;
            if ((t >= taken.Length || taken[t] != row) && count < rest.Length)
                rest[count++] = row;
        }

        return rest[..count];
    }

    private static void Add(List<CallGraphNode> roots, Analysis analysis, CallTree tree, double least)
    {
        var labels = new Dictionary<int, string>();
        foreach (var child in tree.Children(0))
        {
            if (tree.TotalWeights[child] > 0 && tree.TotalWeights[child] >= least)
                roots.Add(Convert(analysis, tree, child, least, labels));
        }
    }

    private static CallGraphNode Convert(Analysis analysis, CallTree tree, int top, double least, Dictionary<int, string> labels)
    {
        // Built from the end: children have larger numbers than their parents, and a stack may be as deep as recursion goes.
        var end = top + 1;
        while (end < tree.Count && tree.Depths[end] > tree.Depths[top])
            end++;
        var made = new CallGraphNode?[end - top];
        for (var node = end - 1; node >= top; node--)
        {
            if (tree.TotalWeights[node] < least)
                continue;
            var children = new List<CallGraphNode>();
            foreach (var child in tree.Children(node))
            {
                if (made[child - top] is { } kept)
                    children.Add(kept);
            }

            var label = LabelOf(analysis, tree.Functions[node], labels);
            // One path, nothing ends here, nothing was cut: no fork to draw.
            made[node - top] = children.Count == 1 && children[0].Weight == tree.TotalWeights[node]
                ? new CallGraphNode { Frames = Prepend(label, children[0].Frames), Weight = tree.TotalWeights[node], Children = children[0].Children }
                : new CallGraphNode { Frames = new FramePath(label, null), Weight = tree.TotalWeights[node], Children = children };
        }

        return made[0]!;
    }

    private static string LabelOf(Analysis analysis, int function, Dictionary<int, string> labels)
    {
        if (!labels.TryGetValue(function, out var label))
            labels.Add(function, label = Label(analysis.Functions[function]));
        return label;
    }

    private static FramePath Prepend(string label, IReadOnlyList<string> rest) => new(label, (FramePath)rest);

    /// <summary>A linked list of names that costs one step to lengthen at its front, however long a path is.</summary>
    private sealed class FramePath(string first, FramePath? rest) : IReadOnlyList<string>
    {
        private string[]? _all;

        public int Count { get; } = 1 + (rest?.Count ?? 0);

        public string this[int index] => (_all ??= [.. this])[index];

        public IEnumerator<string> GetEnumerator()
        {
            for (var at = this; at is not null; at = at.Rest)
                yield return at.First;
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        private string First => first;

        private FramePath? Rest => rest;
    }
}
