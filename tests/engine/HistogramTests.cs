using TraceKit.Engine.Aggregates;

namespace TraceKit.Engine.Tests;

public sealed class HistogramTests
{
    private static string Dump(Histogram h) => string.Join(" ", h.Buckets.Select(b => $"[{b.Low},{b.High}]{b.Count}"));

    /// <summary>Powers of two, negative mirrored, empty ones between kept.</summary>
    [Fact]
    public void Log2_NegativeZeroPositive_BucketsWithoutGaps() =>
        Assert.Equal("[-3,-2]1 [-1,-1]0 [0,0]1 [1,1]2 [2,3]0 [4,7]1", Dump(Histogram.Build([1, 5, 0, -3, 1], HistogramShape.Log2)));

    /// <summary>The ends of the number range have buckets too.</summary>
    [Fact]
    public void Log2_Extremes_DoNotOverflow()
    {
        var h = Histogram.Build([long.MinValue, long.MaxValue], HistogramShape.Log2);
        Assert.Equal(2, h.Count);
        Assert.Equal(long.MinValue, h.Buckets[0].High);
        Assert.Equal(long.MaxValue, h.Buckets[^1].High);
        Assert.Equal(ulong.MaxValue, Histogram.Build([-1], HistogramShape.Log2, isUnsigned: true).Buckets[^1].High);
        Assert.Equal(2, Histogram.Build([long.MinValue, long.MaxValue], HistogramShape.Auto).Buckets.Sum(b => b.Count));
    }

    /// <summary>What lies outside the asked range has a bucket on either side.</summary>
    [Fact]
    public void Linear_OutOfRange_IsCountedBeside() => Assert.Equal(
        $"[{HistogramBucket.OpenLow},9]1 [10,19]1 [20,29]2 [30,34]0 [35,{HistogramBucket.OpenHigh}]1", Dump(Histogram.Build([5, 10, 20, 29, 35], HistogramShape.Linear(10, 35, 10))));

    /// <summary>The width is a round number and there are no more buckets than asked for.</summary>
    [Fact]
    public void Linear_Automatic_StepIsRound() => Assert.Equal("[0,4]1 [5,9]1 [10,14]0 [15,19]0 [20,24]0 [25,29]0 [30,34]0 [35,39]0 [40,44]0 [45,49]0 [50,54]0 [55,59]0 [60,64]0 [65,69]0 [70,74]0 [75,79]0 [80,84]0 [85,89]0 [90,94]0 [95,99]1",
        Dump(Histogram.Build([0, 7, 99], HistogramShape.Auto)));

    /// <summary>Nearest rank on the integers themselves, not on buckets.</summary>
    [Fact]
    public void Percentiles_OneToHundred_AreExact()
    {
        var h = Histogram.Build([.. Enumerable.Range(1, 100).Select(i => (long)i).Reverse()], HistogramShape.Log2);
        Assert.Equal(((Int128)50, (Int128)90, (Int128)95, (Int128)99), (h.ValueAt(50), h.ValueAt(90), h.ValueAt(95), h.ValueAt(99)));
        Assert.Equal(((Int128)1, (Int128)100, 100L), (h.Min, h.Max, h.Count));
        Assert.Equal(50.5, h.Mean);
        Assert.Equal(100, h.ValueAt(100));
    }

    /// <summary>A value with a count is that many values.</summary>
    [Fact]
    public void Counts_Weighted_EqualRepeatedValues()
    {
        var weighted = Histogram.Build([8, 3], HistogramShape.Log2, [3, 2]);
        var repeated = Histogram.Build([3, 8, 8, 3, 8], HistogramShape.Log2);
        Assert.Equal(Dump(repeated), Dump(weighted));
        Assert.Equal((repeated.ValueAt(50), repeated.Mean, repeated.StandardDeviation), (weighted.ValueAt(50), weighted.Mean, weighted.StandardDeviation));
    }

    /// <summary>No values: zeros and no buckets, no exception.</summary>
    [Fact]
    public void Empty_NoValues_IsZero()
    {
        var h = Histogram.Build([], HistogramShape.Log2);
        Assert.Equal((0L, Int128.Zero, Int128.Zero, Int128.Zero, 0.0), (h.Count, h.Min, h.Max, h.ValueAt(99), h.Mean));
        Assert.Equal(new Percentile(99, null, null, null), h.PercentileAt(99));
        Assert.Empty(h.Buckets);
        Assert.Empty(Histogram.Build([], HistogramShape.Auto).Buckets);
    }
}
