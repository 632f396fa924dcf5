using System.Globalization;
using System.Text.Json;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary><c>stat</c> on recordings with known content, and against the lines of <c>script</c>.</summary>
public sealed class StatTests : IDisposable
{
    private readonly Recordings _recordings = new();

    /// <inheritdoc/>
    public void Dispose() => _recordings.Dispose();

    /// <summary>Tables by key, by time and in columns.</summary>
    [Theory]
    [InlineData("stat.probes.default.txt")]
    [InlineData("stat.probes.by-name.txt", "-e", "probe:vfs_read", "--by", "name", "--sum", "count", "--mean", "count", "--rate")]
    [InlineData("stat.probes.every.txt", "--every", "200ms", "--columns", "event")]
    [InlineData("stat.probes.top.md", "-e", "probe:vfs_read", "--by", "name,comm", "--top", "2", "--format", "md")]
    [InlineData("stat.probes.columns.csv", "--by", "comm", "--columns", "cpu", "--format", "csv")]
    public void Stat_OfProbes_IsAsRecorded(string golden, params string[] options)
    {
        var run = Tool.Run(["stat", _recordings.Probes(), .. options]).MustExit();
        Assert.Equal("", run.Error);
        Golden.Verify(golden, run.Output.Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    /// <summary>Counts by thread name and CPU in spans of time are those of <c>script</c>'s lines.</summary>
    [Fact]
    public void Stat_ByCommCpuAndTime_EqualsTheLinesOfScript()
    {
        _recordings.Pair();
        var file = Path.Combine(_recordings.Folder, "base.dtr");
        var lines = Tool.Run("script", file, "-G", "-F", "comm,cpu,time", "--ns").MustExit().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var expected = new Dictionary<(long Bucket, string Comm, string Cpu), long>();
        long? first = null;
        foreach (var line in lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var time = (long)(decimal.Parse(words[^1].TrimEnd(':'), CultureInfo.InvariantCulture) * 1_000_000_000);
            first ??= time;
            var key = ((time - first.Value) / 700_000_000, words[0], words[1].Trim('[', ']').TrimStart('0').PadLeft(1, '0'));
            expected[key] = expected.GetValueOrDefault(key) + 1;
        }

        using var document = JsonDocument.Parse(Tool.Run("stat", file, "--by", "comm,cpu", "--every", "700ms", "--json").MustExit().Output);
        var rows = document.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(expected.Count, rows.Length);
        foreach (var row in rows)
        {
            var bucket = (long)Math.Round(double.Parse(row.GetProperty("time").GetString()!, CultureInfo.InvariantCulture) / 0.7);
            Assert.Equal(expected[(bucket, row.GetProperty("comm").GetString()!, row.GetProperty("cpu").GetString()!)], row.GetProperty("count").GetInt64());
        }
    }

    /// <summary>Mistakes are one line that says what was expected.</summary>
    [Theory]
    [InlineData("--by nam: no such key or field", "--by", "nam")]
    [InlineData("--every 5: expected a duration", "--every", "5")]
    [InlineData("--columns comm,cpu: expected one key", "--columns", "comm,cpu")]
    [InlineData("--sum name: is text", "--sum", "name")]
    [InlineData("--mean counts: no event there has such a field, did you mean 'count'?", "--mean", "counts")]
    [InlineData("--columns shows one number", "--columns", "cpu", "--rate", "--sum", "count")]
    [InlineData("would be more than 100000 spans", "--every", "1us")]
    [InlineData("--format html: expected", "--format", "html")]
    public void Stat_OfABadCommandLine_SaysWhatIsExpected(string message, params string[] options)
    {
        var run = Tool.Run(["stat", _recordings.Probes(), .. options]);
        Assert.Equal(2, run.ExitCode);
        Tool.AssertOneLine(run.Error);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
