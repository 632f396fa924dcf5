using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>Call graphs under the lines of a report, forked and cut as perf does.</summary>
/// <remarks>
/// A graph is unfolded from its root only where it is heavy enough to be printed: a set of nodes of the function tree stands for one
/// printed frame, its successors are grouped by function, and groups under the limit are never looked into.
/// </remarks>
internal sealed class ReportGraphs
{
    private readonly Analysis _analysis;
    private readonly FunctionTree _tree;
    private readonly Dictionary<int, GroupStacks> _groups = [];
    private readonly Dictionary<int, string> _labels = [];

    /// <summary>For the reports on one analysis.</summary>
    public ReportGraphs(Analysis analysis)
    {
        _analysis = analysis;
        _tree = FunctionTree.Of(analysis);
    }

    /// <summary>A node with the weight that comes through it in the graph at hand.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Item(int Node, long Weight);

    /// <summary>What follows some nodes in the order of printing: appended to the second list.</summary>
    private delegate void Step(List<Item> from, List<Item> to);

    /// <summary>The graphs of one line.</summary>
    /// <param name="entry">The line.</param>
    /// <param name="order">Root first, or innermost first.</param>
    /// <param name="children">Whether the line stands for all stacks through its function, not only those that end in it.</param>
    /// <param name="least">Branches lighter than this are left out.</param>
    public List<CallGraphNode> Of(FlatEntry entry, CallOrder order, bool children, double least)
    {
        var roots = new List<CallGraphNode>();
        if (entry.Function < 0)
        {
            var own = new GroupStacks(_tree, _analysis.Samples, entry.Rows);
            List<Item> ends = [];
            for (var node = 1; node < own.Self.Length; node++)
            {
                if (own.Self[node] > 0)
                    ends.Add(new Item(node, own.Self[node]));
            }

            if (order == CallOrder.Callee)
                Unfold(roots, own, ends, Upwards(own), least);
            else
                FromRoot(roots, own, ends, least);
            return roots;
        }

        var group = GroupOf(entry);
        if (order == CallOrder.Callee)
        {
            Unfold(roots, group, children ? Innermost(group, entry.Function) : EndsIn(group, entry.Function), Upwards(group), least);
            return roots;
        }

        // As perf: stacks that end here are shown whole, from their root; of those that only pass, what lies below.
        FromRoot(roots, group, EndsIn(group, entry.Function), least);
        if (children && entry.TotalWeight > entry.SelfWeight)
            Below(roots, group, entry.Function, least);
        roots.Sort((a, b) => b.Weight.CompareTo(a.Weight));
        return roots;
    }

    /// <summary>Name of a function in a graph: what has none is named by its module.</summary>
    public static string Label(Function function) =>
        SafeText.Show(function.IsKnown || function.ModuleName == FunctionTable.UnknownName ? function.Label : $"{function.Name} ({function.ModuleName})");

    /// <summary>Whether a function is the kernel's.</summary>
    public static bool IsKernel(Function function) => function.Kind == FrameKind.Kernel;

    // Groups share no row, so the first one names the group.
    private GroupStacks GroupOf(FlatEntry entry)
    {
        var key = entry.GroupRows[0];
        if (!_groups.TryGetValue(key, out var group))
            _groups.Add(key, group = new GroupStacks(_tree, _analysis.Samples, entry.GroupRows));
        return group;
    }

    private static List<Item> EndsIn(GroupStacks group, int function)
    {
        List<Item> ends = [];
        foreach (var node in group.EndsIn(function))
            ends.Add(new Item(node, group.Self[node]));
        return ends;
    }

    /// <summary>Every stack through the function counts where it is innermost.</summary>
    private static List<Item> Innermost(GroupStacks group, int function)
    {
        var weights = new Dictionary<int, long>();
        foreach (var node in group.Of(function))
        {
            weights[node] = group.Total[node];
            if (group.SameAbove(node) is > 0 and var above)
                weights[above] -= group.Total[node];
        }

        return [.. weights.Where(w => w.Value > 0).Select(w => new Item(w.Key, w.Value))];
    }

    /// <summary>Stacks that end in some nodes, whole.</summary>
    private void FromRoot(List<CallGraphNode> roots, GroupStacks group, List<Item> ends, double least)
    {
        var sums = group.Sums;
        List<int> touched = [];
        foreach (var end in ends)
        {
            for (var node = end.Node; node > 0 && sums[node] == 0; node = group.Parents[node])
            {
                sums[node] = -1;
                touched.Add(node);
            }
        }

        foreach (var node in touched)
            sums[node] = 0;
        foreach (var end in ends)
            sums[end.Node] += end.Weight;
        touched.Sort();
        for (var i = touched.Count - 1; i >= 0; i--)
        {
            var parent = group.Parents[touched[i]];
            if (parent > 0)
                sums[parent] += sums[touched[i]];
        }

        Step step = (from, to) =>
        {
            foreach (var item in from)
            {
                foreach (var child in group.Children(item.Node))
                {
                    if (sums[child] > 0)
                        to.Add(new Item(child, sums[child]));
                }
            }
        };
        List<Item> first = [];
        step([new Item(0, 0)], first);
        Unfold(roots, group, first, step, least);
        foreach (var node in touched)
            sums[node] = 0;
    }

    /// <summary>What lies below the outermost activations of a function, stacks that end in it left out.</summary>
    private void Below(List<CallGraphNode> roots, GroupStacks group, int function, double least)
    {
        var ending = group.Sums;
        List<int> touched = [], tops = [];
        foreach (var node in group.Of(function))
        {
            if (group.SameAbove(node) == 0)
                tops.Add(node);
        }

        var isTop = tops.ToHashSet();
        foreach (var node in group.EndsIn(function))
        {
            for (var up = node; ; up = group.Parents[up])
            {
                if (ending[up] == 0)
                    touched.Add(up);
                ending[up] += group.Self[node];
                if (isTop.Contains(up))
                    break;
            }
        }

        List<Item> first = [.. tops.Select(t => new Item(t, group.Total[t] - ending[t])).Where(i => i.Weight > 0)];
        Unfold(roots, group, first, (from, to) =>
        {
            foreach (var item in from)
            {
                foreach (var child in group.Children(item.Node))
                {
                    if (group.Total[child] > ending[child])
                        to.Add(new Item(child, group.Total[child] - ending[child]));
                }
            }
        }, least);
        foreach (var node in touched)
            ending[node] = 0;
    }

    private static Step Upwards(GroupStacks group) => (from, to) =>
    {
        foreach (var item in from)
        {
            if (group.Parents[item.Node] is > 0 and var parent)
                to.Add(new Item(parent, item.Weight));
        }
    };

    private void Unfold(List<CallGraphNode> roots, GroupStacks group, List<Item> first, Step step, double least)
    {
        foreach (var (function, items, weight) in Fork(group, first))
        {
            if (weight >= least)
                roots.Add(Grow(group, function, items, weight, step, least));
        }
    }

    /// <summary>Follows a path as long as it does not fork; then each branch.</summary>
    private CallGraphNode Grow(GroupStacks group, int function, List<Item> items, long weight, Step step, double least)
    {
        List<string> frames = [LabelOf(function)];
        while (true)
        {
            List<Item> next = [];
            step(items, next);
            var branches = Fork(group, next);
            if (branches.Count == 1 && branches[0].Weight == weight)
            {
                frames.Add(LabelOf(branches[0].Function));
                items = branches[0].Items;
                continue;
            }

            List<CallGraphNode> children = [];
            foreach (var branch in branches)
            {
                if (branch.Weight < least)
                    continue;
                // Forks nest no deeper than stacks do, which is limited; on a small thread that may still be too deep, and is said then.
                RuntimeHelpers.EnsureSufficientExecutionStack();
                children.Add(Grow(group, branch.Function, branch.Items, branch.Weight, step, least));
            }

            return new CallGraphNode { Frames = frames, Weight = weight, Children = children };
        }
    }

    /// <summary>Nodes by function, heaviest function first, equal ones by name.</summary>
    private List<(int Function, List<Item> Items, long Weight)> Fork(GroupStacks group, List<Item> items)
    {
        var branches = new List<(int Function, List<Item> Items, long Weight)>();
        if (items.Count == 1)
        {
            branches.Add((group.Functions[items[0].Node], items, items[0].Weight));
            return branches;
        }

        var at = new Dictionary<int, int>();
        foreach (var item in items)
        {
            var function = group.Functions[item.Node];
            if (!at.TryGetValue(function, out var index))
            {
                at.Add(function, index = branches.Count);
                branches.Add((function, [], 0));
            }

            var branch = branches[index];
            branch.Items.Add(item);
            branches[index] = branch with { Weight = branch.Weight + item.Weight };
        }

        if (branches.Count > 1)
            branches.Sort(Compare);
        return branches;
    }

    private int Compare((int Function, List<Item> Items, long Weight) a, (int Function, List<Item> Items, long Weight) b)
    {
        var order = b.Weight.CompareTo(a.Weight);
        if (order != 0)
            return order;
        Function left = _analysis.Functions[a.Function], right = _analysis.Functions[b.Function];
        order = string.CompareOrdinal(left.Name, right.Name);
        if (order == 0)
            order = string.CompareOrdinal(left.ModuleName, right.ModuleName);
        return order == 0 ? a.Function.CompareTo(b.Function) : order;
    }

    private string LabelOf(int function)
    {
        if (!_labels.TryGetValue(function, out var label))
            _labels.Add(function, label = Label(_analysis.Functions[function]));
        return label;
    }
}
