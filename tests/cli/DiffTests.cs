using System.Text.Json;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary><c>diff</c> on recordings with known content.</summary>
public sealed class DiffTests : IDisposable
{
    private readonly Recordings _recordings = new();

    /// <inheritdoc/>
    public void Dispose() => _recordings.Dispose();

    /// <summary>Text and Markdown: totals, changes first, what is within error, notes, the verdict.</summary>
    [Theory]
    [InlineData("diff.slower.txt")]
    [InlineData("diff.slower.children.md", "--children", "--format", "md")]
    [InlineData("diff.slower.csv", "--format", "csv")]
    public void Diff_OfASlowerFunction_IsAsRecorded(string golden, params string[] options)
    {
        _recordings.Pair();
        var run = Tool.Run(_recordings.Folder, ["diff", "base.dtr", "--vs", "new.dtr", .. options]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Golden.Verify(golden, run.Output);
    }

    /// <summary>Exit 3 when something rose by more than is allowed, 0 when by less, or when nothing changed.</summary>
    [Theory]
    [InlineData("base.dtr", "new.dtr", "5%", 3)]
    [InlineData("base.dtr", "new.dtr", "5", 3)]
    [InlineData("base.dtr", "new.dtr", "60%", 0)]
    [InlineData("base.dtr", "base.dtr", "0%", 0)]
    public void Diff_FailOn_SaysSoByItsExitCode(string first, string second, string limit, int code)
    {
        _recordings.Pair();
        var run = Tool.Run(_recordings.Folder, ["diff", first, second, "--fail-on", limit]);
        Assert.Equal(code, run.ExitCode);
        Assert.Equal(code == 3, run.Output.Contains("fail: cpu-clock: leaf", StringComparison.Ordinal));
    }

    /// <summary>JSON has every line with its interval, and what failed.</summary>
    [Fact]
    public void Diff_Json_HasAllLines()
    {
        _recordings.Pair();
        var run = Tool.Run(_recordings.Folder, ["diff", "base.dtr", "new.dtr", "--json", "--fail-on", "5%"]);
        Assert.Equal(3, run.ExitCode);
        using var document = JsonDocument.Parse(run.Output);
        var line = document.RootElement.GetProperty("lines").EnumerateArray().First();
        Assert.Equal("leaf", line.GetProperty("function").GetString());
        Assert.Equal("rise", line.GetProperty("change").GetString());
        Assert.InRange(line.GetProperty("delta_points").GetDouble(), line.GetProperty("low_points").GetDouble(), line.GetProperty("high_points").GetDouble());
        Assert.Equal("leaf", document.RootElement.GetProperty("failures")[0].GetProperty("function").GetString());
    }

    /// <summary>Several recordings on a side; one and the same on both has no change.</summary>
    [Fact]
    public void Diff_OfSeveral_PoolsThem()
    {
        _recordings.Pair();
        var run = Tool.Run(_recordings.Folder, ["diff", "base.dtr", "base.dtr", "--vs", "base.dtr", "base.dtr"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("no change beyond sampling error", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Mistakes are one line that says what was expected.</summary>
    [Theory]
    [InlineData("expected BASE NEW", "base.dtr")]
    [InlineData("expected BASE NEW", "base.dtr", "base.dtr", "new.dtr")]
    [InlineData("--fail-on x%: expected", "base.dtr", "new.dtr", "--fail-on", "x%")]
    [InlineData("--fail-on -1: expected", "base.dtr", "new.dtr", "--fail-on=-1")]
    [InlineData("--format html: expected", "base.dtr", "new.dtr", "--format", "html")]
    [InlineData("--resamples 3: expected", "base.dtr", "new.dtr", "--resamples", "3")]
    [InlineData("unknown option '--limits'", "base.dtr", "--vs", "new.dtr", "--limits", "3")]
    public void Diff_OfABadCommandLine_SaysWhatIsExpected(string message, params string[] arguments)
    {
        _recordings.Pair();
        var run = Tool.Run(_recordings.Folder, ["diff", .. arguments]);
        Assert.Equal(2, run.ExitCode);
        Tool.AssertOneLine(run.Error);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
