namespace TraceKit.Cli.Tests;

/// <summary>What is typed: help, mistakes, and where they lead.</summary>
public sealed class CommandLineTests
{
    private static readonly string[] Commands = ["analyze", "info", "verify", "recover", "script", "report", "hist", "flame"];

    /// <summary>Every command explains itself with examples, and that is no error.</summary>
    [Fact]
    public void Help_OfEveryCommand_HasExamples()
    {
        foreach (var command in Commands)
        {
            var run = Tool.Run(command, "--help").MustExit();
            Assert.Contains("Examples:", run.Output, StringComparison.Ordinal);
            Assert.Contains($"tracekit {(command == "analyze" ? "" : command)}", run.Output, StringComparison.Ordinal);
            Assert.Empty(run.Error);
        }

        Assert.Contains("report", Tool.Run("--help").MustExit().Output, StringComparison.Ordinal);
        Assert.StartsWith("tracekit 0.", Tool.Run("--version").MustExit().Output, StringComparison.Ordinal);
    }

    /// <summary>A mistyped word is refused with exit code 2, one line, and the nearest right word.</summary>
    [Theory]
    [InlineData("'report'", "reprot", "x.dtr")]
    [InlineData("'--percent-limit'", "report", "x.dtr", "--percent-limt", "3")]
    [InlineData("'--output'", "x.dtr", "--outptu", "y")]
    [InlineData("'--filter'", "script", "--filer=pid == 3", "x.dtr")]
    [InlineData("no input file", "report")]
    [InlineData("one input file only", "report", "a.dtr", "b.dtr")]
    [InlineData("--output", "flame", "a.dtr")]
    [InlineData("caller or callee", "report", "a.dtr", "-g", "sideways")]
    [InlineData("text, json, csv or md", "report", "a.dtr", "--format", "xml")]
    [InlineData("--time", "report", "a.dtr", "--time", "later")]
    [InlineData("did you mean 'time'", "script", "a.dtr", "-F", "comm,tiem")]
    [InlineData("LO below HI", "hist", "a.dtr", "--field", "x", "--linear", "5,1,1")]
    [InlineData(".png or .svg", "hist", "a.dtr", "--field", "x", "-o", "x.gif")]
    [InlineData("--pid", "report", "a.dtr", "--pid", "ten")]
    public void CommandLine_ThatMakesNoSense_Exits2(string expected, params string[] arguments)
    {
        var run = Tool.Run(arguments).MustExit(2);
        Tool.AssertOneLine(run.Error);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    /// <summary>After <c>--</c> a name may begin with a dash: then it is a file that does not exist.</summary>
    [Fact]
    public void CommandLine_DashAfterDoubleDash_IsAFile()
    {
        var run = Tool.Run("report", "--", "-x.dtr").MustExit(1);
        Tool.AssertOneLine(run.Error);
        Assert.Contains("-x.dtr: no such file", run.Error, StringComparison.Ordinal);
    }
}
