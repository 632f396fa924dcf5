using TraceKit.Engine.Filters;

namespace TraceKit.Engine.Tests;

public sealed class FilterTests
{
    /// <summary>Seconds as script prints them, either end open; parts of the recording; errors in words.</summary>
    [Fact]
    public void TimeRange_Forms_Resolve()
    {
        Assert.Equal([(1_500_000_000L, long.MaxValue)], Parse("1.5,").Resolve(0, 10).Windows);
        Assert.Equal([(long.MinValue, 2_000_000_001L)], Parse(",2.000000001").Resolve(0, 10).Windows);
        Assert.Equal([(1100L, 1199L)], Parse("10%,20%").Resolve(1000, 2000).Windows);
        Assert.Equal([(1100L, 1199L)], Parse("10%/2").Resolve(1000, 2000).Windows);
        Assert.Equal([(1900L, 2000L)], Parse("10%/10").Resolve(1000, 2000).Windows);
        Assert.Equal([(1000L, 1099L)], Parse("10%").Resolve(1000, 2000).Windows);
        Assert.Equal([(1900L, 2000L)], Parse("90%-100%").Resolve(1000, 2000).Windows);
        Assert.Equal([(1000L, 1099L), (1200L, 1299L)], Parse("10%/3,10%/1").Resolve(1000, 2000).Windows);
        Assert.Equal([(1000L, 1299L)], Parse("0%-20% 10%-30%").Resolve(1000, 2000).Windows);
        Assert.Equal([(1_000_000_000L, 2_000_000_000L), (3_000_000_000L, long.MaxValue)], Parse("1,2 3, ").Resolve(0, 10).Windows);
        Assert.Equal([(1_000_000_007L, 2_000_000_007L)], Parse("1, 2").FromFirstSample().Resolve(7, 10).Windows);
        foreach (var bad in new[] { "5", "x,y", "3,2", "20%,10%", "101%", "-1%", "10%/0", "10%/11", "0%/1", "10%/1,10%,20%", "0%-10%,3", "", " ", "1,2,3", "1 2", "10%,20%,30%" })
        {
            Assert.False(TimeRanges.TryParse(bad, out _, out var error), bad);
            Assert.NotEmpty(error);
        }
    }

    /// <summary>Between the ranges nothing is taken, at their ends everything.</summary>
    [Fact]
    public void TimeWindows_Several_HoldTheirEndsOnly()
    {
        var windows = new TimeWindows([(30, 40), (10, 20), (20, 22), (50, 50)]);
        var held = Enumerable.Range(0, 60).Where(t => windows.Contains(t)).ToArray();
        Assert.Equal([.. Enumerable.Range(10, 13), .. Enumerable.Range(30, 11), 50], held);
        Assert.True(windows.Overlap(0, 10));
        Assert.True(windows.Overlap(21, 35));
        Assert.False(windows.Overlap(23, 29));
        Assert.False(windows.Overlap(51, 99));
        Assert.True(windows.Overlap(0, 99));
    }

    private static TimeRanges Parse(string text)
    {
        Assert.True(TimeRanges.TryParse(text, out var range, out var error), error);
        return range;
    }
}
