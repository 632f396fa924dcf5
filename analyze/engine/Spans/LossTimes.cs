using TraceKit.Engine.Streams;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Spans;

/// <summary>When records were lost, on any CPU: what lies around such a time may be matched wrongly.</summary>
internal sealed class LossTimes
{
    private readonly List<(long First, long Last)> _times = [];

    public LossTimes(Trace trace)
    {
        var all = new List<(long First, long Last)>();
        foreach (var loss in trace.Losses)
        {
            if (loss.Count > 0 && loss.Cause != LossCause.RateLowered)
                all.Add(((long)loss.FirstTime, (long)Math.Max(loss.FirstTime, loss.LastTime)));
        }

        var sideBand = new SideBandStream(trace);
        while (sideBand.MoveNext())
        {
            if (sideBand.Record.Type is PerfRecordType.PERF_RECORD_LOST or PerfRecordType.PERF_RECORD_LOST_SAMPLES)
                all.Add((sideBand.Time, sideBand.Time));
        }

        foreach (var loss in all.OrderBy(l => l.First))
        {
            if (_times.Count > 0 && loss.First <= _times[^1].Last)
                _times[^1] = (_times[^1].First, Math.Max(_times[^1].Last, loss.Last));
            else
                _times.Add(loss);
        }
    }

    /// <summary>Whether anything was lost between two times, both inclusive.</summary>
    public bool AnyBetween(long from, long to)
    {
        int low = 0, high = _times.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_times[middle].Last < from)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _times.Count && _times[low].First <= to;
    }
}
