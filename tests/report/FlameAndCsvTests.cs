using System.Xml.Linq;
using TraceKit.Report.Flame;
using TraceKit.Report.Tables;

namespace TraceKit.Report.Tests;

/// <summary>Files for other programs: XML that parses, CSV that splits, whatever a trace's names are.</summary>
public sealed class FlameAndCsvTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static FlameView View() => new()
    {
        Title = "a < b & \"c\" \u001b[2J",
        Unit = "ns of cpu-clock",
        Notes = ["3 records lost"],
        Frames =
        [
            new FlameFrame(0, "all", "", 1_000_000, FlameKind.All),
            new FlameFrame(1, "main", "app", 900_000, FlameKind.User),
            new FlameFrame(2, "std::vector<int, std::allocator<int> >::push_back(int&&)", "app", 600_000, FlameKind.User),
            new FlameFrame(2, "]]><script>\u0001\ufffe", "app", 300_000, FlameKind.User),
            new FlameFrame(3, "tiny", "app", 1, FlameKind.User),
            new FlameFrame(1, "vfs_read", "[kernel.kallsyms]", 100_000, FlameKind.Kernel),
        ],
    };

    /// <summary>Any name gives well-formed XML; each drawn box has its title, rectangles lie on their callers'.</summary>
    [Fact]
    public void FlameSvg_OfHostileNames_IsWellFormed()
    {
        var text = FlameSvg.Render(View());
        var document = XDocument.Parse(text);
        var boxes = document.Descendants(Svg + "g").Where(g => g.Element(Svg + "title") is not null).ToArray();
        Assert.Equal(5, boxes.Length);
        Assert.Contains("1 too narrow to draw", text, StringComparison.Ordinal);
        Assert.Equal("vfs_read [kernel.kallsyms] (100000, 10.00%)", boxes[^1].Element(Svg + "title")!.Value);
        double X(int i) => (double)boxes[i].Element(Svg + "rect")!.Attribute("x")!;
        double W(int i) => (double)boxes[i].Element(Svg + "rect")!.Attribute("width")!;
        Assert.Equal(X(1) + W(1), X(4), 0.1);
        Assert.Equal(X(2) + W(2), X(3), 0.1);
        Assert.DoesNotContain("http", text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>An empty profile gives a picture that says so, not a division by zero.</summary>
    [Fact]
    public void FlameSvg_WithoutSamples_IsWellFormed() =>
        XDocument.Parse(FlameSvg.Render(new FlameView { Title = "empty", Unit = "samples", Frames = [] }));

    /// <summary>Quotes are doubled, formulas are disarmed, numbers stay numbers.</summary>
    [Fact]
    public void CsvWriter_QuotesAndDisarms()
    {
        var output = new StringWriter();
        var csv = new CsvWriter(output);
        csv.Line("name", "n");
        csv.Text("a,\"b\"\n").Number(-5).EndLine();
        csv.Text("=HYPERLINK(1)").Number(0.25).EndLine();
        csv.Text("@x").Empty().EndLine();
        Assert.Equal("name,n\r\n\"a,\"\"b\"\"\n\",-5\r\n'=HYPERLINK(1),0.25\r\n'@x,\r\n", output.ToString());
    }
}
