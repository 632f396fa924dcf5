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

        Assert.Equal(Tool.Run("report", "--help").Output, Tool.Run("help", "report").MustExit().Output);
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
    [InlineData("--percent-limit ten: expected a number", "report", "a.dtr", "--percent-limit", "ten")]
    [InlineData("--top x: expected a number", "stat", "a.dtr", "--top", "x")]
    [InlineData("Intel PT", "report", "x.dtr", "--itrace=i")]
    [InlineData("'tracekit script FILE --show-side-band' prints them", "report", "-D", "x.dtr")]
    [InlineData("perf annotate", "report", "--no-source", "x.dtr")]
    [InlineData("function, address or srcline", "report", "x.dtr", "-g", "sideways")]
    [InlineData("--time-quantum 5: expected a duration", "report", "x.dtr", "-s", "time", "--time-quantum", "5")]
    [InlineData("--hierarchy is a layout of text", "report", "x.dtr", "--hierarchy", "--json")]
    [InlineData("-w 3,x", "report", "x.dtr", "-w", "3,x")]
    [InlineData("expected one of add, list", "symbols")]
    public void CommandLine_ThatMakesNoSense_Exits2(string expected, params string[] arguments)
    {
        var run = Tool.Run(arguments).MustExit(2);
        Tool.AssertOneLine(run.Error);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    /// <summary>What is no recording is told from one that is damaged: one line, the exit code of its kind, no advice that does not help.</summary>
    [Fact]
    public void Input_ThatIsNoRecording_IsSaidSo()
    {
        var folder = Directory.CreateTempSubdirectory("tracekit-input-");
        try
        {
            string text = Path.Combine(folder.FullName, "text"), cut = Path.Combine(folder.FullName, "cut.dtr");
            File.WriteAllText(text, "hello world\n");
            File.WriteAllBytes(cut, [0x89, 0x44, 0x54, 0x52, 0x0d, 0x0a, 0x1a, 0x0a, 1, 0]);
            foreach (var (expected, code, arguments) in new (string, int, string[])[]
            {
                ("is a folder", 4, [folder.FullName]),
                ("is this a file that tracekit-capture or perf wrote?", 4, ["report", text]),
                ("found the end of the file after 10", 4, ["recover", cut]),
                ("expected an ELF file, found something else", 4, ["symbolize", text, "10"]),
            })
            {
                var run = Tool.Run(arguments).MustExit(code);
                Tool.AssertOneLine(run.Error);
                Assert.Contains(expected, run.Error, StringComparison.Ordinal);
                Assert.Equal(arguments is ["report", ..], run.Error.Contains("; ", StringComparison.Ordinal));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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
