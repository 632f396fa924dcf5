using System.Globalization;
using Microsoft.Data.Analysis;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Report.Charts;

/// <summary>Distributions as result tables: one line a group, or one a bucket.</summary>
public static class DistributionTables
{
    /// <summary>One line a group: keys, count, sum, mean, deviation, smallest, largest, each percentile with its interval; numbers as they are, times in nanoseconds.</summary>
    public static DataFrame Statistics(Distributions all)
    {
        ArgumentNullException.ThrowIfNull(all);
        var table = Keyed(all);
        var count = table.Whole("count");
        var sum = new NumberColumn(table, all, "sum", all.Groups.Select(g => g.Histogram?.Sum));
        var mean = table.Real("mean");
        var deviation = table.Real("stddev");
        var min = new NumberColumn(table, all, "min", all.Groups.Select(g => g.Histogram?.Min));
        var max = new NumberColumn(table, all, "max", all.Groups.Select(g => g.Histogram?.Max));
        var self = all.Groups.Any(g => g.Self is not null) ? new NumberColumn(table, all, "self_sum", all.Groups.Select(g => g.Self)) : null;
        var percentiles = new List<(double Percent, NumberColumn Value, NumberColumn Low, NumberColumn High)>();
        foreach (var percent in Histogram.Percents)
        {
            var values = all.Groups.Select(g => g.Histogram?.PercentileAt(percent)).ToArray();
            var name = string.Create(CultureInfo.InvariantCulture, $"p{percent:0.##}");
            percentiles.Add((percent, new(table, all, name, values.Select(v => v?.Value)), new(table, all, name + "_low", values.Select(v => v?.Low)), new(table, all, name + "_high", values.Select(v => v?.High))));
        }

        foreach (var group in all.Groups)
        {
            Add(table, all, group);
            var histogram = group.Histogram;
            count.Append(group.Count);
            sum.Append(histogram?.Sum);
            mean.Append(histogram is { Count: > 0 } ? histogram.Mean : null);
            deviation.Append(histogram?.StandardDeviation);
            min.Append(histogram is { Count: > 0 } ? histogram.Min : null);
            max.Append(histogram is { Count: > 0 } ? histogram.Max : null);
            self?.Append(group.Self);
            foreach (var (percent, value, low, high) in percentiles)
            {
                var percentile = histogram?.PercentileAt(percent);
                value.Append(percentile?.Value);
                low.Append(percentile?.Low);
                high.Append(percentile?.High);
            }
        }

        return table.ToFrame();
    }

    /// <summary>The same for people: fewer columns, numbers as they are shown, intervals beside their percentiles.</summary>
    public static DataFrame ShortStatistics(Distributions all)
    {
        ArgumentNullException.ThrowIfNull(all);
        double[] percents = [50, 95, 99];
        var table = Keyed(all);
        var count = table.Whole("count");
        string[] names = ["mean", "min", .. percents.Select(p => string.Create(CultureInfo.InvariantCulture, $"p{p:0.##}")), "max"];
        var texts = Array.ConvertAll(names, table.Text);
        var sum = all.Values.IsTime ? table.Text("total") : null;
        var self = all.Groups.Any(g => g.Self is not null) ? table.Text("self") : null;
        foreach (var group in all.Groups)
        {
            Add(table, all, group);
            count.Append(group.Count);
            var h = group.Histogram is { Count: > 0 } histogram ? histogram : null;
            texts[0].Append(h is null ? null : all.Values.Mean(h.Mean));
            texts[1].Append(h is null ? null : all.Values.Short(h.Min));
            for (var i = 0; i < percents.Length; i++)
                texts[2 + i].Append(h is null ? null : WithInterval(h.PercentileAt(percents[i]), all.Values));
            texts[^1].Append(h is null ? null : all.Values.Short(h.Max));
            sum?.Append(h is null ? null : all.Values.Short(h.Sum));
            self?.Append(group.Self is { } own ? all.Values.Short(own) : null);
        }

        return table.ToFrame();
    }

    /// <summary>One line a bucket: keys, both ends inclusive, count; of names the name instead of the ends. The open ends of a range that was asked for are empty.</summary>
    public static DataFrame Buckets(Distributions all)
    {
        ArgumentNullException.ThrowIfNull(all);
        var table = Keyed(all);
        if (all.Groups.Any(g => g.Histogram is null))
        {
            var value = table.Text("value");
            var times = table.Whole("count");
            foreach (var group in all.Groups)
            {
                foreach (var (name, count) in group.Names.OrderByDescending(n => n.Value).ThenBy(n => n.Key, StringComparer.Ordinal))
                {
                    Add(table, all, group);
                    value.Append(SafeText.Show(name));
                    times.Append(count);
                }
            }

            return table.ToFrame();
        }

        var buckets = all.Groups.SelectMany(g => g.Histogram!.Buckets.Select(b => (Group: g, Bucket: b))).ToArray();
        var low = new NumberColumn(table, all, "low", buckets.Select(b => LowOf(b.Bucket)));
        var high = new NumberColumn(table, all, "high", buckets.Select(b => HighOf(b.Bucket)));
        var counts = table.Whole("count");
        foreach (var (group, bucket) in buckets)
        {
            Add(table, all, group);
            low.Append(LowOf(bucket));
            high.Append(HighOf(bucket));
            counts.Append(bucket.Count);
        }

        return table.ToFrame();
    }

    private static Int128? LowOf(HistogramBucket bucket) => bucket.Low == HistogramBucket.OpenLow ? null : bucket.Low;

    private static Int128? HighOf(HistogramBucket bucket) => bucket.High == HistogramBucket.OpenHigh ? null : bucket.High;

    private static string WithInterval(Percentile percentile, ValueText values) => percentile.Value is { } value
        ? $"{values.Short(value)} [{(percentile.Low is { } low ? values.Short(low) : "?")}, {(percentile.High is { } high ? values.Short(high) : "?")}]"
        : "unknown";

    private static TableBuilder Keyed(Distributions all) => new([.. HasNames(all) ? ["span"] : Array.Empty<string>(), .. all.Keys]);

    private static void Add(TableBuilder table, Distributions all, Distribution group) => table.Add([.. HasNames(all) ? [group.Name] : Array.Empty<string>(), .. group.Labels]);

    private static bool HasNames(Distributions all) => all.Groups.Any(g => g.Name.Length > 0);

    /// <summary>A column of numbers; where a whole one is beyond 64 signed bits, all are texts, so that none is rounded.</summary>
    private sealed class NumberColumn
    {
        private readonly int _digits;
        private readonly DoubleDataFrameColumn? _real;
        private readonly Int64DataFrameColumn? _whole;
        private readonly StringDataFrameColumn? _text;

        public NumberColumn(TableBuilder table, Distributions all, string name, IEnumerable<Int128?> values)
        {
            _digits = all.Values.Digits;
            if (_digits > 0)
                _real = table.Real(name);
            else if (values.All(v => v is null || (v >= long.MinValue && v <= long.MaxValue)))
                _whole = table.Whole(name);
            else
                _text = table.Text(name);
        }

        public void Append(Int128? value)
        {
            _real?.Append(value is { } number ? Fractions.ToDouble(number, _digits) : null);
            _whole?.Append((long?)value);
            _text?.Append(value?.ToString(CultureInfo.InvariantCulture));
        }
    }
}
