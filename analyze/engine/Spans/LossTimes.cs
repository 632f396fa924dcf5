using TraceKit.Engine.Filters;
using TraceKit.Engine.Streams;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Spans;

/// <summary>When records were lost, on any CPU: what lies around such a time may be matched wrongly.</summary>
/// <remarks>A ring was full between the record before the kernel's word of it and that word: nothing says when in between.</remarks>
internal sealed class LossTimes
{
    private readonly TimeWindows _times; // from the record before a loss to the last that tells of it

    public LossTimes(Trace trace)
    {
        var records = new List<(int Cpu, long Time, ulong Count)>();
        ulong counters = 0;
        var sideBand = new SideBandStream(trace);
        while (sideBand.MoveNext())
        {
            if (sideBand.Record.Type is not (PerfRecordType.PERF_RECORD_LOST or PerfRecordType.PERF_RECORD_LOST_SAMPLES))
                continue;
            var count = CountOf(sideBand.Record, sideBand.Record.Type == PerfRecordType.PERF_RECORD_LOST ? 16 : 8);
            // Without a time it is perf's own reading of the counters when it ends: what the kernel's records say is in it once more.
            if (sideBand.Time == 0)
                counters += count;
            else if (count > 0)
                records.Add(((int)sideBand.Id.Cpu, sideBand.Time, count));
        }

        // The recorder's own table takes together what was lost of a ring in a second and more: only what no record tells of is taken from there.
        var all = new List<(long After, long Last)>();
        foreach (var loss in trace.Losses.Where(l => l.Count > 0 && l.Cause != LossCause.RateLowered))
        {
            var (after, last) = ((long)loss.FirstTime, (long)Math.Max(loss.FirstTime, loss.LastTime));
            if (loss.Cause != LossCause.RingFull || Sum(records.Where(r => r.Cpu == loss.Cpu && r.Time >= after && r.Time <= last)) < loss.Count)
                all.Add((after, last));
        }

        var atEnd = counters > Sum(records);
        if (records.Count > 0 || atEnd)
            all.AddRange(Found(trace, records, atEnd));
        _times = new TimeWindows(all);
    }

    /// <summary>Whether anything was lost at all.</summary>
    public bool Any => _times.Windows.Count > 0;

    /// <summary>Whether anything may have been lost between two times.</summary>
    public bool AnyBetween(long from, long to) => to > long.MinValue && _times.Overlap(from, to - 1);

    /// <summary>Since when records may have been missing, of losses of which only the end is known.</summary>
    private static List<(long After, long Last)> Found(Trace trace, List<(int Cpu, long Time, ulong Count)> lost, bool atEnd)
    {
        var byCpu = lost.GroupBy(l => l.Cpu).ToDictionary(g => g.Key, g => new Before([.. g.Select(l => l.Time).Distinct().Order()]));
        var last = new Dictionary<int, long>();
        var stream = EventStream.Open(trace, new AnalysisOptions { IgnoreStoredFilters = true });
        while (stream.MoveNext())
        {
            last[stream.Current.Cpu] = stream.Current.Time;
            if (byCpu.TryGetValue(stream.Current.Cpu, out var before))
                before.Add(stream.Current.Time);
        }

        List<(long After, long Last)> found = [.. byCpu.Values.SelectMany(b => b.Losses())];
        // A ring that was full to the end was never told of by a record.
        if (atEnd)
            found.Add((last.Values.DefaultIfEmpty(long.MinValue).Min(), long.MaxValue));
        return found;
    }

    private static ulong Sum(IEnumerable<(int Cpu, long Time, ulong Count)> records) => records.Aggregate(0UL, (sum, r) => sum + r.Count);

    private static ulong CountOf(PerfRecord record, int at) => record.Bytes.Length >= at + 8 ? BitConverter.ToUInt64(record.Bytes[at..]) : 0;

    /// <summary>The record before each loss of a CPU.</summary>
    private sealed class Before(long[] times)
    {
        // The record after a loss took its time before the kernel's word of the loss did: the latest before that may be it, the one before is not.
        private readonly (long Latest, long Second)[] _records = [.. times.Select(_ => (long.MinValue, long.MinValue))];

        public void Add(long time)
        {
            var at = Array.BinarySearch(times, time);
            if (at < 0)
                at = ~at;
            if (at == times.Length)
                return;
            ref var record = ref _records[at];
            record = time >= record.Latest ? (time, record.Latest) : (record.Latest, Math.Max(record.Second, time));
        }

        public IEnumerable<(long After, long Last)> Losses()
        {
            var before = long.MinValue;
            for (var i = 0; i < times.Length; i++)
            {
                yield return (Math.Max(before, _records[i].Second), times[i]);
                before = _records[i].Second > long.MinValue ? _records[i].Second : before;
            }
        }
    }
}
