using System.Text.RegularExpressions;
using TraceKit.Probes.Filters;
using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Filters;

public sealed partial class FilterPageTests
{
    /// <summary>Every example of docs/filters.md is read.</summary>
    [Fact]
    public void FiltersPage_EveryExample_IsRead()
    {
        var examples = Examples().ToArray();
        Assert.True(examples.Length > 25, $"{examples.Length}");
        foreach (var example in examples)
            Assert.NotEmpty(FilterExpression.Parse(example).Text);
    }

    /// <summary>Every operator and every name of a sample has an example.</summary>
    [Fact]
    public void FiltersPage_Examples_ShowEveryOperatorAndName()
    {
        var all = string.Join('\n', Examples());
        foreach (var sign in new[] { "==", "!=", "<", "<=", ">", ">=", "~", "!~", "=~", "!=~", "&", " in ", " !in ", "..", "&&", "||", "!(", "stack has", "stack has dso", "stack has srcline", "caller(", "sym", "dso", "srcline", "depth", "comm", "pid", "time" })
            Assert.Contains(sign, all, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Examples()
    {
        var page = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "docs", "filters.md"));
        return Block().Matches(page).SelectMany(m => m.Groups["lines"].Value.Split('\n')).Select(l => Comment().Replace(l, "").Trim()).Where(l => l.Length > 0);
    }

    [GeneratedRegex("```filter\n(?<lines>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex(" +# .*$")]
    private static partial Regex Comment();
}
