using TraceKit.Engine.Aggregates;

namespace TraceKit.Engine.Tests;

public sealed class HistogramTests
{
    private static string Dump(Histogram h) => string.Join(" ", h.Buckets.Select(b => $"[{b.Low},{b.High}]{b.Count}"));

    /// <summary>Powers of two, negative mirrored, empty ones between kept.</summary>
    [Fact]
    public void Log2_NegativeZeroPositive_BucketsWithoutGaps() =>
        Assert.Equal("[-3,-2]1 [-1,-1]0 [0,0]1 [1,1]2 [2,3]0 [4,7]1", Dump(Histogram.Log2([1, 5, 0, -3, 1])));

    /// <summary>The ends of the number range have buckets too.</summary>
    [Fact]
    public void Log2_Extremes_DoNotOverflow()
    {
        var h = Histogram.Log2([long.MinValue, long.MaxValue]);
        Assert.Equal(2, h.Count);
        Assert.Equal(long.MinValue, h.Buckets[0].Low);
        Assert.Equal(long.MaxValue, h.Buckets[^1].High);
        Assert.Equal(2, Histogram.Linear([long.MinValue, long.MaxValue], 10).Buckets.Sum(b => b.Count));
    }

    /// <summary>What lies outside the asked range has a bucket on either side.</summary>
    [Fact]
    public void Linear_OutOfRange_IsCountedBeside() => Assert.Equal(
        $"[{long.MinValue},9]1 [10,19]1 [20,29]2 [30,34]0 [35,{long.MaxValue}]1", Dump(Histogram.Linear([5, 10, 20, 29, 35], 10, 35, 10)));

    /// <summary>The width is a round number and there are no more buckets than asked for.</summary>
    [Fact]
    public void Linear_Automatic_StepIsRound() => Assert.Equal("[0,19]2 [20,39]0 [40,59]0 [60,79]0 [80,99]1", Dump(Histogram.Linear([0, 7, 99], 5)));

    /// <summary>Nearest rank on the integers themselves, not on buckets.</summary>
    [Fact]
    public void Percentiles_OneToHundred_AreExact()
    {
        var h = Histogram.Log2([.. Enumerable.Range(1, 100).Select(i => (long)i).Reverse()]);
        Assert.Equal((50, 90, 95, 99), (h.P50, h.P90, h.P95, h.P99));
        Assert.Equal((1, 100, 100), (h.Min, h.Max, h.Count));
        Assert.Equal(50.5, h.Mean);
        Assert.Equal(100, h.Percentile(100));
    }

    /// <summary>A value with a count is that many values.</summary>
    [Fact]
    public void Counts_Weighted_EqualRepeatedValues()
    {
        var weighted = Histogram.Log2([8, 3], [3, 2]);
        var repeated = Histogram.Log2([3, 8, 8, 3, 8]);
        Assert.Equal(Dump(repeated), Dump(weighted));
        Assert.Equal((repeated.P50, repeated.Mean), (weighted.P50, weighted.Mean));
    }

    /// <summary>No values: zeros and no buckets, no exception.</summary>
    [Fact]
    public void Empty_NoValues_IsZero()
    {
        var h = Histogram.Log2([]);
        Assert.Equal((0L, 0L, 0L, 0L, 0.0), (h.Count, h.Min, h.Max, h.P99, h.Mean));
        Assert.Empty(h.Buckets);
        Assert.Empty(Histogram.Linear([], 5).Buckets);
    }
}
