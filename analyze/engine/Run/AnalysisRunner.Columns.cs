using TraceKit.Engine.Fields;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Run;

internal sealed partial class AnalysisRunner
{
    /// <summary>Takes the rows out whose stacks do not fulfil the filters, and counts them as left out.</summary>
    private static void LeaveOut(Columns columns, LateFilter late, SampleFilter filter, IReadOnlyList<TraceThread> threads, AnalysisTotals totals)
    {
        var keep = new bool[columns.Count];
        var rows = new List<int>();
        for (var e = 0; e < filter.EventWanted.Length; e++)
        {
            rows.Clear();
            for (var row = 0; row < columns.Count; row++)
            {
                if (columns.Group(row).Event == e)
                    rows.Add(row);
            }

            if (rows.Count == 0)
                continue;
            int[] stacks = [.. rows.Select(row => columns.Stacks[row])];
            ulong[] carried = [.. rows.Select(row => columns.Group(row).Carried)];
            var stored = filter.Stored(e)?.Late is { } first ? late.Answer(first, stacks, carried) : null;
            var asked = filter.Asked(e)?.Late is { } second ? late.Answer(second, stacks, carried) : null;
            for (var i = 0; i < rows.Count; i++)
            {
                var byRecording = stored is not null && !Bitmap.Get(stored, i);
                keep[rows[i]] = !byRecording && (asked is null || Bitmap.Get(asked, i));
                if (keep[rows[i]])
                    continue;
                var count = columns.CountOf(rows[i]);
                totals.Used -= count;
                totals.Filtered += count;
                if (byRecording)
                    totals.LeftOutByRecording += count;
                if (threads[columns.Group(rows[i]).Thread] is { IsGuessed: true, Tid: not 0 })
                    totals.UnknownThread -= count;
            }
        }

        columns.Keep(keep);
    }

    /// <summary>Columns while rows are added.</summary>
    private sealed class Columns(GroupKey[] groups, int capacity)
    {
        private readonly int[] _groups = new int[capacity];
        private readonly long[] _weights = new long[capacity];
        private readonly long[] _counts = new long[capacity];

        /// <summary>Node of each row; room for more.</summary>
        public int[] Stacks { get; } = new int[capacity];

        /// <summary>Of each row, where samples are kept.</summary>
        public long[] Times { get; init; } = [];

        /// <summary>Rows.</summary>
        public int Count { get; private set; }

        public void Add(int stack, int group, long weight, long count)
        {
            Stacks[Count] = stack;
            _groups[Count] = group;
            _weights[Count] = weight;
            _counts[Count++] = count;
        }

        public void AddToLast(long weight, long count)
        {
            _weights[Count - 1] += weight;
            _counts[Count - 1] += count;
        }

        public ref readonly GroupKey Group(int row) => ref groups[_groups[row]];

        public long CountOf(int row) => _counts[row];

        /// <summary>Samples without a stack.</summary>
        public long EmptyStacks()
        {
            long samples = 0;
            for (var row = 0; row < Count; row++)
                samples += Stacks[row] == StackTable.Empty ? _counts[row] : 0;
            return samples;
        }

        /// <summary>Takes the other rows out.</summary>
        public void Keep(bool[] keep)
        {
            var kept = 0;
            for (var row = 0; row < Count; row++)
            {
                if (!keep[row])
                    continue;
                (Stacks[kept], _groups[kept], _weights[kept], _counts[kept]) = (Stacks[row], _groups[row], _weights[row], _counts[row]);
                if (Times.Length > 0)
                    Times[kept] = Times[row];
                kept++;
            }

            Count = kept;
        }

        public SampleTable ToTable(bool cpus, FieldTuples tuples, FieldFormatter?[][] formatters)
        {
            var threads = new int[Count];
            var events = new int[Count];
            var cpuColumn = cpus ? new int[Count] : [];
            var tupleOfRow = tuples.Names.Count == 0 ? [] : new int[Count];
            for (var row = 0; row < Count; row++)
            {
                ref readonly var group = ref Group(row);
                threads[row] = group.Thread;
                events[row] = group.Event;
                if (cpus)
                    cpuColumn[row] = group.Cpu;
                if (tupleOfRow.Length > 0)
                    tupleOfRow[row] = group.Tuple;
            }

            var times = Times.Length > 0 ? Times[..Count] : Times;
            return new SampleTable(Stacks[..Count], threads, events, _weights[..Count], _counts[..Count], times, cpuColumn, tuples.Names.Count == 0 ? [] : tuples.Columns(tupleOfRow, events, formatters));
        }
    }
}
