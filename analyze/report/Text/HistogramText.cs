using System.Globalization;
using System.Text;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Charts;

namespace TraceKit.Report.Text;

/// <summary>A histogram for the terminal: intervals, counts, bars.</summary>
public static class HistogramText
{
    private const int BarWidth = 52;

    /// <summary>Of narrow intervals, so many empty ones are drawn one by one; more are one line.</summary>
    private const int MostEmpty = 6;

    /// <summary>What the intervals behind percentiles are; said once, below all histograms.</summary>
    public const string Method = "percentiles by nearest rank; [ ] is the 95 % interval by order statistics (no distribution assumed, values taken as independent), ? where too few values tell that end";

    /// <summary>Draws it.</summary>
    public static string Render(HistogramView view)
    {
        var text = new StringBuilder();
        text.Append(view.Title).Append('\n');
        AppendStatistics(text, view);
        if (view.Unreadable > 0)
            text.Append(CultureInfo.InvariantCulture, $"not counted: {view.Unreadable} events whose value could not be read\n");
        if (view.Count == 0)
            return text.Append("(no values)\n").ToString();
        text.Append('\n');
        AppendBars(text, view.Histogram is null ? LabelRows(view) : Rows(view.Histogram, view.Values));
        return text.ToString();
    }

    private static void AppendStatistics(StringBuilder text, HistogramView view)
    {
        if (view.Histogram is not { } histogram)
        {
            text.Append(CultureInfo.InvariantCulture, $"count {view.Count}, {view.DistinctValues} {(view.DistinctValues == 1 ? "value" : "values")}\n");
            return;
        }

        var values = view.Values;
        text.Append(CultureInfo.InvariantCulture, $"count {histogram.Count}");
        if (histogram.Count == 0)
        {
            text.Append('\n');
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $", sum {(values.IsTime ? values.Short(histogram.Sum) : histogram.Digits > 0 ? values.Exact(histogram.Sum) : histogram.Sum)}, mean {values.Mean(histogram.Mean)}");
        if (histogram.StandardDeviation is { } deviation)
            text.Append(", stddev ").Append(values.Mean(deviation));
        text.Append(CultureInfo.InvariantCulture, $", min {values.Exact(histogram.Min)}, max {values.Exact(histogram.Max)}\n");
        var known = Histogram.Percents.Select(histogram.PercentileAt).Where(p => p.Value is not null).ToArray();
        var width = known.Length == 0 ? 0 : known.Max(p => values.Exact(p.Value!.Value).Length);
        foreach (var percentile in known)
            text.Append(CultureInfo.InvariantCulture, $"p{percentile.Percent,-5:0.##} {values.Exact(percentile.Value!.Value).PadLeft(width)}  {Interval(percentile, values)}\n");
        var unknown = Histogram.Percents.Where(p => histogram.Count < Percentile.LeastCount(p)).ToArray();
        if (unknown.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"{string.Join(' ', unknown.Select(p => string.Create(CultureInfo.InvariantCulture, $"p{p:0.##}")))} unknown: too few values ({histogram.Count}; p{unknown[0]:0.##} needs {Percentile.LeastCount(unknown[0])})\n");
        if (histogram.IsRounded)
            text.Append(CultureInfo.InvariantCulture, $"rounded to {histogram.Digits} places behind the point\n");
        if (histogram.RelativeError > 0)
            text.Append(CultureInfo.InvariantCulture, $"more than {ValueCounts.DefaultLimit} distinct values: percentiles and ends of intervals are within {100 * histogram.RelativeError:0.###} %; count, sum, min and max are exact\n");
    }

    /// <summary>The interval of a percentile.</summary>
    public static string Interval(Percentile percentile, ValueText values) =>
        $"[{(percentile.Low is { } low ? values.Exact(low) : "?")}, {(percentile.High is { } high ? values.Exact(high) : "?")}]";

    private static List<(string Label, long Count)> LabelRows(HistogramView view)
    {
        var rows = new List<(string, long)>();
        for (var i = 0; i < view.Bars.Count; i++)
            rows.Add((i < view.Labels.Count ? view.Labels[i] : "", view.Bars[i].Count));
        return rows;
    }

    private static List<(string Label, long Count)> Rows(Histogram histogram, ValueText values)
    {
        var rows = new List<(string, long)>();
        var buckets = histogram.Buckets;
        for (var i = 0; i < buckets.Count; i++)
        {
            var empty = i;
            while ((!histogram.Shape.IsLog2 || histogram.Digits > 0) && empty < buckets.Count && buckets[empty].Count == 0)
                empty++;
            if (empty - i > MostEmpty)
            {
                rows.Add((Label(new HistogramBucket(buckets[i].Low, buckets[empty - 1].High, 0), histogram, values), 0));
                i = empty - 1;
                continue;
            }

            if (buckets[i].Count == 0 && (buckets[i].Low == HistogramBucket.OpenLow || buckets[i].High == HistogramBucket.OpenHigh))
                continue;
            rows.Add((Label(buckets[i], histogram, values), buckets[i].Count));
        }

        return rows;
    }

    private static void AppendBars(StringBuilder text, List<(string Label, long Count)> rows)
    {
        var labelWidth = rows.Max(r => r.Label.Length);
        var most = rows.Max(r => r.Count);
        var countWidth = most.ToString(CultureInfo.InvariantCulture).Length;
        foreach (var (label, count) in rows)
        {
            text.Append(label.PadRight(labelWidth)).Append("  ")
                .Append(count.ToString(CultureInfo.InvariantCulture).PadLeft(countWidth)).Append(" |");
            AppendBar(text, count, most);
            text.Append("|\n");
        }
    }

    // Something is always seen of what is there: a count of one beside a million is a dot, not nothing.
    private static void AppendBar(StringBuilder text, long count, long most)
    {
        var length = most == 0 ? 0 : (int)(count * (double)BarWidth / most);
        if (count > 0 && length == 0)
            text.Append('.').Append(' ', BarWidth - 1);
        else
            text.Append('#', length).Append(' ', BarWidth - length);
    }

    private static string Label(HistogramBucket bucket, Histogram histogram, ValueText values)
    {
        var binary = histogram.Shape.IsLogarithmic;
        if (bucket.Low == HistogramBucket.OpenLow)
            return $"below {values.Bound(bucket.High + 1, binary)}";
        if (bucket.High == HistogramBucket.OpenHigh)
            return $"{values.Bound(bucket.Low, binary)} and above";
        // Below 0 fractions lie the other way round: above -1, up to -0.5.
        if (histogram.Digits > 0 && binary && bucket.High < 0)
            return $"({values.Bound(bucket.Low - 1, binary)}, {values.Bound(bucket.High, binary)}]";
        return bucket.Low == bucket.High ? values.Bound(bucket.Low, false) : $"[{values.Bound(bucket.Low, binary)}, {values.Bound(bucket.High + 1, binary)})";
    }
}
