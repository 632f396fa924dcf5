using TraceKit.Engine.Aggregates;
using TraceKit.Report.Text;

namespace TraceKit.Report.Charts;

/// <summary>What a histogram is drawn from, made from the engine's.</summary>
public static class HistogramViews
{
    /// <summary>Values that have names are shown so many at most; the others are one bar together.</summary>
    public const int MostLabels = 30;

    /// <summary>The view of values that are names: counted one by one, most frequent first.</summary>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="title">Title.</param>
    /// <param name="valueName">The field.</param>
    /// <param name="unreadable">Events without a readable value.</param>
    public static HistogramView OfNames(IReadOnlyDictionary<string, long> counts, string title, string valueName, long unreadable = 0)
    {
        var sorted = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).ToArray();
        var shown = sorted.Length > MostLabels ? MostLabels - 1 : sorted.Length;
        var bars = new List<HistogramBar>();
        var labels = new List<string>();
        foreach (var (name, count) in sorted.Take(shown))
        {
            bars.Add(new HistogramBar(bars.Count, bars.Count + 1, count));
            labels.Add(SafeText.Show(name));
        }

        if (shown < sorted.Length)
        {
            bars.Add(new HistogramBar(shown, shown + 1, sorted.Skip(shown).Sum(c => c.Value)));
            labels.Add(FormattableString.Invariant($"({sorted.Length - shown} more values)"));
        }

        return new HistogramView
        {
            Title = title, ValueName = valueName, Bars = bars, Labels = labels, DistinctValues = sorted.Length, Count = sorted.Sum(c => c.Value), Unreadable = unreadable,
        };
    }

    /// <summary>The view of a histogram.</summary>
    /// <param name="histogram">Counted.</param>
    /// <param name="title">Title.</param>
    /// <param name="valueName">The field.</param>
    /// <param name="values">How values are shown.</param>
    /// <param name="unreadable">Events without a readable value.</param>
    public static HistogramView Of(Histogram histogram, string title, string valueName, ValueText values, long unreadable = 0)
    {
        var bars = new List<HistogramBar>(histogram.Buckets.Count);
        long below = 0, above = 0;
        foreach (var bucket in histogram.Buckets)
        {
            // A range given by the user has open ends: numbers, not bars, or they would dwarf the picture.
            if (bucket.Low == HistogramBucket.OpenLow)
                below = bucket.Count;
            else if (bucket.High == HistogramBucket.OpenHigh)
                above = bucket.Count;
            else
                bars.Add(new HistogramBar(Number(bucket.Low), Number(bucket.High + 1), bucket.Count));
        }

        return new HistogramView
        {
            Title = title,
            ValueName = valueName,
            Unit = values.Unit,
            Values = values,
            Histogram = histogram,
            Bars = bars,
            IsLog2 = histogram.Shape.IsLogarithmic,
            Count = histogram.Count,
            Below = below,
            Above = above,
            Unreadable = unreadable,
            Minimum = Number(histogram.Min),
            Maximum = Number(histogram.Max),
            Mean = histogram.Mean,
            Percentiles = [.. new[] { 50.0, 90, 99 }.Where(p => histogram.Count >= Percentile.LeastCount(p)).Select(p => (p, Number(histogram.ValueAt(p))))],
        };

        double Number(Int128 value) => Fractions.ToDouble(value, histogram.Digits);
    }
}
