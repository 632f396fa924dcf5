using System.Text;
using System.Text.RegularExpressions;
using TraceKit.Probes.Filters;

namespace TraceKit.Probes.Tests.Filters;

/// <summary>Regular expressions for tests of the language: what the analyzer brings is its own.</summary>
internal sealed class TestPatterns : IFilterPatterns
{
    public static TestPatterns Instance { get; } = new();

    public IFilterPattern? TryMake(string text, out string problem)
    {
        problem = "wrong";
        try
        {
            return new Pattern(new Regex(text, RegexOptions.NonBacktracking));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private sealed class Pattern(Regex regex) : IFilterPattern
    {
        public bool IsMatch(ReadOnlySpan<byte> text) => regex.IsMatch(Encoding.UTF8.GetString(text));
    }
}
