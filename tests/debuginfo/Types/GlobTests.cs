using System.Text;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Tests.Types;

public class GlobTests
{
    /// Shell patterns, the backtracking ones and unfinished classes included, mean the same over letters and over bytes.
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("sched_*", "sched_switch", true)]
    [InlineData("sched_*", "irq", false)]
    [InlineData("*a*b", "xaxxab", true)]
    [InlineData("*a*b", "xaxxac", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("", "a", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[]-]", "]", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("[!]", "[!]", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "x", false)]
    [InlineData("a\\", "a\\", true)]
    public void Matches_Pattern_Decides(string pattern, string text, bool expected)
    {
        Assert.Equal(expected, Glob.Matches(pattern, text));
        Assert.Equal(expected, Glob.Matches(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(text)));
    }
}
