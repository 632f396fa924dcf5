using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Tests;

public sealed class FunctionGroupTests
{
    private static Analysis Sorting() => new AnalysisBuilder()
        .Add("cpu-clock", "app", 1, 1, 0, 1, 5, ["std::move@app", "std::sort@app", "std::stable@app", "main@app"])
        .Add("cpu-clock", "app", 1, 1, 0, 2, 3, ["less@app", "std::sort@app", "main@app"])
        .Add("cpu-clock", "app", 1, 1, 0, 3, 2, ["std::copy (inlined)", "main@app"])
        .Add("cpu-clock", "app", 1, 1, 0, 4, 1, ["std::throw@libstdc++.so.6", "less@app", "std::sort@app", "main@app"])
        .Build();

    private static FunctionRule Rule(string text, bool folds)
    {
        Assert.True(FunctionRule.TryParse(text, folds, out var rule, out var problem), problem);
        return rule!;
    }

    private static string Dump(Analysis analysis) => string.Join(
        '\n', FlatProfile.Build(analysis, SortKey.ParseList("sym"), children: true).Entries.Select(e => $"{e.Values[0]} {e.SelfWeight} {e.TotalWeight}"));

    private static string Tree(Analysis analysis)
    {
        var tree = CallTree.Build(analysis);
        return string.Join('\n', Enumerable.Range(1, tree.Count - 1).Select(i => $"{new string(' ', tree.Depths[i] - 1)}{tree.Name(i)} {tree.TotalWeights[i]}"));
    }

    /// <summary>A group has what its members have, inlined ones too, and each sample once in its total.</summary>
    [Fact]
    public void Group_OfSeveralFunctions_IsOneEntry() => Assert.Equal(
        "[std] 8 11\nmain 0 11\nless 3 4", Dump(FunctionGroups.Apply(Sorting(), [Rule("^(std)::", false)])));

    /// <summary>Frames of a group stay frames; of a fold a run of them is one, and what lies between ends it.</summary>
    [Fact]
    public void Fold_OfRuns_IsOneFrame()
    {
        Assert.Equal("main 11\n [std] 11\n  [std] 5\n   [std] 5\n  less 4\n   [std] 1", Tree(FunctionGroups.Apply(Sorting(), [Rule("^(std)::", false)])));
        var folded = FunctionGroups.Apply(Sorting(), [Rule("^(std)::", true)]);
        Assert.Equal("main 11\n [std…] 11\n  less 4\n   [std…] 1", Tree(folded));
        Assert.Equal("[std…] 8 11\nmain 0 11\nless 3 4", Dump(folded));
    }

    /// <summary>Without a group in parentheses the pattern is the name; the first rule that matches decides; modules meet where they differ.</summary>
    [Fact]
    public void Group_Names_AreOfTheFirstRule()
    {
        var grouped = FunctionGroups.Apply(Sorting(), [Rule("sort|less", false), Rule("std::(c.*|t.*)", false)]);
        Assert.Equal("main 0 11\n[sort|less] 3 9\nstd::move 5 5\nstd::stable 0 5\n[copy] 2 2\n[throw] 1 1", Dump(grouped));
        var modules = FlatProfile.Build(FunctionGroups.Apply(Sorting(), [Rule("^std", false)]), SortKey.ParseList("dso,sym"), children: true);
        Assert.Contains(modules.Entries, e => e.Values[0] == FunctionGroups.SeveralModules && e.Values[1] == "[^std]");
    }

    /// <summary>A pattern that cannot be read is told with its column; none can take long.</summary>
    [Fact]
    public void Rule_ThatIsWrong_SaysWhere()
    {
        Assert.False(FunctionRule.TryParse("a(b", false, out _, out var problem));
        Assert.Contains("column 4", problem, StringComparison.Ordinal);
        Assert.False(FunctionRule.TryParse("(a)\\1", false, out _, out problem));
        Assert.Contains("not supported", problem, StringComparison.Ordinal);
        Assert.False(FunctionRule.TryParse("", false, out _, out _));
        Assert.False(FunctionRule.TryParse(new string('a', FunctionRule.MaxLength + 1), false, out _, out _));
        Assert.Null(Rule("^(a+)+$", false).NameFor(new string('a', 5000) + "!"));
    }

    /// <summary>Recursion is found as a walk up from every node finds it.</summary>
    [Fact]
    public void Repeats_OfRandomTrees_AreThoseAboveThem()
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            var count = random.Next(1, 60);
            int[] parents = new int[count], keys = new int[count];
            (parents[0], keys[0]) = (-1, -1);
            for (var i = 1; i < count; i++)
                (parents[i], keys[i]) = (random.Next(i), random.Next(5));
            var expected = new bool[count];
            for (var i = 1; i < count; i++)
            {
                for (var up = parents[i]; up > 0; up = parents[up])
                    expected[i] |= keys[up] == keys[i];
            }

            Assert.Equal(expected, NodeRepeats.Find(parents, keys));
        }
    }
}
