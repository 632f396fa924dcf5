using TraceKit.Engine;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Profiles;
using TraceKit.Report.Text;

namespace TraceKit.Report.Tests;

/// <summary>Columns, lines and layouts that options of <c>perf report</c> ask for.</summary>
public sealed class ReportOptionTests
{
    private static Analysis Two() => new AnalysisBuilder()
        .Add("cpu-clock", "w", 1, 1, 0, 1, 60, ["leaf@w", "run@w", "main@w"])
        .Add("cpu-clock", "w", 1, 1, 0, 2, 30, ["free@libc", "leaf@w", "main@w"])
        .Add("cpu-clock", "sh", 2, 2, 0, 3, 10, ["read@libc", "loop@sh"])
        .Add("faults", "w", 1, 1, 0, 4, 3, ["read@libc", "main@w"])
        .Add("faults", "x", 3, 3, 0, 5, 1, ["other@x"])
        .Build();

    private static FunctionRule Rule(string pattern)
    {
        Assert.True(FunctionRule.TryParse(pattern, false, out var rule, out var problem), problem);
        return rule!;
    }

    private static string[] Lines(ReportOptions options, ReportLayout? layout = null, Func<ReportDocument, ReportDocument>? change = null)
    {
        var output = new StringWriter();
        var report = ReportBuilder.Build(Two(), options with { Graph = new CallGraphStyle { Mode = CallGraphMode.None } });
        ReportText.Write(output, change is null ? report : change(report), layout);
        return [.. output.ToString().Split('\n').Where(l => l.Length > 0 && (l[0] != '#' || l.Contains("Overhead", StringComparison.Ordinal) || l.Contains("Children", StringComparison.Ordinal)))];
    }

    /// <summary>Columns after a plus stand behind the default ones; without it they are all there are.</summary>
    [Fact]
    public void Columns_AfterAPlus_AreAdded()
    {
        Assert.Equal(["# Overhead,Samples,Command", "90.00%,2,w"], Lines(new ReportOptions { SortKeys = "sample,comm", AddsColumns = true, Children = false }, new ReportLayout { Separator = "," })[..2]);
        Assert.Equal("2,w", Lines(new ReportOptions { SortKeys = "sample,comm", Children = false }, new ReportLayout { Separator = "," })[0]);
        Assert.Equal("# Overhead,Command,Shared Object,Symbol,Pid", Lines(new ReportOptions { SortKeys = "+pid", Children = false }, new ReportLayout { Separator = "," })[0]);
    }

    /// <summary>Numbers of a level are sums of what is nested in it; under the limit a line goes with all that is in it.</summary>
    [Fact]
    public void Hierarchy_OfKeys_AddsUp()
    {
        var lines = Lines(new ReportOptions { SortKeys = "comm,dso", Children = false, ShowSamples = true }, null, r => ReportHierarchy.Of(r, 20));
        Assert.Equal(
        [
            "#    Overhead       Samples  Command / Shared Object",
            "    90.00%             2     w",
            "       60.00%             1     w",
            "       30.00%             1     libc",
        ], lines[..4]);
        Assert.Equal("    75.00%             3     w", lines[5].Replace("  1     w", "  3     w", StringComparison.Ordinal));
    }

    /// <summary>Events stand side by side; a line of one event alone has 0 of the others, and the first event decides the order.</summary>
    [Fact]
    public void EventGroup_OfTwo_HasNumbersSideBySide() => Assert.Equal(
        [
            "#         Overhead  Command",
            "    90.00%  75.00%  w",
            "    10.00%   0.00%  sh",
            "     0.00%  25.00%  x",
        ], Lines(new ReportOptions { SortKeys = "comm", Children = false }, null, ReportEventGroup.Of));

    /// <summary>perf's parent is the innermost function that matches, seen from the root the outermost; the rest is one line, or left out.</summary>
    [Fact]
    public void Parent_OfAPattern_IsOneFunctionOfTheStack()
    {
        var options = new ReportOptions { SortKeys = "parent", Children = false, Parent = Rule("^(main|leaf)$") };
        Assert.Equal(["    90.00%  leaf", "    10.00%  [other]", "    75.00%  main", "    25.00%  [other]"], Data(Lines(options)));
        Assert.Equal(["    90.00%    90.00%  main", "    10.00%    10.00%  [other]", "    75.00%    75.00%  main", "    25.00%    25.00%  [other]"], Data(Lines(options with { Children = true })));
        Assert.Equal(["    90.00%  leaf", "    75.00%  main"], Data(Lines(options with { ExcludeOther = true })));
        Assert.Equal(["   100.00%  [other]", "   100.00%  [other]"], Data(Lines(options with { Parent = null })));
    }

    /// <summary>What an ignored function calls counts as its own.</summary>
    [Fact]
    public void IgnoreCallees_OfAFunction_EndsStacksThere() => Assert.Equal(
        ["    90.00%  [.] leaf", "    10.00%  [.] read", "    75.00%  [.] read", "    25.00%  [.] other"],
        Data(Lines(new ReportOptions { SortKeys = "sym", Children = false, IgnoreCallees = Rule("^leaf$") })));

    /// <summary>A part of a name chooses lines of what percentages were before; separators in names become dots; columns of a fixed width cut.</summary>
    [Fact]
    public void Lines_ByAPartOfTheirName_AndLayouts()
    {
        Assert.Equal(["    60.00%  [.] leaf"], Data(Lines(new ReportOptions { SortKeys = "sym", Children = false, Only = new RowFilter { PartOfFunction = "lea" } })));
        Assert.Equal(["60.00%e[.] l.af"], Data(Lines(new ReportOptions { SortKeys = "sym", Children = false, Only = new RowFilter { PartOfFunction = "lea" } }, new ReportLayout { Separator = "e" })));
        Assert.Equal("      90.00%  w", Data(Lines(new ReportOptions { SortKeys = "comm", Children = false }, new ReportLayout { Widths = [10, 1] }))[0]);
        Assert.Equal("      10.00%  s", Data(Lines(new ReportOptions { SortKeys = "comm", Children = false }, new ReportLayout { Widths = [10, 1] }))[1]);
    }

    private static string[] Data(string[] lines) => [.. lines.Where(l => l[0] != '#')];
}
