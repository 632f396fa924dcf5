using System.Text.Json;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary>Arguments in people's types through the whole program.</summary>
public sealed class TypedOutputTests
{
    private const string Unknown = "have types of a newer tracekit";

    /// <summary>The text of every command that shows or chooses by arguments.</summary>
    [Theory]
    [InlineData("script.typed.txt", "script", "-G")]
    [InlineData("script.typed.raw-fields.txt", "script", "-G", "--raw-fields", "--no-stored-filter")]
    [InlineData("script.typed.filter.txt", "script", "-G", "--filter", "lat > 1ms && ret == -ENOENT && dest in 172.16.0.0/12")]
    [InlineData("report.typed.by-dest-state.txt", "report", "-s", "dest,state,mode", "-g", "none", "--no-stored-filter")]
    [InlineData("report.typed.by-path.txt", "report", "-s", "path,fn,lat", "-g", "none")]
    [InlineData("hist.typed.dest.txt", "hist", "--field", "dest", "--no-stored-filter")]
    [InlineData("hist.typed.path.txt", "hist", "--field", "path", "--by", "ok", "--no-stored-filter")]
    [InlineData("hist.typed.lat.txt", "hist", "--field", "lat", "--no-stored-filter")]
    public void Command_OnTypedRecording_PrintsTheGolden(string golden, params string[] arguments)
    {
        using var files = new Recordings();
        var run = Tool.Run([arguments[0], files.Typed(), .. arguments[1..]]).MustExit();
        Golden.Verify(golden, run.Output.Replace("\r\n", "\n", StringComparison.Ordinal));
        Assert.Equal(!arguments.Contains("--raw-fields"), run.Error.Contains(Unknown, StringComparison.Ordinal));
        if (arguments[0] == "script" && !arguments.Contains("--no-stored-filter"))
            Assert.Contains("2 samples left out by the recording's own filters", run.Error, StringComparison.Ordinal);
    }

    /// <summary><c>info</c> tells the definition, where it stands, its arguments' types and both parts of the filter.</summary>
    [Fact]
    public void Info_OfTypedRecording_TellsTheDefinition()
    {
        using var files = new Recordings();
        var path = files.Typed();
        var text = Tool.Run("info", path).MustExit().Output;
        Assert.Contains("defined   conn size dest=sk->daddr:ip4 path=this->path\n", text, StringComparison.Ordinal);
        Assert.Contains("at        conn, app.cc:12, inlined in main, /bin/app 0x1136\n", text, StringComparison.Ordinal);
        Assert.Contains("filter    size != 10 && dest != 0.0.0.0\n", text, StringComparison.Ordinal);
        Assert.Contains("applied when read: dest != 0.0.0.0\n", text, StringComparison.Ordinal);
        Assert.Contains("argument  dest: __be32 as ip4 (DWARF of /bin/app)\n", text, StringComparison.Ordinal);
        Assert.Contains("argument  path: std::string as text, from path_n, path_0, path_1\n", text, StringComparison.Ordinal);
        Assert.Contains("argument  state: enum tcp_state as enum, 3 names: NONE, CLOSED, ESTABLISHED\n", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Tool.Run("info", path, "--json").MustExit().Output);
        var conn = json.RootElement.GetProperty("events").EnumerateArray().First(e => e.GetProperty("name").GetString() == "probe:conn");
        Assert.Equal("dest != 0.0.0.0", conn.GetProperty("analyzer_filter").GetString());
        Assert.Equal("ip4", conn.GetProperty("arguments")[2].GetProperty("shown_as").GetString());
        Assert.Equal(12, conn.GetProperty("places")[0].GetProperty("line").GetInt32());
    }

    /// <summary>Everything at once: values of names in a table and the summary, times as a histogram.</summary>
    [Fact]
    public void Analyze_OfTypedRecording_CountsNamesAndMeasuresNumbers()
    {
        using var files = new Recordings();
        var output = Path.Combine(files.Folder, "out");
        var text = Tool.Run("analyze", files.Typed(), "-o", output, "--no-stored-filter").MustExit().Output;
        Assert.Contains("dest=172.31.28.139", text, StringComparison.Ordinal);
        Assert.Contains("path=\"/etc/\"", text, StringComparison.Ordinal);
        Assert.Contains("lat (ns): min 80", text, StringComparison.Ordinal);
        Assert.Contains("Filter of probe:conn left aside as asked for: 'dest != 0.0.0.0'", text, StringComparison.Ordinal);
        var values = File.ReadAllText(Path.Combine(output, "tables", "values.csv"));
        Assert.Contains("probe:conn,mode,RDWR|CREAT,1,25", values, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(output, "charts", "probe-conn-lat.png")));
        Assert.False(File.Exists(Path.Combine(output, "charts", "probe-conn-dest.png")));
        var read = Tool.Run("analyze", files.Typed(), "-o", output).MustExit().Output;
        Assert.Contains("Left out by these filters: 2 samples", read, StringComparison.Ordinal);
        var chart = Tool.Run("hist", files.Typed(), "--field", "state", "-o", Path.Combine(files.Folder, "state.svg"), "--no-stored-filter").MustExit();
        Assert.Contains("ESTABLISHED", File.ReadAllText(Path.Combine(files.Folder, "state.svg")), StringComparison.Ordinal);
        Assert.Contains("count 4, 4 values", chart.Output, StringComparison.Ordinal);
    }

    /// <summary>A filter's mistakes: the column, what is expected there, and the text with a caret below.</summary>
    [Theory]
    [InlineData("size > 100 && dest == web1", "column 23: expected an IPv4 address as 172.31.28.139", "found 'web1'")]
    [InlineData("dets == 10.0.0.1", "column 1: expected one of ", "did you mean 'dest'?, found 'dets'")]
    [InlineData("state == ESTABLISHD", "column 10: ", "did you mean 'ESTABLISHED'?")]
    [InlineData("size >", "column 7: expected a number", "found the end")]
    [InlineData("comm =~ \"(\"", "column 9: expected a regular expression", "found '('")]
    [InlineData("stack has dso", "column 14: expected a number, a word", "found the end")]
    [InlineData("caller(\"x\" || size > 1", "column 12: expected )", "found '|'")]
    [InlineData("dest in (10.0.0.0/8, web)", "column 22: expected an IPv4 address", "found 'web'")]
    public void Filter_Mistakes_AreToldWithColumnAndCaret(string filter, string where, string what)
    {
        using var files = new Recordings();
        foreach (var command in new[] { "report", "script" })
        {
            var run = Tool.Run(command, files.Typed(), "--filter", filter).MustExit(2);
            var lines = run.Error.TrimEnd('\n').Split('\n');
            Assert.Equal(3, lines.Length);
            Assert.Contains(where, lines[0], StringComparison.Ordinal);
            Assert.Contains(what, lines[0], StringComparison.Ordinal);
            Assert.Equal("  " + filter, lines[1]);
            Assert.Contains($"column {lines[2].IndexOf('^', StringComparison.Ordinal) - 1}:", lines[0], StringComparison.Ordinal);
        }
    }
}
