using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Report.Tests;

/// <summary>Call graphs in every style, as perf 6.1 printed them for the same stacks (its connector lines end in spaces, ours do not).</summary>
public sealed class CallGraphStyleTests
{
    private static Analysis Leaves() => new AnalysisBuilder()
        .Add("cpu-clock", "w", 1, 1, 0, 1, 18, ["leaf@w", "main@w", "start@libc"])
        .Add("cpu-clock", "w", 1, 1, 0, 2, 5, ["leaf@w", "start@libc"])
        .Add("cpu-clock", "w", 1, 1, 0, 3, 1, ["leaf@w", "b@w", "main@w", "start@libc"])
        .Add("cpu-clock", "sh", 2, 2, 0, 4, 26, ["c@w", "start@libc"])
        .Build();

    private static string Report(string graph, string? keys = null, bool children = false, Func<ReportOptions, ReportOptions>? more = null)
    {
        Assert.True(CallGraphStyle.TryParse(graph, out var style, out var problem), problem);
        var options = new ReportOptions { SortKeys = keys, Children = children, Graph = style };
        var output = new StringWriter();
        ReportText.Write(output, ReportBuilder.Build(Leaves(), more is null ? options : more(options)));
        var text = output.ToString();
        return text[(text.IndexOf("\n#\n", text.IndexOf("....", StringComparison.Ordinal), StringComparison.Ordinal) + 3)..].TrimEnd();
    }

    /// <summary>Without children the function comes first, and branches are shares of everything.</summary>
    [Fact]
    public void Graph_WithoutChildren_BeginsAtTheFunction() => Assert.Equal(
        """
            52.00%  sh       w              [.] c
                    |
                    ---c
                       start

            48.00%  w        w              [.] leaf
                    |
                    ---leaf
                       |
                       |--36.00%--main
                       |          start
                       |
                       |--10.00%--start
                       |
                        --2.00%--b
                                  main
                                  start
        """, Report(""));

    /// <summary>Shares of what branches; what is left out is a branch of its own.</summary>
    [Fact]
    public void Fractal_Branches_AreSharesOfTheirFork() => Assert.EndsWith(
        """
                    ---leaf
                       |
                       |--75.00%--main
                       |          start
                       |
                       |--20.83%--start
                       |
                        --4.17%--[...]
        """, Report("fractal,10"), StringComparison.Ordinal);

    /// <summary>Chains by themselves, heaviest first, a line for each, or a line for each function.</summary>
    [Fact]
    public void FlatAndFolded_Chains_StandByThemselves()
    {
        Assert.Equal(
            """
                52.00%  [.] c
            26 start;c
                48.00%  [.] leaf
            18 start;main;leaf
            5 start;leaf
            1 start;main;b;leaf
            """, Report("folded,caller,period", "sym"));
        Assert.Equal("    48.00%  leaf", Report("folded", "sym").Split('\n')[2].Replace("[.] ", "", StringComparison.Ordinal));
        Assert.Equal(
            """
                52.00%  [.] c
                       52.00%
                            c
                            start

                48.00%  [.] leaf
                       36.00%
                            leaf
                            main
                            start
            """, Report("flat,0.5,1", "sym"));
    }

    /// <summary>Where the function is the first key, the graph does not say it again; samples may stand at branches.</summary>
    [Fact]
    public void Graph_BySymbolAndCount_DoesNotRepeatTheFunction() => Assert.Equal(
        """
            52.00%  [.] c
                    |
                    ---start

            48.00%  [.] leaf
                    |
                    |--1--b
                    |     main
        """.Split('\n')[..6], Report("count", "sym").Split('\n')[..6]);

    /// <summary>Folded chains with children: those that end in a line's function whole, those that pass from it on.</summary>
    [Fact]
    public void Folded_WithChildren_ChainsAddUpToTheLine()
    {
        Assert.True(CallGraphStyle.TryParse("folded,0", out var style, out _));
        var report = ReportBuilder.Build(Leaves(), new ReportOptions { SortKeys = "comm,sym", Graph = style });
        Assert.All(report.Sections[0].Rows, row => Assert.Equal(row.Children, row.Graphs.Sum(g => g.Weight)));
        var main = report.Sections[0].Rows.Single(r => r.Cells[1] == "[.] main");
        Assert.Equal(["main;leaf 18", "main;b;leaf 1"], main.Graphs.Select(g => $"{string.Join(';', g.Frames)} {g.Weight}"));
    }

    /// <summary>Lines may be chosen with percentages of all as before, or of what is left.</summary>
    [Fact]
    public void Only_SomeModules_KeepsOrRemakesPercentages()
    {
        Assert.Equal("    48.00%  w", Report("none", "comm", more: o => o with { Only = new RowFilter { Comms = ["w"] } }));
        Assert.Equal("   100.00%  w", Report("none", "comm", more: o => o with { Only = new RowFilter { Functions = ["leaf"], IsRelative = true } }));
        Assert.Equal("    52.00%  sh", Report("none", "comm", more: o => o with { Only = new RowFilter { Modules = ["w"], Pids = [2] } }));
    }

    /// <summary>Columns of numbers stand where the list has them; keys before them decide the order; samples may be what is weighed.</summary>
    [Fact]
    public void Fields_BeforeNumbers_DecideTheOrder()
    {
        Assert.Equal("  leaf    48.00%             3            24  w\n  c       52.00%             1            26  sh",
            string.Join('\n', Report("none", "sym,overhead,sample,period,comm").Split('\n').Reverse()).Replace("[.] ", "", StringComparison.Ordinal));
        Assert.Equal("    75.00%  w\n    25.00%  sh", Report("none", "comm", more: o => o with { ByCount = true }));
    }

    /// <summary>Words of perf in any order; what is not done here is said.</summary>
    [Theory]
    [InlineData("graph,0.5,caller,function,percent", true)]
    [InlineData("callee,folded,count,2,10", true)]
    [InlineData("", true)]
    [InlineData("sideways", false)]
    [InlineData("address,srcline,branch", true)]
    [InlineData("101", false)]
    public void Style_Words_AreRead(string text, bool expected)
    {
        Assert.Equal(expected, CallGraphStyle.TryParse(text, out var style, out var problem));
        Assert.Equal(expected, problem.Length == 0);
        if (text.StartsWith("callee", StringComparison.Ordinal))
            Assert.Equal(new CallGraphStyle { Mode = CallGraphMode.Folded, Order = CallOrder.Callee, MinPercent = 2, PrintLimit = 10, Value = CallGraphValue.Count }, style);
    }
}
