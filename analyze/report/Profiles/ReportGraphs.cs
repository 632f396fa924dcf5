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
internal sealed partial class ReportGraphs
{
    private readonly Analysis _analysis;
    private readonly CallGraphStyle _style;
    private readonly FunctionTree _tree;
    private readonly long[] _weights;
    private readonly Dictionary<int, GroupStacks> _groups = [];
    private readonly Dictionary<int, string> _labels = [];
    private readonly double _minPercent;

    /// <summary>For the reports on one analysis.</summary>
    /// <param name="analysis">Whose samples.</param>
    /// <param name="style">How to draw.</param>
    /// <param name="minPercent">What <see cref="CallGraphStyle.MinPercent"/> is when it does not say.</param>
    public ReportGraphs(Analysis analysis, CallGraphStyle style, double minPercent)
    {
        _analysis = analysis;
        _style = style;
        _tree = FunctionTree.Of(analysis, style.Key);
        _weights = (style.Value == CallGraphValue.Count ? analysis.Samples.Counts : analysis.Samples.Weights).ToArray();
        _minPercent = style.MinPercent ?? minPercent;
    }

    /// <summary>A node with the weight that comes through it in the graph at hand.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Weight">Weight.</param>
    /// <param name="Passes">Of stacks that only pass through the line's function, not of those that end in it.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Item(int Node, long Weight, bool Passes = false);

    /// <summary>What follows some nodes in the order of printing: appended to the second list.</summary>
    private delegate void Step(List<Item> from, List<Item> to);

    /// <summary>The graphs of one line.</summary>
    /// <param name="entry">The line.</param>
    /// <param name="order">Which end comes first.</param>
    /// <param name="children">Whether the line stands for all stacks through its function, not only those that end in it.</param>
    /// <param name="total">What 100 % is.</param>
    public List<CallGraphNode> Of(FlatEntry entry, CallOrder order, bool children, long total)
    {
        var roots = new List<CallGraphNode>();
        GroupStacks group;
        List<Item> ends;
        var below = new Below();
        if (entry.Function < 0)
        {
            group = new GroupStacks(_tree, _analysis.Samples, _weights, entry.Rows);
            ends = AllEnds(group);
        }
        else
        {
            group = GroupOf(entry);
            ends = EndsIn(group, entry.Function);
            if (children && order == CallOrder.Caller)
                below = BelowOf(group, entry.Function);
            else if (children)
                ends = Innermost(group, entry.Function);
        }

        var least = total * _minPercent / 100;
        if (_style.Mode is CallGraphMode.Flat or CallGraphMode.Folded)
            AddChains(roots, group, order, ends, below, least);
        else if (order == CallOrder.Callee)
            Unfold(roots, group, ends, Upwards(group), least);
        else
            FromRoot(roots, group, ends, below, least);
        foreach (var node in below.Touched)
            group.Ending[node] = 0;
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
            _groups.Add(key, group = new GroupStacks(_tree, _analysis.Samples, _weights, entry.GroupRows));
        return group;
    }

    private static List<Item> AllEnds(GroupStacks group)
    {
        List<Item> ends = [];
        for (var node = 1; node < group.Self.Length; node++)
        {
            if (group.Self[node] > 0)
                ends.Add(new Item(node, group.Self[node]));
        }

        return ends;
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

    /// <summary>Where stacks that only pass through a function pass first, and the nodes on which what ends in it was added up.</summary>
    private readonly record struct Below()
    {
        public List<Item> First { get; init; } = [];

        public List<int> Touched { get; init; } = [];
    }

    /// <summary>The outermost activations of a function with what goes through them and does not end in it; <see cref="GroupStacks.Ending"/> has the rest.</summary>
    private static Below BelowOf(GroupStacks group, int function)
    {
        var ending = group.Ending;
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

        return new Below { First = [.. tops.Select(t => new Item(t, group.Total[t] - ending[t], true)).Where(i => i.Weight > 0)], Touched = touched };
    }

    /// <summary>As perf: stacks that end in some nodes whole, from their root; of those that only pass, what lies below.</summary>
    private void FromRoot(List<CallGraphNode> roots, GroupStacks group, List<Item> ends, Below below, double least)
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

        void Step(List<Item> from, List<Item> to)
        {
            foreach (var item in from)
            {
                foreach (var child in group.Children(item.Node))
                {
                    var weight = item.Passes ? group.Total[child] - group.Ending[child] : sums[child];
                    if (weight > 0)
                        to.Add(new Item(child, weight, item.Passes));
                }
            }
        }

        List<Item> first = [];
        Step([new Item(0, 0)], first);
        first.AddRange(below.First);
        Unfold(roots, group, first, Step, least);
        foreach (var node in touched)
            sums[node] = 0;
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
        var branches = Fork(group, first);
        var limit = LimitOf(branches, least);
        foreach (var (key, items, weight) in branches)
        {
            if (weight >= limit)
                roots.Add(Grow(group, key, items, weight, step, least));
        }
    }

    /// <summary>The least weight of a branch: a share of everything, or of what branches; perf cuts the one down, the other up.</summary>
    private double LimitOf(List<(int Key, List<Item> Items, long Weight)> branches, double least) =>
        _style.Mode == CallGraphMode.Fractal ? Math.Ceiling(branches.Sum(b => b.Weight) * _minPercent / 100) : Math.Floor(least);

    /// <summary>Follows a path as long as it does not fork; then each branch.</summary>
    private CallGraphNode Grow(GroupStacks group, int key, List<Item> items, long weight, Step step, double least)
    {
        List<string> frames = [LabelOf(key)];
        while (true)
        {
            List<Item> next = [];
            step(items, next);
            var branches = Fork(group, next);
            if (branches.Count == 1 && branches[0].Weight == weight)
            {
                frames.Add(LabelOf(branches[0].Key));
                items = branches[0].Items;
                continue;
            }

            List<CallGraphNode> children = [];
            var limit = LimitOf(branches, least);
            foreach (var branch in branches)
            {
                if (branch.Weight < limit)
                    continue;
                // Forks nest no deeper than stacks do, which is limited; on a small thread that may still be too deep, and is said then.
                RuntimeHelpers.EnsureSufficientExecutionStack();
                children.Add(Grow(group, branch.Key, branch.Items, branch.Weight, step, least));
            }

            return new CallGraphNode { Frames = frames, Weight = weight, Below = branches.Sum(b => b.Weight), Children = children };
        }
    }

    /// <summary>Nodes by what they are shown as, heaviest first, equal ones by name.</summary>
    private List<(int Key, List<Item> Items, long Weight)> Fork(GroupStacks group, List<Item> items)
    {
        var branches = new List<(int Key, List<Item> Items, long Weight)>();
        if (items.Count == 1)
        {
            branches.Add((group.Keys[items[0].Node], items, items[0].Weight));
            return branches;
        }

        var at = new Dictionary<int, int>();
        foreach (var item in items)
        {
            var key = group.Keys[item.Node];
            if (!at.TryGetValue(key, out var index))
            {
                at.Add(key, index = branches.Count);
                branches.Add((key, [], 0));
            }

            var branch = branches[index];
            branch.Items.Add(item);
            branches[index] = branch with { Weight = branch.Weight + item.Weight };
        }

        if (branches.Count > 1)
            branches.Sort(Compare);
        return branches;
    }

    private int Compare((int Key, List<Item> Items, long Weight) a, (int Key, List<Item> Items, long Weight) b)
    {
        var order = b.Weight.CompareTo(a.Weight);
        if (order != 0)
            return order;
        if (_tree.Places.Count > 0)
        {
            order = string.CompareOrdinal(LabelOf(a.Key), LabelOf(b.Key));
            return order == 0 ? a.Key.CompareTo(b.Key) : order;
        }

        Function left = _analysis.Functions[a.Key], right = _analysis.Functions[b.Key];
        order = string.CompareOrdinal(left.Name, right.Name);
        if (order == 0)
            order = string.CompareOrdinal(left.ModuleName, right.ModuleName);
        return order == 0 ? a.Key.CompareTo(b.Key) : order;
    }

    private string LabelOf(int key)
    {
        if (!_labels.TryGetValue(key, out var label))
            _labels.Add(key, label = _tree.Places.Count == 0 ? Label(_analysis.Functions[key]) : _tree.LabelOf(_analysis, key));
        return label;
    }
}
