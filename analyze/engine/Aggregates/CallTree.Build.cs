using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Aggregates;

public sealed partial class CallTree
{
    /// <summary>The tree of all samples.</summary>
    public static CallTree Build(Analysis analysis, CallOrder order = CallOrder.Caller) =>
        Build(analysis.Functions, analysis.FunctionStacks, WeightedNodes.OfAll(analysis.FunctionStacks, analysis.Samples), order);

    /// <summary>The tree of some rows of the sample table: of a report's entry, of one event, of one thread.</summary>
    public static CallTree Build(Analysis analysis, CallOrder order, ReadOnlySpan<int> rows) =>
        Build(analysis.Functions, analysis.FunctionStacks, WeightedNodes.OfRows(analysis.FunctionStacks, analysis.Samples, rows), order);

    /// <summary>
    /// The tree around one function: for <see cref="CallOrder.Caller"/> what it calls, from its outermost activation on; for
    /// <see cref="CallOrder.Callee"/> who called it, from its innermost activation outwards. The one child of the root is the function itself.
    /// </summary>
    /// <param name="analysis">Whose samples.</param>
    /// <param name="order">Downwards or upwards.</param>
    /// <param name="rows">Rows to look at; those without the function do not count.</param>
    /// <param name="function">A number of <c>Analysis.Functions</c>.</param>
    public static CallTree BuildAround(Analysis analysis, CallOrder order, ReadOnlySpan<int> rows, int function)
    {
        var stacks = analysis.FunctionStacks;
        var weighted = WeightedNodes.OfRows(stacks, analysis.Samples, rows);
        var draft = new Draft();
        var path = new List<int>();
        for (var i = 1; i < weighted.Nodes.Length; i++)
        {
            if (weighted.SelfCounts[i] == 0)
                continue;
            path.Clear(); // innermost first
            for (var node = weighted.Nodes[i]; node != 0; node = stacks.Parents[node])
                path.Add(stacks.Functions[node]);
            var at = order == CallOrder.Caller ? path.LastIndexOf(function) : path.IndexOf(function);
            if (at < 0)
                continue;
            if (order == CallOrder.Caller)
                path.RemoveRange(at + 1, path.Count - at - 1);
            else
                path.RemoveRange(0, at);
            if (order == CallOrder.Caller)
                path.Reverse();
            draft.AddPath(path, weighted.SelfWeights[i], weighted.SelfCounts[i]);
        }

        draft.SumUp();
        return new CallTree(analysis.Functions, order, draft);
    }

    internal static CallTree Build(FunctionTable functions, FunctionStacks stacks, WeightedNodes weighted, CallOrder order)
    {
        var draft = new Draft();
        if (order == CallOrder.Caller)
            AddAsTheyAre(draft, stacks, weighted);
        else
            AddInverted(draft, stacks, weighted);
        return new CallTree(functions, order, draft);
    }

    private static void AddAsTheyAre(Draft draft, FunctionStacks stacks, WeightedNodes weighted)
    {
        // The function stacks are this tree already; only what no row touched falls out.
        var numbers = new int[weighted.Nodes.Length];
        draft.SetRoot(weighted.SelfWeights[0], weighted.SelfCounts[0], weighted.TotalWeights[0], weighted.TotalCounts[0]);
        for (var i = 1; i < weighted.Nodes.Length; i++)
        {
            if (weighted.TotalCounts[i] != 0)
                numbers[i] = draft.Append(numbers[weighted.Parents[i]], stacks.Functions[weighted.Nodes[i]], weighted.SelfWeights[i], weighted.SelfCounts[i], weighted.TotalWeights[i], weighted.TotalCounts[i]);
        }
    }

    private static void AddInverted(Draft draft, FunctionStacks stacks, WeightedNodes weighted)
    {
        var path = new List<int>();
        for (var i = 0; i < weighted.Nodes.Length; i++)
        {
            if (weighted.SelfCounts[i] == 0)
                continue;
            path.Clear();
            for (var node = weighted.Nodes[i]; node != 0; node = stacks.Parents[node])
                path.Add(stacks.Functions[node]);
            draft.AddPath(path, weighted.SelfWeights[i], weighted.SelfCounts[i]);
        }

        draft.SumUp();
    }

    /// <summary>A tree while it grows: parents before children, no order yet.</summary>
    private sealed class Draft
    {
        private readonly StackTrie _trie = new();
        private readonly List<int> _parents = [-1];
        private readonly List<int> _functions = [-1];
        private readonly List<long> _selfWeights = [0];
        private readonly List<long> _selfCounts = [0];
        private List<long> _totalWeights = [0];
        private List<long> _totalCounts = [0];

        public int Count => _parents.Count;

        public void SetRoot(long selfWeight, long selfCount, long totalWeight, long totalCount)
        {
            _selfWeights[0] = selfWeight;
            _selfCounts[0] = selfCount;
            _totalWeights[0] = totalWeight;
            _totalCounts[0] = totalCount;
        }

        public int Append(int parent, int function, long selfWeight, long selfCount, long totalWeight, long totalCount)
        {
            _parents.Add(parent);
            _functions.Add(function);
            _selfWeights.Add(selfWeight);
            _selfCounts.Add(selfCount);
            _totalWeights.Add(totalWeight);
            _totalCounts.Add(totalCount);
            return _parents.Count - 1;
        }

        public void AddPath(List<int> functions, long weight, long count)
        {
            var node = 0;
            foreach (var function in functions)
            {
                node = _trie.Child(node, (ulong)function, out var isNew);
                if (isNew)
                    Append(_trie.Parents[node], function, 0, 0, 0, 0);
            }

            _selfWeights[node] += weight;
            _selfCounts[node] += count;
        }

        public void SumUp()
        {
            _totalWeights = [.. _selfWeights];
            _totalCounts = [.. _selfCounts];
            for (var i = Count - 1; i > 0; i--)
            {
                _totalWeights[_parents[i]] += _totalWeights[i];
                _totalCounts[_parents[i]] += _totalCounts[i];
            }
        }

        /// <summary>Numbers the nodes in printing order.</summary>
        public void CopyTo(CallTree tree)
        {
            var first = new int[Count + 1];
            for (var i = 1; i < Count; i++)
                first[_parents[i] + 1]++;
            for (var i = 0; i < Count; i++)
                first[i + 1] += first[i];
            var children = new int[Math.Max(0, Count - 1)];
            var next = first.AsSpan(0, Count).ToArray();
            for (var i = 1; i < Count; i++)
                children[next[_parents[i]]++] = i;
            var byWeight = Comparer<int>.Create((a, b) => Compare(tree.FunctionTable, a, b));
            for (var i = 0; i < Count; i++)
            {
                if (first[i + 1] - first[i] > 1)
                    Array.Sort(children, first[i], first[i + 1] - first[i], byWeight);
            }

            first.AsSpan(0, Count).CopyTo(next);
            var numbers = new int[Count];
            var made = 0;
            Put(tree, 0, numbers, made++);
            for (var node = 0; node >= 0;)
            {
                if (next[node] < first[node + 1])
                {
                    node = children[next[node]++];
                    Put(tree, node, numbers, made++);
                }
                else
                {
                    node = _parents[node];
                }
            }

            // Children in ascending number are in printing order; count them into slices.
            for (var i = 1; i < Count; i++)
                tree._firstChild[tree._parents[i] + 1]++;
            for (var i = 0; i < Count; i++)
                tree._firstChild[i + 1] += tree._firstChild[i];
            tree._firstChild.AsSpan(0, Count).CopyTo(next);
            for (var i = 1; i < Count; i++)
                tree._children[next[tree._parents[i]]++] = i;
        }

        private void Put(CallTree tree, int node, int[] numbers, int number)
        {
            numbers[node] = number;
            var parent = _parents[node] < 0 ? -1 : numbers[_parents[node]];
            tree._functions[number] = _functions[node];
            tree._parents[number] = parent;
            tree._depths[number] = parent < 0 ? 0 : tree._depths[parent] + 1;
            tree._selfWeights[number] = _selfWeights[node];
            tree._selfCounts[number] = _selfCounts[node];
            tree._totalWeights[number] = _totalWeights[node];
            tree._totalCounts[number] = _totalCounts[node];
        }

        private int Compare(FunctionTable functions, int a, int b)
        {
            var order = _totalWeights[b].CompareTo(_totalWeights[a]);
            if (order != 0)
                return order;
            Function left = functions[_functions[a]], right = functions[_functions[b]];
            order = string.CompareOrdinal(left.Name, right.Name);
            if (order == 0)
                order = string.CompareOrdinal(left.ModuleName, right.ModuleName);
            return order == 0 ? _functions[a].CompareTo(_functions[b]) : order;
        }
    }
}
