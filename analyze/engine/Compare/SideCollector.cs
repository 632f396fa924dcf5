namespace TraceKit.Engine.Compare;

/// <summary>Sums the samples of one side, one event, into slots of time.</summary>
/// <remarks>
/// All slots of a side are of one width, over all CPUs and threads, as many as leave about eight samples to each, 1,024 at most: finer would tell nothing, and what repeats
/// within a slot is averaged there. Slots without samples are left out: shares of nothing are not there.
/// </remarks>
internal sealed class SideCollector
{
    private const int MostSlots = 1024;
    private const int SamplesOfSlot = 8;

    private readonly ComparisonLines _lines;
    private readonly SlotMatrix.Builder _matrix;
    private readonly double[] _sums;
    private readonly List<int> _touched = [];

    private SideCollector(ComparisonLines lines)
    {
        _lines = lines;
        _matrix = new SlotMatrix.Builder(lines.Count);
        _sums = new double[lines.Count];
        Counts = new long[lines.Functions + lines.Modules];
    }

    /// <summary>Samples of each line's own.</summary>
    private long[] Counts { get; }

    /// <summary>What one recording's functions and modules are numbered.</summary>
    public readonly record struct Run(Analysis Analysis, int Event, int[] Functions, int[] Modules);

    public static ComparedSide Collect(IReadOnlyList<Run> runs, ComparisonLines lines)
    {
        var collector = new SideCollector(lines);
        var spans = runs.Select(SpanOf).ToArray();
        var side = new ComparedSide
        {
            Samples = spans.Sum(s => s.Samples),
            Weight = spans.Sum(s => s.Weight),
            Nanoseconds = spans.Sum(s => s.Nanoseconds),
        };
        var slots = Math.Clamp(side.Samples / SamplesOfSlot, 1, MostSlots);
        var width = Math.Max(1, (side.Nanoseconds + slots - 1) / slots);
        for (var i = 0; i < runs.Count; i++)
            collector.Add(runs[i], spans[i].First, width);
        side.SlotNanoseconds = width;
        side.Matrix = collector._matrix.Build();
        side.Counts = collector.Counts;
        return side;
    }

    private static (long First, long Nanoseconds, long Samples, long Weight) SpanOf(Run run)
    {
        var samples = run.Analysis.Samples;
        long first = 0, last = -1, count = 0, weight = 0;
        for (var row = 0; row < samples.Count; row++)
        {
            if (samples.Events[row] != run.Event)
                continue;
            if (count == 0)
                first = samples.Times[row];
            last = samples.Times[row];
            count += samples.Counts[row];
            weight += samples.Weights[row];
        }

        return (first, count == 0 ? 0 : last - first + 1, count, weight);
    }

    private void Add(Run run, long first, long width)
    {
        var samples = run.Analysis.Samples;
        var totals = _lines.Children ? new StackTotals(run, _lines) : null;
        var stacks = run.Analysis.FunctionStacks;
        var current = -1L;
        double weight = 0;
        for (var row = 0; row < samples.Count; row++)
        {
            if (samples.Events[row] != run.Event)
                continue;
            var slot = (samples.Times[row] - first) / width;
            if (slot != current)
            {
                Flush(weight, totals);
                (current, weight) = (slot, 0);
            }

            var node = stacks.OfStack[samples.Stacks[row]];
            var function = node == 0 ? run.Functions.Length - 1 : stacks.Concrete[node];
            weight += samples.Weights[row];
            AddTo(_lines.Function(run.Functions[function]), samples.Weights[row], samples.Counts[row]);
            AddTo(_lines.Module(run.Modules[function]), samples.Weights[row], samples.Counts[row]);
            totals?.Add(node, samples.Weights[row]);
        }

        Flush(weight, totals);
    }

    private void AddTo(int line, long weight, long count)
    {
        Counts[line] += count;
        AddTo(line, weight);
    }

    private void AddTo(int line, double weight)
    {
        if (weight <= 0)
            return;
        if (_sums[line] == 0)
            _touched.Add(line);
        _sums[line] += weight;
    }

    private void Flush(double weight, StackTotals? totals)
    {
        totals?.Flush(AddTo);
        if (weight > 0)
        {
            _matrix.BeginSlot(weight);
            foreach (var line in _touched)
                _matrix.Add(line, _sums[line]);
        }

        foreach (var line in _touched)
            _sums[line] = 0;
        _touched.Clear();
    }

    /// <summary>Weights on the way from each stack up to the root, a function or module once however often it recurs.</summary>
    private sealed class StackTotals
    {
        private readonly int[] _functionLines;
        private readonly int[] _moduleLines;
        private readonly int[] _parents;
        private readonly double[] _weights;
        private readonly List<int> _nodes = [];

        public StackTotals(Run run, ComparisonLines lines)
        {
            var stacks = run.Analysis.FunctionStacks;
            _parents = stacks.Parents.ToArray();
            _weights = new double[stacks.Count];
            _functionLines = Lines(n => lines.FunctionTotal(run.Functions[n]));
            _moduleLines = Lines(n => lines.ModuleTotal(run.Modules[n]));

            int[] Lines(Func<int, int> lineOf)
            {
                var all = new int[stacks.Count];
                for (var node = 0; node < all.Length; node++)
                    all[node] = lineOf(node == 0 ? run.Functions.Length - 1 : stacks.Functions[node]);
                var result = (int[])all.Clone();
                for (var node = 1; node < all.Length; node++)
                {
                    for (var above = _parents[node]; above > 0; above = _parents[above])
                    {
                        if (all[above] != all[node])
                            continue;
                        result[node] = -1;
                        break;
                    }
                }

                return result;
            }
        }

        public void Add(int node, long weight)
        {
            if (weight <= 0)
                return;
            if (_weights[node] == 0)
                _nodes.Add(node);
            _weights[node] += weight;
        }

        /// <summary>Hands on what was added since the last time.</summary>
        public void Flush(Action<int, double> add)
        {
            // Children have higher numbers: from the highest down, every node is whole when its turn comes.
            var queue = new PriorityQueue<int, int>();
            foreach (var node in _nodes)
                queue.Enqueue(node, -node);
            _nodes.Clear();
            while (queue.TryDequeue(out var node, out _))
            {
                var weight = _weights[node];
                _weights[node] = 0;
                if (weight == 0)
                    continue; // queued twice: as a stack's end and as somebody's parent
                if (_functionLines[node] >= 0)
                    add(_functionLines[node], weight);
                if (_moduleLines[node] >= 0)
                    add(_moduleLines[node], weight);
                var parent = _parents[node];
                if (parent <= 0)
                    continue;
                if (_weights[parent] == 0)
                    queue.Enqueue(parent, -parent);
                _weights[parent] += weight;
            }
        }
    }
}
