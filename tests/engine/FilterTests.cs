using TraceKit.Engine.Filters;

namespace TraceKit.Engine.Tests;

public sealed class FilterTests
{
    /// <summary>Seconds as script prints them, either end open; parts of the recording; errors in words.</summary>
    [Fact]
    public void TimeRange_Forms_Resolve()
    {
        Assert.Equal((1_500_000_000L, long.MaxValue), Parse("1.5,").Resolve(0, 10));
        Assert.Equal((long.MinValue, 2_000_000_001L), Parse(",2.000000001").Resolve(0, 10));
        Assert.Equal((1100L, 1199L), Parse("10%,20%").Resolve(1000, 2000));
        Assert.Equal((1100L, 1199L), Parse("10%/2").Resolve(1000, 2000));
        Assert.Equal((1900L, 2000L), Parse("10%/10").Resolve(1000, 2000));
        Assert.Equal((1000L, 1099L), Parse("10%").Resolve(1000, 2000));
        Assert.Equal((1900L, 2000L), Parse("90%-100%").Resolve(1000, 2000));
        foreach (var bad in new[] { "5", "x,y", "3,2", "20%,10%", "101%", "-1%", "10%/0", "10%/11", "0%/1", "10%/1,10%/3", "0%-10%,30%-40%" })
        {
            Assert.False(TimeRange.TryParse(bad, out _, out var error), bad);
            Assert.NotEmpty(error);
        }
    }

    private static TimeRange Parse(string text)
    {
        Assert.True(TimeRange.TryParse(text, out var range, out var error), error);
        return range;
    }
}
