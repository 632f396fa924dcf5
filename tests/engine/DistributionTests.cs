using System.Numerics;
using TraceKit.Engine.Aggregates;

namespace TraceKit.Engine.Tests;

/// <summary>Percentiles and their intervals against sorting, exact binomial sums and simulation; counts that are bounded.</summary>
public sealed class DistributionTests
{
    /// <summary>Every percentile and both ends of its interval are the ones that sorting and sums of whole numbers give.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(29)]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(2995)]
    public void Percentiles_OfRandomValues_AreThoseOfASort(int count)
    {
        var random = new Random(count);
        var values = new long[count];
        foreach (ref var value in values.AsSpan())
            value = (long)Math.Exp(random.NextDouble() * 12) - 3;
        var histogram = Histogram.Build(values, HistogramShape.Log2);
        Array.Sort(values);
        foreach (var (percent, numerator, denominator) in new[] { (50.0, 1, 2), (90, 9, 10), (95, 19, 20), (99, 99, 100), (99.9, 999, 1000), (99.99, 9999, 10000) })
        {
            var percentile = histogram.PercentileAt(percent);
            var rank = (int)(((long)count * numerator + denominator - 1) / denominator);
            var isKnown = percent <= 50 || (long)count * (denominator - numerator) >= denominator;
            Assert.Equal(isKnown ? values[rank - 1] : null, (long?)percentile.Value);
            var (low, high) = ExactRanks(count, numerator, denominator);
            Assert.Equal((low, high), OrderStatistics.Interval(count, (double)numerator / denominator));
            Assert.Equal(low >= 1 ? values[low - 1] : null, (long?)percentile.Low);
            Assert.Equal(high <= count ? values[high - 1] : null, (long?)percentile.High);
        }

        Assert.Equal((Int128)values.Sum(), histogram.Sum);
        var mean = values.Average();
        Assert.Equal(mean, histogram.Mean, 1e-9 * Math.Abs(mean) + 1e-12);
        if (count > 1)
            Assert.Equal(Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (count - 1)), histogram.StandardDeviation!.Value, 1e-6);
    }

    /// <summary>Of 2,000 samples of a known distribution, at least 95 % of the intervals that have both ends hold the true quantile, and not nearly all: they are no wider than they must be.</summary>
    [Theory]
    [InlineData(200, 50)]
    [InlineData(1000, 90)]
    [InlineData(2000, 99)]
    public void Intervals_OfManySamples_CoverTheTrueQuantile(int count, double percent)
    {
        const int Runs = 2000;
        var random = new Random(20260726);
        var (low, high) = OrderStatistics.Interval(count, percent / 100);
        Assert.InRange(low, 1, high);
        Assert.InRange(high, low, count);
        var quantile = percent / 100; // of numbers from 0 to 1, all alike
        var covered = 0;
        var sample = new double[count];
        for (var run = 0; run < Runs; run++)
        {
            foreach (ref var value in sample.AsSpan())
                value = random.NextDouble();
            Array.Sort(sample);
            covered += sample[low - 1] <= quantile && quantile <= sample[high - 1] ? 1 : 0;
        }

        // Three standard errors (0.5 %) of the simulation below 95 %; the two tails of 2.5 % are rounded inward by at most a rank each.
        Assert.InRange((double)covered / Runs, 0.935, 0.985);
    }

    /// <summary>A billion values cost no more than their spread around the rank, and the ends are those of the normal distribution.</summary>
    [Fact]
    public void Interval_OfABillion_IsNormal()
    {
        var (low, high) = OrderStatistics.Interval(1_000_000_000, 0.5);
        var spread = 1.959964 * Math.Sqrt(1e9 * 0.25);
        Assert.InRange(low, 500_000_000 - spread - 3, 500_000_000 - spread + 3);
        Assert.InRange(high, 500_000_000 + spread - 2, 500_000_000 + spread + 4);
    }

    /// <summary>Beyond the limit values share intervals: memory stays bounded, what must be exact stays exact, the rest within the error that is told.</summary>
    [Fact]
    public void Values_BeyondTheLimit_AreWithinTheToldError()
    {
        var random = new Random(5);
        var counts = new ValueCounts(limit: 1000);
        var values = new long[200_000];
        foreach (ref var value in values.AsSpan())
        {
            value = (long)Math.Exp(random.NextDouble() * 40) * (random.Next(10) == 0 ? -1 : 1);
            counts.Add(value);
        }

        var histogram = Histogram.Build(counts, HistogramShape.Log2);
        var exact = Histogram.Build(values, HistogramShape.Log2);
        Assert.False(counts.IsExact);
        Assert.InRange(histogram.RelativeError, 1e-9, 0.0005);
        Assert.Equal((exact.Count, exact.Sum, exact.Min, exact.Max), (histogram.Count, histogram.Sum, histogram.Min, histogram.Max));
        Assert.Equal(exact.Buckets, histogram.Buckets); // intervals never cross a power of two
        foreach (var percent in Histogram.Percents)
            Assert.InRange((double)histogram.ValueAt(percent), (double)exact.ValueAt(percent) * (1 - histogram.RelativeError), (double)exact.ValueAt(percent) * (1 + histogram.RelativeError));
    }

    /// <summary>Two counts added are one count of both, exact or not.</summary>
    [Theory]
    [InlineData(10_000)]
    [InlineData(100)]
    public void Counts_Added_AreOfBoth(int limit)
    {
        var random = new Random(9);
        ValueCounts one = new(limit: limit), other = new(limit: limit), both = new(limit: limit);
        for (var i = 0; i < 3000; i++)
        {
            var value = random.NextInt64(1, 1L << random.Next(1, 62));
            (i % 3 == 0 ? one : other).Add(value, 1 + i % 4);
            both.Add(value, 1 + i % 4);
        }

        one.Add(other);
        Histogram added = Histogram.Build(one, HistogramShape.LogLinear(8)), whole = Histogram.Build(both, HistogramShape.LogLinear(8));
        Assert.Equal((whole.Count, whole.Sum, whole.Min, whole.Max), (added.Count, added.Sum, added.Min, added.Max));
        Assert.Equal(whole.Buckets, added.Buckets);
    }

    /// <summary>Unsigned 64-bit numbers are large, not negative: order, sum, mean and intervals.</summary>
    [Fact]
    public void Unsigned_BeyondSigned_AreLarge()
    {
        var histogram = Histogram.Build([-1, 1, long.MinValue], HistogramShape.Log2, isUnsigned: true);
        Assert.Equal((Int128.One, (Int128)ulong.MaxValue, ((Int128)1 << 63) + 1 + ulong.MaxValue), (histogram.Min, histogram.Max, histogram.Sum));
        Assert.Equal((Int128)1 << 63, histogram.ValueAt(50));
        Assert.Equal(2, histogram.Buckets[^1].Count);
        Assert.Equal(((Int128)1 << 63, (Int128)ulong.MaxValue), (histogram.Buckets[^1].Low, histogram.Buckets[^1].High));
        Assert.True(histogram.Mean > 9e18);
    }

    /// <summary>Each power of two in N parts: they touch, hold every value, and none is wider than a part.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(10)]
    public void LogLinear_Parts_TouchAndAreNoWiderThanTheyMay(int parts)
    {
        var histogram = Histogram.Build([-70, -1, 0, 1, 5, 100, 4095, 4096, 1_000_000], HistogramShape.LogLinear(parts));
        Assert.Equal(9, histogram.Buckets.Sum(b => b.Count));
        for (var i = 0; i < histogram.Buckets.Count; i++)
        {
            var bucket = histogram.Buckets[i];
            Assert.True(bucket.Low <= bucket.High);
            if (i > 0)
                Assert.Equal(histogram.Buckets[i - 1].High + 1, bucket.Low);
            var magnitude = Int128.Min(Int128.Abs(bucket.Low), Int128.Abs(bucket.High));
            if (magnitude > 0)
                Assert.True(bucket.High - bucket.Low + 1 <= (Int128.One << (int)Int128.Log2(magnitude)) / parts + 1, $"{bucket}");
        }

        if (parts == 1)
            Assert.Equal(Histogram.Build([-70, -1, 0, 1, 5, 100, 4095, 4096, 1_000_000], HistogramShape.Log2).Buckets, histogram.Buckets);
    }

    /// <summary>By binomial sums of whole numbers.</summary>
    private static (long Low, long High) ExactRanks(int n, int numerator, int denominator)
    {
        BigInteger p = numerator, q = denominator - numerator;
        var least = BigInteger.Pow(denominator, n) / 40;
        var (term, sum, low) = (BigInteger.Pow(q, n), BigInteger.Zero, 0L);
        while (sum + term <= least)
        {
            sum += term;
            term = term * (n - low) * p / ((low + 1) * q);
            low++;
        }

        (term, sum, var high) = (BigInteger.Pow(p, n), BigInteger.Zero, n + 1L);
        while (sum + term <= least)
        {
            sum += term;
            term = term * (high - 1) * q / ((n - high + 2) * p);
            high--;
        }

        return (low, high);
    }

    /// <summary>Fractions are counted as they are shown: intervals in powers of two of the fraction, in decimals exactly on their edges, sums without what binary fractions add.</summary>
    [Fact]
    public void Fractions_AreCountedAsTheyAreShown()
    {
        string[] texts = ["0.1", "0.2", "0.3", "0.5", "1", "1.5", "-0.25", "0", "1E-05", "2.5E+3", "NaN", "Infinity"];
        var fractions = Fractions.Read(texts.Select(t => (t, 2L)));
        Assert.Equal((5, false, 4), (fractions.Digits, fractions.IsRounded, fractions.Others));
        var log = Histogram.Build(fractions, HistogramShape.Log2);
        Assert.Equal((20, "5006.70002"), (log.Count, Fractions.Show(log.Sum, log.Digits)));
        Assert.Equal(
            "-0.49999..-0.25:2 0..0:2 0.00001..0.00001:2 0.0625..0.12499:2 0.125..0.24999:2 0.25..0.49999:2 0.5..0.99999:2 1..1.99999:4 2048..4095.99999:2",
            string.Join(' ', log.Buckets.Where(b => b.Count > 0).Select(b => $"{Fractions.Show(b.Low, 5)}..{Fractions.Show(b.High, 5)}:{b.Count}")).Replace("-0.49999..-0.25", "-0.49999..-0.25", StringComparison.Ordinal));
        var linear = Histogram.Build(fractions, HistogramShape.Linear(1, 5, 1, 1)); // 0.1,0.5,0.1
        Assert.Equal("6 2 2 2 0 8", string.Join(' ', linear.Buckets.Select(b => b.Count)));
        Assert.Equal("0.2", Fractions.Show(log.PercentileAt(50).Value!.Value, log.Digits));
        Assert.Equal(250.335001, log.Mean, 9);
    }

    /// <summary>More places than fit are rounded, and it is said; what is too large is no number here.</summary>
    [Fact]
    public void Fractions_OfManyPlaces_AreRounded()
    {
        var fractions = Fractions.Read([("1E-300", 1), ("0.12345678901234567", 1), ("1E+300", 1), ("123456789012345", 1)]);
        Assert.Equal((12, true, 1), (fractions.Digits, fractions.IsRounded, fractions.Others));
        Assert.Equal("0 0.123456789012 123456789012345", string.Join(' ', fractions.Numbers.Select(n => Fractions.Show(n.Value, fractions.Digits)).Order(StringComparer.Ordinal)));
    }

    /// <summary>Every fraction lies in the interval that it is put into, and intervals of powers of two begin where the power does, as far as there are places.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Fractions_InLogarithmicIntervals_LieInThem(int parts)
    {
        var random = new Random(parts);
        var values = Enumerable.Range(0, 500).Select(_ => Math.Round((random.NextDouble() - 0.3) * Math.Pow(10, random.Next(-4, 6)), 6)).ToArray();
        var histogram = Histogram.Build(Fractions.Read(values.Select(v => (v.ToString(System.Globalization.CultureInfo.InvariantCulture), 1L))), HistogramShape.LogLinear(parts));
        Assert.Equal(500, histogram.Buckets.Sum(b => b.Count));
        foreach (var bucket in histogram.Buckets)
        {
            var (low, high) = (Fractions.ToDouble(bucket.Low, histogram.Digits), Fractions.ToDouble(bucket.High, histogram.Digits));
            Assert.Equal(bucket.Count, values.Count(v => v >= low && v <= high));
            if (low > 0)
            {
                var power = Math.Pow(2, Math.Floor(Math.Log2(low + 1e-9)));
                var part = (low / power - 1) * parts;
                Assert.True(Math.Abs(part - Math.Round(part)) < 2e-6 * parts / power + 1e-9, $"{low} is part {part} of {power}");
            }
        }
    }
}
