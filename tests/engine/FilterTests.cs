using TraceKit.Engine.Filters;

namespace TraceKit.Engine.Tests;

public sealed class FilterTests
{
    private sealed class Source : IFilterSource
    {
        public bool TryGet(string name, out FilterValue value)
        {
            value = name switch
            {
                "comm" => new FilterValue("bash", 0),
                "pid" => new FilterValue(null, 42),
                "name" => new FilterValue("/etc/hosts", 0),
                "n" => new FilterValue(null, -1),
                "u" => new FilterValue(null, -1, IsUnsigned: true),
                _ => default,
            };
            return name is "comm" or "pid" or "name" or "n" or "u";
        }
    }

    /// <summary>Operators, precedence, numbers in both bases, both signs, and fields that are not there.</summary>
    [Theory]
    [InlineData("comm == \"bash\"", true)]
    [InlineData("comm == bash", true)]
    [InlineData("comm=='sh'", false)]
    [InlineData("comm != sh && pid == 42", true)]
    [InlineData("pid == 0x2a", true)]
    [InlineData("pid == 1 || pid == 42 && comm == bash", true)]
    [InlineData("(pid == 42 || pid == 1) && comm == zsh", false)]
    [InlineData("!(pid < 42) && !pid > 42", true)]
    [InlineData("name ~ \"/etc/*\"", true)]
    [InlineData("name !~ \"*[a-h]osts\"", false)]
    [InlineData("n == -1 && n < 0", true)]
    [InlineData("u > 0 && u == 0xffffffffffffffff", true)]
    [InlineData("pid & 0x2", true)]
    [InlineData("pid & 1", false)]
    [InlineData("missing == 1", false)]
    [InlineData("missing != 1", false)]
    [InlineData("!missing == 1", true)]
    [InlineData("comm < \"c\"", true)]
    public void Filter_Expression_Matches(string text, bool expected) => Assert.Equal(expected, FilterExpression.Parse(text).Matches(new Source()));

    /// <summary>An error says the column and what would have been right.</summary>
    [Theory]
    [InlineData("", 0, "a name, ! or (", "the end")]
    [InlineData("pid", 3, "an operator: == != < <= > >= ~ !~ &", "the end")]
    [InlineData("pid ==", 6, "a number, a word or a \"string\"", "the end")]
    [InlineData("pid == 1 &&", 11, "a name, ! or (", "the end")]
    [InlineData("(pid == 1", 9, "&& or || or )", "the end")]
    [InlineData("pid == 1 comm == x", 9, "&& or || or the end", "'c'")]
    [InlineData("comm == \"x", 8, "a closing \"", "the end")]
    [InlineData("1 == pid", 0, "a name, ! or (", "'1'")]
    public void Filter_Malformed_SaysWhereAndWhat(string text, int position, string expected, string found)
    {
        var e = Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(text));
        Assert.Equal((position, expected, found), (e.Position, e.Expected, e.Found));
    }

    /// <summary>Nesting is bounded: a hostile filter ends in an error, not in a stack overflow.</summary>
    [Fact]
    public void Filter_NestedTooDeep_IsRefused() =>
        Assert.Throws<FilterSyntaxException>(() => FilterExpression.Parse(new string('(', 100_000)));

    /// <summary>Seconds as script prints them, either end open; parts of the recording; errors in words.</summary>
    [Fact]
    public void TimeRange_Forms_Resolve()
    {
        Assert.Equal((1_500_000_000L, long.MaxValue), Parse("1.5,").Resolve(0, 10));
        Assert.Equal((long.MinValue, 2_000_000_001L), Parse(",2.000000001").Resolve(0, 10));
        Assert.Equal((1100L, 1200L), Parse("10%,20%").Resolve(1000, 2000));
        Assert.Equal((1000L, 1100L), Parse("10%").Resolve(1000, 2000));
        Assert.Equal((1900L, 2000L), Parse("90%-100%").Resolve(1000, 2000));
        foreach (var bad in new[] { "5", "x,y", "3,2", "20%,10%", "101%", "-1%" })
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
