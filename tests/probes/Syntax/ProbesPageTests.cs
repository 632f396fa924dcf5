using TraceKit.Probes.Syntax;
using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Syntax;

/// <summary>docs/probes.md and the parser say the same.</summary>
public class ProbesPageTests
{
    private static string[] Page() => File.ReadAllLines(Path.Combine(Golden.RepositoryRoot(), "docs", "probes.md"));

    /// Every definition that the page shows is one.
    [Fact]
    public void Page_EveryExample_IsAccepted()
    {
        var count = 0;
        var inside = false;
        foreach (var line in Page())
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = line == "```probe";
                continue;
            }

            if (!inside)
                continue;
            ProbeParser.Parse(line);
            count++;
        }

        Assert.True(count >= 50, $"{count} examples");
    }

    /// Every type that the parser knows is in the page's table.
    [Fact]
    public void Page_Types_AreThoseOfTheParser()
    {
        var page = string.Join('\n', Page());
        string[] ranges = ["u16", "u32", "s16", "s32", "x16", "x32"];
        foreach (var word in ProbeTypes.All)
            Assert.True(ranges.Contains(word) || page.Contains($"`{word}`", StringComparison.Ordinal), word);
    }

    /// The message that the page shows is the one that comes.
    [Fact]
    public void Page_Mistake_IsTheMessage()
    {
        var e = Assert.Throws<ProbeSyntaxException>(() => ProbeParser.Parse("readline%retrun"));
        Assert.Contains("tracekit: error: " + e.Message, string.Join('\n', Page()), StringComparison.Ordinal);
    }
}
