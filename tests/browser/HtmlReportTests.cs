using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using TraceKit.Report.Html;

namespace TraceKit.Browser.Tests;

/// <summary>What is written into the page, without a browser.</summary>
public sealed class HtmlReportTests
{
    /// <summary>Nothing that came from a name can end the element that holds the data, or fetch anything.</summary>
    [Fact]
    public void Write_NameWithMarkup_IsEscapedInTheData()
    {
        var page = Write(SampleReport.Small());
        var data = Data(page);

        Assert.DoesNotContain('<', data);
        Assert.DoesNotContain("onerror=\"", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:", page, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(data);
        Assert.Equal(SampleReport.EvilName, json.RootElement.GetProperty("frames").GetProperty("name")[3].GetString());
        Assert.Equal(1, json.RootElement.GetProperty("version").GetInt32());
    }

    /// <summary>Half a surrogate, as broken bytes leave it, is no reason to write no report.</summary>
    [Fact]
    public void Write_BrokenUtf16_IsReplaced()
    {
        var data = Data(Write(SampleReport.Small() with { File = "a\ud800b" }));

        Assert.Equal("a\ufffdb", JsonDocument.Parse(data).RootElement.GetProperty("file").GetString());
    }

    /// <summary>Columns that do not fit each other are refused before anything is written.</summary>
    [Fact]
    public void Write_ColumnsThatDoNotFit_AreRefused()
    {
        var good = SampleReport.Small();
        var output = new MemoryStream();

        Assert.Throws<ArgumentException>(() => HtmlReport.Write(good with { Nodes = good.Nodes with { Parents = [-1, 0, 1, 1, 4] } }, output));
        Assert.Throws<ArgumentException>(() => HtmlReport.Write(good with { Nodes = good.Nodes with { Frames = [0, 1, 2, 1] } }, output));
        Assert.Throws<ArgumentException>(() => HtmlReport.Write(good with { Nodes = good.Nodes with { Self = [[1]] } }, output));
        Assert.Throws<ArgumentException>(() => HtmlReport.Write(good with { Modules = [] }, output));
        Assert.Equal(0, output.Length);
    }

    /// <summary>The example of the room's README makes a page.</summary>
    [Fact]
    public void Readme_Example_WritesAPage()
    {
        using var output = new MemoryStream();
        var data = new ReportData
        {
            File = "api-7.dtr",
            Host = new ReportHost { Name = "api-7", Kernel = "6.18.5 x86_64", DurationNanoseconds = 10_000_000_000 },
            Totals = new ReportTotals { Samples = 3 },
            Events = [new ReportEvent("cpu-clock", "samples", 3)],
            Modules = [new ReportModule { Name = "app", Symbols = ".symtab", Samples = 3 }],
            Frames = new ReportFrames { Names = ["main", "work"], Modules = [0, 0], Kinds = [ReportFrameKind.User, ReportFrameKind.User] },
            // main, and work called by it; one sample ended in main, two in work.
            Nodes = new ReportNodes { Parents = [-1, 0], Frames = [0, 1], Self = [[1, 2]] },
        };
        HtmlReport.Write(data, output);

        Assert.Contains("\"nodes\":{\"up\":[0,1],\"frame\":[0,1],\"self\":[[1,1,1,2]]}", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
        AssertShownInReadme();
    }

    private static void AssertShownInReadme([CallerFilePath] string here = "")
    {
        var own = File.ReadAllLines(here).Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        var readme = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "analyze", "report", "Html", "README.md");
        foreach (var line in File.ReadAllLines(readme).SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```"))
            Assert.Contains(line.Trim(), own);
    }

    private static string Write(ReportData data)
    {
        using var output = new MemoryStream();
        HtmlReport.Write(data, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static string Data(string page)
    {
        const string open = "<script type=\"application/json\" id=\"data\">";
        var from = page.IndexOf(open, StringComparison.Ordinal) + open.Length;
        return page[from..page.IndexOf("</script>", from, StringComparison.Ordinal)];
    }
}
