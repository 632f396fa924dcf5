using TraceKit.Engine.Aggregates;

namespace TraceKit.Report.Charts;

/// <summary>What a histogram is drawn from, made from the engine's.</summary>
public static class HistogramViews
{
    /// <summary>The view of a histogram.</summary>
    /// <param name="histogram">Counted.</param>
    /// <param name="title">Title.</param>
    /// <param name="valueName">The field.</param>
    /// <param name="unit">Its unit; empty when unknown.</param>
    /// <param name="isLog2">Whether buckets are powers of two.</param>
    /// <param name="unreadable">Events without a readable value.</param>
    public static HistogramView Of(Histogram histogram, string title, string valueName, string unit, bool isLog2, long unreadable = 0)
    {
        var bars = new List<HistogramBar>(histogram.Buckets.Count);
        long below = 0, above = 0;
        foreach (var bucket in histogram.Buckets)
        {
            // A range given by the user has open ends: numbers, not bars, or they would dwarf the picture.
            if (bucket.Low == long.MinValue)
                below = bucket.Count;
            else if (bucket.High == long.MaxValue && !isLog2)
                above = bucket.Count;
            else
                bars.Add(new HistogramBar(bucket.Low, (double)bucket.High + 1, bucket.Count));
        }

        return new HistogramView
        {
            Title = title,
            ValueName = valueName,
            Unit = unit,
            Bars = bars,
            IsLog2 = isLog2,
            Count = histogram.Count,
            Below = below,
            Above = above,
            Unreadable = unreadable,
            Minimum = histogram.Min,
            Maximum = histogram.Max,
            Mean = histogram.Mean,
            Percentiles = histogram.Count == 0 ? [] : [(50, histogram.P50), (90, histogram.P90), (99, histogram.P99)],
        };
    }
}
