using System.Globalization;

namespace TraceKit.Engine.Aggregates;

/// <summary>What the lines of a <see cref="Timeline"/> are.</summary>
public enum TimelineKey
{
    /// <summary>One line for each event.</summary>
    Event,

    /// <summary>One line for each CPU.</summary>
    Cpu,

    /// <summary>One line for each thread name.</summary>
    Comm,
}

/// <summary>One line of a <see cref="Timeline"/>.</summary>
/// <param name="Name">Event, CPU number or thread name.</param>
/// <param name="Counts">Samples in each bin.</param>
/// <param name="Weights">Weight in each bin.</param>
public sealed record TimelineSeries(string Name, long[] Counts, long[] Weights);

/// <summary>Samples over time in bins of one width. Needs samples that were kept.</summary>
public sealed class Timeline
{
    private Timeline(long start, long binWidth, int bins, IReadOnlyList<TimelineSeries> series)
    {
        Start = start;
        BinWidth = binWidth;
        Bins = bins;
        Series = series;
    }

    /// <summary>Time of the first bin's left edge, nanoseconds of the trace's clock.</summary>
    public long Start { get; }

    /// <summary>Nanoseconds.</summary>
    public long BinWidth { get; }

    /// <summary>Bins of every series.</summary>
    public int Bins { get; }

    /// <summary>Most samples first, then by name (ordinal); CPUs by number.</summary>
    public IReadOnlyList<TimelineSeries> Series { get; }

    /// <summary>Counts the samples into bins.</summary>
    /// <param name="analysis">Run with <c>KeepSamples</c> (and <c>Cpus</c> for <see cref="TimelineKey.Cpu"/>).</param>
    /// <param name="key">One series for each.</param>
    /// <param name="bins">At least 1; fewer come back when the samples span fewer nanoseconds.</param>
    /// <param name="only">Rows to count: all when null.</param>
    public static Timeline Build(Analysis analysis, TimelineKey key, int bins = 200, Func<int, bool>? only = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var samples = analysis.Samples;
        if (!samples.HasTimes)
            return new Timeline(0, 1, 0, []);
        long first = long.MaxValue, last = long.MinValue;
        for (var row = 0; row < samples.Count; row++)
        {
            if (only is not null && !only(row))
                continue;
            first = Math.Min(first, samples.Times[row]);
            last = Math.Max(last, samples.Times[row]);
        }

        if (last < first)
            return new Timeline(0, 1, 0, []);
        var span = (UInt128)((Int128)last - first) + 1;
        var width = (long)((span + (uint)bins - 1) / (uint)bins);
        bins = (int)((span + (ulong)width - 1) / (ulong)width);

        var series = new Dictionary<string, TimelineSeries>(StringComparer.Ordinal);
        for (var row = 0; row < samples.Count; row++)
        {
            if (only is not null && !only(row))
                continue;
            var name = NameOf(analysis, key, row);
            if (!series.TryGetValue(name, out var line))
                series.Add(name, line = new TimelineSeries(name, new long[bins], new long[bins]));
            var bin = (int)(((Int128)samples.Times[row] - first) / width);
            line.Counts[bin] += samples.Counts[row];
            line.Weights[bin] += samples.Weights[row];
        }

        var lines = series.Values.ToArray();
        if (key == TimelineKey.Cpu)
            Array.Sort(lines, (a, b) => (a.Name.Length, a.Name).CompareTo((b.Name.Length, b.Name)));
        else
            Array.Sort(lines, CompareByCount);
        return new Timeline(first, width, bins, lines);
    }

    private static int CompareByCount(TimelineSeries a, TimelineSeries b)
    {
        var order = b.Counts.Sum().CompareTo(a.Counts.Sum());
        return order == 0 ? string.CompareOrdinal(a.Name, b.Name) : order;
    }

    private static string NameOf(Analysis analysis, TimelineKey key, int row) => key switch
    {
        TimelineKey.Event => analysis.EventName(analysis.Samples.Events[row]),
        TimelineKey.Comm => analysis.Threads[analysis.Samples.Threads[row]].Comm,
        _ => analysis.Samples.HasCpus && analysis.Samples.Cpus[row] >= 0 ? analysis.Samples.Cpus[row].ToString(CultureInfo.InvariantCulture) : "unknown",
    };
}
