namespace TraceKit.Engine.Aggregates;

/// <summary>How many values lie in one interval.</summary>
/// <param name="Low">Inclusive; <see cref="OpenLow"/> of what lies below a range that was asked for.</param>
/// <param name="High">Inclusive, so that the largest integer has a bucket; <see cref="OpenHigh"/> of what lies above such a range.</param>
/// <param name="Count">Values.</param>
public readonly record struct HistogramBucket(Int128 Low, Int128 High, long Count)
{
    /// <summary>Lower than every value.</summary>
    public static Int128 OpenLow => Int128.MinValue;

    /// <summary>Higher than every value.</summary>
    public static Int128 OpenHigh => Int128.MaxValue;
}

/// <summary>A percentile of the values, and where that of what they were drawn from lies.</summary>
/// <param name="Percent">50 for the median.</param>
/// <param name="Value">The smallest value that this many percent of all do not exceed (nearest rank); null when so few values have none that is above it.</param>
/// <param name="Low">Lower end of the interval; null when there are too few values to give one.</param>
/// <param name="High">Upper end; null when there are too few values to give one.</param>
public readonly record struct Percentile(double Percent, Int128? Value, Int128? Low, Int128? High)
{
    /// <summary>Fewest values that have a percentile of their own: one in so many lies above it.</summary>
    public static long LeastCount(double percent) => percent <= 50 ? 1 : (long)Math.Ceiling(100m / (100m - (decimal)percent));
}

/// <summary>The distribution of whole numbers: intervals with their counts, and count, sum, mean, deviation, smallest, largest, percentiles.</summary>
public sealed class Histogram
{
    /// <summary>The percentiles that outputs have.</summary>
    public static IReadOnlyList<double> Percents { get; } = [50, 90, 95, 99, 99.9, 99.99];

    private readonly Int128[] _sorted;
    private readonly long[] _upTo;

    private Histogram(ValueCounts counts, HistogramShape shape)
    {
        (_sorted, _upTo) = counts.Sorted();
        (Count, Sum, Min, Max, RelativeError, IsUnsigned) = (counts.Count, counts.Sum, counts.Min, counts.Max, counts.RelativeError, counts.IsUnsigned);
        Mean = Count == 0 ? 0 : (double)Sum / Count;
        StandardDeviation = Deviation();
        Shape = shape.For(Min, Max);
        Buckets = FillBuckets();
    }

    private Histogram(Fractions fractions, HistogramShape shape)
    {
        var groups = fractions.Numbers.GroupBy(n => n.Value).OrderBy(g => g.Key).ToArray();
        (Digits, IsRounded) = (fractions.Digits, fractions.IsRounded);
        _sorted = [.. groups.Select(g => g.Key)];
        _upTo = [.. groups.Select(g => Count += g.Sum(n => n.Count))];
        foreach (var (value, count) in fractions.Numbers)
            Sum += value * count;
        (Min, Max) = Count == 0 ? (0, 0) : (_sorted[0], _sorted[^1]);
        var unit = Math.Pow(10, Digits);
        Mean = Count == 0 ? 0 : (double)Sum / Count;
        StandardDeviation = Deviation() / unit;
        Mean /= unit;
        Shape = shape.Of(Digits).For(Min, Max);
        Buckets = FillBuckets();
    }

    /// <summary>Counts are put into intervals.</summary>
    public static Histogram Build(ValueCounts counts, HistogramShape shape)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return new Histogram(counts, shape);
    }

    /// <summary>Fractions are put into intervals: every number of the result but mean and deviation is a multiple of 10^-<see cref="Digits"/>.</summary>
    public static Histogram Build(Fractions fractions, HistogramShape shape)
    {
        ArgumentNullException.ThrowIfNull(fractions);
        return new Histogram(fractions, shape);
    }

    /// <summary>The same for values at hand.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="shape">Intervals.</param>
    /// <param name="counts">How often each occurs; once when empty.</param>
    /// <param name="isUnsigned">Whether the 64 bits of a value are an unsigned number.</param>
    public static Histogram Build(ReadOnlySpan<long> values, HistogramShape shape, ReadOnlySpan<long> counts = default, bool isUnsigned = false)
    {
        if (!counts.IsEmpty && counts.Length != values.Length)
            throw new ArgumentException("one count for each value, or none at all", nameof(counts));
        var counted = new ValueCounts(isUnsigned, Math.Max(ValueCounts.DefaultLimit, values.Length));
        for (var i = 0; i < values.Length; i++)
            counted.Add(values[i], counts.IsEmpty ? 1 : counts[i]);
        return new Histogram(counted, shape);
    }

    /// <summary>Ascending and without gaps from the lowest to the highest that holds a value; empty when there is no value.</summary>
    public IReadOnlyList<HistogramBucket> Buckets { get; }

    /// <summary>The intervals, their width chosen.</summary>
    public HistogramShape Shape { get; }

    /// <summary>How far a percentile or a bucket's end may be off, as a part of the value: above 0 only where there were too many distinct values to keep.</summary>
    public double RelativeError { get; }

    /// <summary>Of fractions the places behind the point; 0 for whole numbers.</summary>
    public int Digits { get; }

    /// <summary>Whether fractions had more places than <see cref="Digits"/>.</summary>
    public bool IsRounded { get; }

    /// <summary>Whether the values are unsigned 64-bit numbers.</summary>
    public bool IsUnsigned { get; }

    /// <summary>Values.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum.</summary>
    public Int128 Sum { get; }

    /// <summary>Smallest value; 0 when there is none.</summary>
    public Int128 Min { get; }

    /// <summary>Largest value; 0 when there is none.</summary>
    public Int128 Max { get; }

    /// <summary>Mean; 0 when there is no value.</summary>
    public double Mean { get; }

    /// <summary>Standard deviation of the sample (n - 1); null for fewer than two values.</summary>
    public double? StandardDeviation { get; }

    /// <summary>The smallest value that at least <paramref name="percent"/> % of all values do not exceed (nearest rank); 0 when there is none.</summary>
    public Int128 ValueAt(double percent) => Count == 0 ? 0 : ValueOfRank(RankOf(percent));

    /// <summary>A percentile with its interval.</summary>
    /// <remarks>
    /// Of order statistics, free of any assumption on the distribution: the ends are those two of the sorted values between which the percentile of what
    /// they were drawn from lies with a probability of at least 95 % (binomial, 2.5 % on either side), the values being independent.
    /// </remarks>
    public Percentile PercentileAt(double percent)
    {
        if (Count == 0)
            return new(percent, null, null, null);
        var (low, high) = OrderStatistics.Interval(Count, percent / 100);
        return new(percent, Count < Percentile.LeastCount(percent) ? null : ValueOfRank(RankOf(percent)), low < 1 ? null : ValueOfRank(low), high > Count ? null : ValueOfRank(high));
    }

    /// <summary>Values up to <paramref name="value"/>, itself included.</summary>
    public long CountUpTo(Int128 value)
    {
        var at = Array.BinarySearch(_sorted, value);
        at = at >= 0 ? at : ~at - 1;
        while (at + 1 < _sorted.Length && _sorted[at + 1] == value)
            at++;
        return at < 0 ? 0 : _upTo[at];
    }

    // In decimals: 99.9 % of 1000 is 999, and not a little more.
    private long RankOf(double percent) => Math.Clamp((long)Math.Ceiling(Count * (decimal)percent / 100m), 1, Count);

    private Int128 ValueOfRank(long rank)
    {
        var at = Array.BinarySearch(_upTo, rank);
        return _sorted[at >= 0 ? at : ~at];
    }

    private double? Deviation()
    {
        if (Count < 2)
            return null;
        double squares = 0;
        for (var i = 0; i < _sorted.Length; i++)
        {
            var off = (double)_sorted[i] - Mean;
            squares += off * off * (_upTo[i] - (i == 0 ? 0 : _upTo[i - 1]));
        }

        return Math.Sqrt(squares / (Count - 1));
    }

    private List<HistogramBucket> FillBuckets()
    {
        var buckets = new List<HistogramBucket>();
        for (var i = 0; i < _sorted.Length; i++)
        {
            var (low, high) = Shape.IntervalOf(_sorted[i]);
            var count = _upTo[i] - (i == 0 ? 0 : _upTo[i - 1]);
            if (buckets.Count > 0 && buckets[^1].Low == low)
            {
                buckets[^1] = buckets[^1] with { Count = buckets[^1].Count + count };
                continue;
            }

            while (buckets.Count > 0 && buckets[^1].High + 1 < low)
            {
                var (gapLow, gapHigh) = Shape.IntervalOf(buckets[^1].High + 1);
                buckets.Add(new HistogramBucket(gapLow, gapHigh, 0));
            }

            buckets.Add(new HistogramBucket(low, high, count));
        }

        return buckets;
    }
}
