using TraceKit.Capture.Cli;

namespace TraceKit.Capture.Tests;

public class QuantityTests
{
    /// Durations are milliseconds inside.
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("500ms", 500)]
    [InlineData("2m", 120_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("3", 3_000)]
    public void ParseDuration_Units_AreMilliseconds(string text, long expected) => Assert.Equal(expected, Quantity.ParseDuration(text, "-d"));

    /// Sizes are powers of 1024.
    [Theory]
    [InlineData("500M", 500L << 20)]
    [InlineData("64K", 64L << 10)]
    [InlineData("1GiB", 1L << 30)]
    [InlineData("0.5K", 512)]
    public void ParseSize_Units_ArePowersOf1024(string text, long expected) => Assert.Equal(expected, Quantity.ParseSize(text, "--max-size"));

    /// Sizes for people keep three digits.
    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.00 kB")]
    [InlineData(123_456, "123 kB")]
    [InlineData(12_345_678, "12.3 MB")]
    [InlineData(999_999_999, "1.00 GB")]
    public void FormatSize_AnySize_HasThreeDigits(long bytes, string expected) => Assert.Equal(expected, Quantity.FormatSize(bytes));
}
