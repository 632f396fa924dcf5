using System.Text;
using TraceKit.Report.Text;
using TraceKit.Testing;

namespace TraceKit.Report.Tests;

/// <summary>Text layout: perf's own shapes, and nothing from a trace that could drive a terminal.</summary>
public sealed class TextTests
{
    /// <summary>Controls, overrides and broken UTF-8 are shown in print, everything else is left alone.</summary>
    [Theory]
    [InlineData("ls", "ls")]
    [InlineData("\u0018", "^X")]
    [InlineData("a\u001b[2Jb\n", "a^[[2Jb^J")]
    [InlineData("\u007f\u009b", "^?\\u{9b}")]
    [InlineData("x\u202ey", "x\\u{202e}y")]
    [InlineData("日本\U0001F600", "日本\U0001F600")]
    public void Show_OfControls_IsCaretNotation(string input, string expected)
    {
        Assert.Equal(expected, SafeText.Show(input));
        Assert.Equal(expected, SafeText.Show(Encoding.UTF8.GetBytes(input)));
    }

    /// <summary>Bytes that are no UTF-8 are shown one by one, and a lone surrogate is not passed on.</summary>
    [Fact]
    public void Show_OfBrokenText_NamesTheBytes()
    {
        Assert.Equal("a\\xffb\\xc3", SafeText.Show([(byte)'a', 0xff, (byte)'b', 0xc3]));
        Assert.Equal("\\u{d800}x", SafeText.Show("\ud800x"));
    }

    /// <summary>Counts are shortened as perf does, cut and not rounded.</summary>
    [Theory]
    [InlineData(74, "74 ")]
    [InlineData(1999, "1K")]
    [InlineData(12_345_678, "12M")]
    public void Count_IsShortenedAsPerfDoes(long count, string expected) => Assert.Equal(expected, ReportText.Count(count));

    /// <summary>The graph characters of perf: single path without percentage, forks with, nested forks keep their pipes.</summary>
    [Fact]
    public void Report_WithCallGraphs_IsDrawnAsPerfDoes()
    {
        var leaf = new CallGraphNode { Frames = ["leaf"], Weight = 729 };
        var fork = new CallGraphNode
        {
            Frames = ["other", "inner"],
            Weight = 271,
            Children = [new CallGraphNode { Frames = ["a"], Weight = 200 }, new CallGraphNode { Frames = ["b", "c"], Weight = 60 }],
        };
        var section = new ReportSection
        {
            EventName = "cpu-clock",
            Samples = 1999,
            Total = 1000,
            Unit = "ns",
            ShowChildren = true,
            Weights = [ReportWeight.Children, ReportWeight.Self],
            GraphTotal = 1000,
            Columns = [new ReportColumn("Command", "comm"), new ReportColumn("Shared Object", "dso"), new ReportColumn("Symbol", "sym")],
            Rows =
            [
                new ReportRow { Children = 1000, Self = 0, GraphWeight = 1000, Cells = ["burn", "burn", "[.] main"], Graphs = [new CallGraphNode { Frames = ["main"], Weight = 1000, Children = [leaf, fork] }] },
                new ReportRow { Children = 900, Self = 729, GraphWeight = 900, Cells = ["burn", "burn", "[.] leaf"], Graphs = [fork, leaf] },
                new ReportRow { Children = 60, Self = 60, Cells = ["burn", "libc.so.6", "[k] c"] },
            ],
            HiddenRows = 2,
            HiddenSelf = 11,
        };
        var output = new StringWriter();
        ReportText.Write(output, new ReportDocument { Lost = 3, Notes = ["Unresolved frames: 1 (no symbols in module)"], Sections = [section] });
        Golden.Verify("report.layout.call-graph.txt", output.ToString());
    }
}
