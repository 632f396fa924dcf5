using System.Text.Json;
using System.Xml.Linq;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary>Good recordings through the whole program, with the exact text of each command.</summary>
public sealed class OutputTests
{
    /// <summary>The text of every command over two small recordings.</summary>
    [Theory]
    [InlineData("report.cpu.default.txt", "cpu", "report")]
    [InlineData("report.cpu.no-children.callee.txt", "cpu", "report", "--no-children", "-g", "callee")]
    [InlineData("report.cpu.by-function.txt", "cpu", "report", "-s", "sym", "-g", "none", "--percent-limit", "5")]
    [InlineData("report.cpu.by-thread.md", "cpu", "report", "-s", "comm,pid", "--no-children", "--format", "md")]
    [InlineData("report.cpu.csv", "cpu", "report", "--format", "csv")]
    [InlineData("report.probes.default.txt", "probes", "report")]
    [InlineData("report.probes.by-name.txt", "probes", "report", "-e", "probe:vfs_read", "-s", "name", "-g", "caller")]
    [InlineData("script.cpu.txt", "cpu", "script")]
    [InlineData("script.cpu.fields.txt", "cpu", "script", "-F", "comm,pid,tid,time,event", "--ns", "--cpu", "0")]
    [InlineData("script.probes.no-chain.txt", "probes", "script", "-G")]
    [InlineData("script.probes.filter.txt", "probes", "script", "--filter", "name == \"moduli\"")]
    [InlineData("hist.probes.count.txt", "probes", "hist", "-e", "probe:vfs_read", "--field", "count")]
    [InlineData("hist.probes.count-log-linear-by-name.txt", "probes", "hist", "-e", "probe:vfs_read", "--field", "count", "--log-linear", "8", "--by", "name,sym")]
    [InlineData("hist.probes.count.csv", "probes", "hist", "-e", "vfs_read", "--field", "count", "--format", "csv", "--linear", "0,100,50")]
    [InlineData("hist.probes.count.json", "probes", "hist", "-e", "vfs_read", "--field", "count", "--json")]
    [InlineData("hist.probes.count-stats.md", "probes", "hist", "-e", "vfs_read", "--field", "count", "--stats", "--by", "name", "--format", "md")]
    [InlineData("hist.probes.between.txt", "probes", "hist", "-e", "vfs_read", "--between", "--key", "name", "--by", "name")]
    [InlineData("spans.calls.txt", "calls", "spans")]
    [InlineData("spans.calls.slowest.txt", "calls", "spans", "--function", "work", "--by", "comm,ret", "--slowest", "2")]
    [InlineData("spans.calls.hist.txt", "calls", "spans", "--function", "work", "--hist")]
    [InlineData("spans.calls.csv", "calls", "spans", "--by", "tid", "--format", "csv")]
    [InlineData("spans.calls.md", "calls", "spans", "--slowest", "1", "--format", "md")]
    [InlineData("spans.calls.json", "calls", "spans", "--slowest", "1", "--json")]
    [InlineData("spans.calls.key.txt", "calls", "spans", "--start", "probe:submit if n != 3", "--end", "probe:complete", "--key", "n=ret", "--order", "fifo")]
    [InlineData("hist.probes.count-linear-by-comm.txt", "probes", "hist", "--field", "count", "--linear", "0,512,64", "--by", "comm")]
    public void Command_OnSmallRecording_PrintsTheGolden(string golden, string recording, params string[] arguments)
    {
        using var files = new Recordings();
        var path = recording switch { "cpu" => files.Cpu(), "calls" => files.Calls(), _ => files.Probes() };
        var run = Tool.Run([arguments[0], "-i", path, .. arguments[1..]]).MustExit();
        Assert.DoesNotContain('\u001b', run.Output);
        Golden.Verify(golden, run.Output.Replace("\r\n", "\n", StringComparison.Ordinal));
        Assert.Empty(run.Error);
    }

    /// <summary>The lines of the seed's second example, as perf prints them.</summary>
    [Fact]
    public void Script_OfReturnProbe_LooksLikePerf()
    {
        using var files = new Recordings();
        var run = Tool.Run("script", files.Probes(), "-e", "probe_bash:readline", "-G").MustExit();
        Assert.Contains("            bash    20 [063] 13583552.900000: probe_bash:readline: (488ee0 <- 41e62a) arg1=\"^X\"\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("arg1=\"sudo su \"\n", run.Output, StringComparison.Ordinal);
    }

    /// <summary>JSON outputs parse and carry the numbers of the text.</summary>
    [Fact]
    public void Json_OfEveryCommandThatHasIt_Parses()
    {
        using var files = new Recordings();
        var path = files.Cpu();
        using var report = JsonDocument.Parse(Tool.Run("report", path, "--json").MustExit().Output);
        Assert.Equal(41, report.RootElement.GetProperty("events")[0].GetProperty("samples").GetInt64());
        using var info = JsonDocument.Parse(Tool.Run("info", path, "--json").MustExit().Output);
        Assert.Equal("test", info.RootElement.GetProperty("host").GetProperty("name").GetString());
        using var verify = JsonDocument.Parse(Tool.Run("verify", path, "--json").MustExit().Output);
        Assert.True(verify.RootElement.GetProperty("complete").GetBoolean());
        Assert.Contains("whole", Tool.Run("verify", path).MustExit().Output, StringComparison.Ordinal);
    }

    /// <summary>Everything at once makes every file, names the page, and does not need the file's folder.</summary>
    [Fact]
    public void Analyze_OfProbes_WritesTheWholeFolder()
    {
        using var files = new Recordings();
        var run = Tool.Run(files.Folder, [files.Probes()]).MustExit();
        var folder = Path.Combine(files.Folder, "probes-report");
        Assert.Contains(Path.Combine(folder, "index.html"), run.Output, StringComparison.Ordinal);
        Assert.Contains("name=\"cmdline\"", run.Output, StringComparison.Ordinal);
        foreach (var name in new[] { "index.html", "summary.txt", "charts/samples-over-time.png", "charts/probe-vfs_read-count.png", "tables/functions.csv", "tables/threads.csv", "tables/modules.csv", "tables/events.csv", "tables/values.csv", "tables/losses.csv" })
            Assert.True(new FileInfo(Path.Combine(folder, name)) is { Exists: true, Length: > 0 }, name);
        Assert.StartsWith("event,function,module,self,self_percent,total,total_percent,samples,unresolved\r\n", File.ReadAllText(Path.Combine(folder, "tables/functions.csv")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder, "*.tmp", SearchOption.AllDirectories));
        Tool.Run(files.Folder, [files.Probes()]).MustExit();
    }

    /// <summary>Flame graphs and charts are files of their kind.</summary>
    [Fact]
    public void FlameAndHist_WriteTheirFiles()
    {
        using var files = new Recordings();
        var svg = Path.Combine(files.Folder, "flame.svg");
        Tool.Run("flame", files.Cpu(), "-o", svg).MustExit();
        Assert.Equal("svg", XDocument.Load(svg).Root!.Name.LocalName);
        var html = Path.Combine(files.Folder, "flame.html");
        Tool.Run("flame", files.Cpu(), "-o", html).MustExit();
        Assert.True(new FileInfo(html).Length > 100);
        var png = Path.Combine(files.Folder, "count.png");
        Tool.Run("hist", files.Probes(), "--field", "count", "-o", png).MustExit();
        Assert.Equal([0x89, 0x50, 0x4e, 0x47], File.ReadAllBytes(png)[..4]);
    }

    /// <summary>Spans are drawn, by thread or CPU; a wrong word is refused with what there is.</summary>
    [Fact]
    public void Spans_DrawnOrWrong_WriteOrSay()
    {
        using var files = new Recordings();
        var path = files.Calls();
        var svg = Path.Combine(files.Folder, "spans.svg");
        Assert.Contains("wrote " + svg, Tool.Run("spans", path, "-o", svg, "--lanes", "cpu").MustExit().Output, StringComparison.Ordinal);
        Assert.Contains("CPU 1", File.ReadAllText(svg), StringComparison.Ordinal);
        foreach (var (said, arguments) in new (string, string[])[]
        {
            ("did you mean 'work'", ["spans", path, "--function", "wrok"]),
            ("--start and --end belong together", ["spans", path, "--start", "probe:work"]),
            ("did you mean 'probe:submit'", ["spans", path, "--start", "probe:sumbit", "--end", "probe:complete"]),
            ("has no field 'm'", ["spans", path, "--start", "probe:submit", "--end", "probe:complete", "--key", "m"]),
            ("--order last: expected lifo, fifo, latest or earliest", ["spans", path, "--order", "last"]),
            ("--by nn: no such key or field", ["hist", path, "--function", "work", "--by", "nn"]),
            ("has no events that belong together", ["spans", files.Cpu()]),
            ("--log-linear 0: expected a number from 1 to 1024", ["hist", path, "--function", "work", "--log-linear", "0"]),
            ("expected what to count", ["hist", path]),
            ("exclude each other", ["hist", path, "--function", "work", "--field", "n"]),
        })
        {
            var run = Tool.Run(arguments).MustExit(2);
            Tool.AssertOneLine(run.Error);
            Assert.Contains(said, run.Error, StringComparison.Ordinal);
        }

        // A condition is a filter: its error shows where.
        var condition = Tool.Run("spans", path, "--start", "probe:submit if q == 1", "--end", "probe:complete").MustExit(2).Error.Split('\n');
        Assert.StartsWith("tracekit: error: --start 'probe:submit if q == 1': column 17: expected", condition[0], StringComparison.Ordinal);
        Assert.Equal(condition[1].IndexOf("q ==", StringComparison.Ordinal), condition[2].IndexOf('^'));
    }

    /// <summary>A reader that goes away ends the program without a word.</summary>
    [Fact]
    public void Script_IntoAClosedPipe_EndsQuietly()
    {
        using var files = new Recordings();
        var (code, error) = Tool.RunAndHangUp(1, "script", files.Cpu());
        Assert.Equal(0, code);
        Assert.Empty(error);
    }

    /// <summary>A key or an event that the recording does not have is refused with what it has.</summary>
    [Fact]
    public void Report_OfUnknownNames_SaysWhatThereIs()
    {
        using var files = new Recordings();
        var path = files.Probes();
        var key = Tool.Run("report", path, "-s", "nmae").MustExit(2);
        Tool.AssertOneLine(key.Error);
        Assert.Contains("did you mean 'name'", key.Error, StringComparison.Ordinal);
        var traceEvent = Tool.Run("report", path, "-e", "probe:vfs_raed").MustExit(2);
        Assert.Contains("did you mean 'probe:vfs_read'", traceEvent.Error, StringComparison.Ordinal);
        var field = Tool.Run("hist", path, "--field", "name", "--log2").MustExit(2);
        Assert.Contains("is text", field.Error, StringComparison.Ordinal);
    }
}
