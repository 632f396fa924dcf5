namespace TraceKit.Engine.Aggregates;

/// <summary>How many values lie in one interval.</summary>
/// <param name="Low">Inclusive.</param>
/// <param name="High">Inclusive, so that the largest integer has a bucket.</param>
/// <param name="Count">Values.</param>
public readonly record struct HistogramBucket(long Low, long High, long Count);

/// <summary>The distribution of integers: buckets, and exact count, minimum, mean, maximum and percentiles.</summary>
public sealed class Histogram
{
    private readonly long[] _sorted;
    private readonly long[] _upTo;

    private Histogram(long[] sorted, long[] upTo, IReadOnlyList<HistogramBucket> buckets, double mean)
    {
        _sorted = sorted;
        _upTo = upTo;
        Buckets = buckets;
        Mean = mean;
    }

    /// <summary>Ascending and without gaps from the lowest to the highest that holds a value; empty when there is no value.</summary>
    public IReadOnlyList<HistogramBucket> Buckets { get; }

    /// <summary>Values.</summary>
    public long Count => _upTo.Length == 0 ? 0 : _upTo[^1];

    /// <summary>Smallest value; 0 when there is none.</summary>
    public long Min => _sorted.Length == 0 ? 0 : _sorted[0];

    /// <summary>Largest value; 0 when there is none.</summary>
    public long Max => _sorted.Length == 0 ? 0 : _sorted[^1];

    /// <summary>Mean; 0 when there is no value.</summary>
    public double Mean { get; }

    /// <summary>Median, exact.</summary>
    public long P50 => Percentile(50);

    /// <summary>90th percentile, exact.</summary>
    public long P90 => Percentile(90);

    /// <summary>95th percentile, exact.</summary>
    public long P95 => Percentile(95);

    /// <summary>99th percentile, exact.</summary>
    public long P99 => Percentile(99);

    /// <summary>The smallest value that at least <paramref name="percent"/> % of all values do not exceed (nearest rank).</summary>
    public long Percentile(double percent)
    {
        if (_sorted.Length == 0)
            return 0;
        var rank = Math.Clamp((long)Math.Ceiling(Count * percent / 100.0), 1, Count);
        var at = Array.BinarySearch(_upTo, rank);
        return _sorted[at >= 0 ? at : ~at];
    }

    /// <summary>Buckets by powers of two, as <c>bpftrace</c>'s <c>hist()</c>: …, [-4, -3], [-2, -2], [-1, -1], [0, 0], [1, 1], [2, 3], [4, 7], ….</summary>
    /// <param name="values">In any order.</param>
    /// <param name="counts">How often each occurs; once when empty.</param>
    public static Histogram Log2(ReadOnlySpan<long> values, ReadOnlySpan<long> counts = default) => Make(values, counts, Log2Bucket);

    /// <summary>Buckets of one width: one below <paramref name="low"/>, then <c>[low, low + step)</c>, …, one from <paramref name="high"/> on.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="low">Start of the first bucket.</param>
    /// <param name="high">Above <paramref name="low"/>.</param>
    /// <param name="step">At least 1, and no more than 100,000 steps from low to high.</param>
    /// <param name="counts">How often each occurs; once when empty.</param>
    public static Histogram Linear(ReadOnlySpan<long> values, long low, long high, long step, ReadOnlySpan<long> counts = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(((Int128)high - low) / step, 100_000, nameof(step));
        return Make(values, counts, value =>
        {
            if (value < low)
                return (long.MinValue, low - 1);
            if (value >= high)
                return (high, long.MaxValue);
            var start = low + (long)(((UInt128)((Int128)value - low)) / (ulong)step) * step;
            return (start, (long)Int128.Min((Int128)start + step, high) - 1);
        });
    }

    /// <summary>At most <paramref name="buckets"/> buckets of one width (1, 2 or 5 times a power of ten) over all values.</summary>
    public static Histogram Linear(ReadOnlySpan<long> values, int buckets = 40, ReadOnlySpan<long> counts = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        if (values.IsEmpty)
            return Make(values, counts, Log2Bucket);
        long min = long.MaxValue, max = long.MinValue;
        foreach (var value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        Int128 step = 1;
        while (FloorDivide(max, step) - FloorDivide(min, step) + 1 > buckets)
            step = NextRoundStep(step);
        return Make(values, counts, value =>
        {
            var start = FloorDivide(value, step) * step;
            return ((long)Int128.Max(start, long.MinValue), (long)Int128.Min(start + step - 1, long.MaxValue));
        });
    }

    private static Int128 NextRoundStep(Int128 step)
    {
        var lead = step;
        while (lead >= 10)
            lead /= 10;
        return lead == 2 ? step / 2 * 5 : step * 2;
    }

    private static Int128 FloorDivide(Int128 value, Int128 by)
    {
        var quotient = value / by;
        return value % by < 0 ? quotient - 1 : quotient;
    }

    private static (long Low, long High) Log2Bucket(long value)
    {
        if (value == 0)
            return (0, 0);
        if (value == long.MinValue)
            return (value, value);
        var log = System.Numerics.BitOperations.Log2((ulong)Math.Abs(value));
        var low = 1L << log;
        var high = low + (low - 1);
        return value > 0 ? (low, high) : (-high, -low);
    }

    private static Histogram Make(ReadOnlySpan<long> values, ReadOnlySpan<long> counts, Func<long, (long Low, long High)> bucketOf)
    {
        if (!counts.IsEmpty && counts.Length != values.Length)
            throw new ArgumentException("one count for each value, or none at all", nameof(counts));
        var sorted = values.ToArray();
        var times = counts.IsEmpty ? null : counts.ToArray();
        if (times is null)
            Array.Sort(sorted);
        else
            Array.Sort(sorted, times);

        var distinct = new List<long>();
        var upTo = new List<long>();
        long total = 0;
        Int128 sum = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var count = times?[i] ?? 1;
            if (count <= 0)
                continue;
            total += count;
            sum += (Int128)sorted[i] * count;
            if (distinct.Count > 0 && distinct[^1] == sorted[i])
            {
                upTo[^1] = total;
            }
            else
            {
                distinct.Add(sorted[i]);
                upTo.Add(total);
            }
        }

        return new Histogram([.. distinct], [.. upTo], FillBuckets(distinct, upTo, bucketOf), total == 0 ? 0 : (double)sum / total);
    }

    private static List<HistogramBucket> FillBuckets(List<long> distinct, List<long> upTo, Func<long, (long Low, long High)> bucketOf)
    {
        var buckets = new List<HistogramBucket>();
        for (var i = 0; i < distinct.Count; i++)
        {
            var (low, high) = bucketOf(distinct[i]);
            var count = upTo[i] - (i == 0 ? 0 : upTo[i - 1]);
            if (buckets.Count > 0 && buckets[^1].Low == low)
            {
                buckets[^1] = buckets[^1] with { Count = buckets[^1].Count + count };
                continue;
            }

            while (buckets.Count > 0 && buckets[^1].High + 1 < low)
            {
                var (gapLow, gapHigh) = bucketOf(buckets[^1].High + 1);
                buckets.Add(new HistogramBucket(gapLow, gapHigh, 0));
            }

            buckets.Add(new HistogramBucket(low, high, count));
        }

        return buckets;
    }
}
