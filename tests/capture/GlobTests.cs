using TraceKit.Capture.Events;

namespace TraceKit.Capture.Tests;

public class GlobTests
{
    /// Shell patterns, the backtracking ones included.
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("sched_*", "sched_switch", true)]
    [InlineData("sched_*", "irq", false)]
    [InlineData("*a*b", "xaxxab", true)]
    [InlineData("*a*b", "xaxxac", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("", "a", false)]
    public void Matches_Pattern_Decides(string pattern, string text, bool expected) => Assert.Equal(expected, Glob.Matches(pattern, text));
}
