using System.Security.Cryptography;
using TraceKit.Report.Charts;

namespace TraceKit.Report.Tests;

/// <summary>Charts are drawn with the font inside the program, so their bytes are the same everywhere.</summary>
public sealed class ChartTests
{
    internal static TimelineView Timeline() => new()
    {
        Title = "Samples over time: app.dtr",
        IntervalSeconds = 0.1,
        Series =
        [
            new TimelineSeries("cpu-clock", [.. Enumerable.Range(0, 100).Select(i => (long)(90 + 9 * Math.Sin(i / 5.0)))]),
            new TimelineSeries("probe:vfs_read", [.. Enumerable.Range(0, 100).Select(i => (long)(i % 17 == 0 ? 60 : i % 5))]),
        ],
        Losses = [new LossSpan(3.2, 3.9, 120), new LossSpan(7.01, 7.01, 3)],
    };

    internal static HistogramView Log2() => new()
    {
        Title = "probe:vfs_read: count",
        ValueName = "count",
        Unit = "bytes",
        IsLog2 = true,
        Bars = [.. Enumerable.Range(0, 20).Select(i => new HistogramBar(i == 0 ? 0 : 1L << i, 1L << (i + 1), (long)(1000 * Math.Exp(-Math.Pow(i - 12, 2) / 8))))],
        Count = 5012,
        Mean = 6021,
        Minimum = 1,
        Maximum = 900000,
        Percentiles = [(50, 4096), (95, 40000), (99, 131072)],
    };

    internal static HistogramView Linear() => new()
    {
        Title = "sched:sched_switch: prev_prio",
        ValueName = "prev_prio",
        Bars = [.. Enumerable.Range(0, 40).Select(i => new HistogramBar(100 + i, 101 + i, i == 20 ? 700 : i % 7))],
        Count = 815,
        Mean = 119.2,
        Below = 4,
        Above = 2,
        Percentiles = [(50, 120), (95, 137)],
    };

    /// <summary>The same chart twice gives the same bytes, and they are a PNG.</summary>
    [Fact]
    public void Charts_DrawnTwice_GiveTheSamePng()
    {
        foreach (var draw in new Func<byte[]>[] { () => TimelineChart.ToPng(Timeline()), () => HistogramChart.ToPng(Log2()), () => HistogramChart.ToPng(Linear()) })
        {
            var first = draw();
            Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(first.AsSpan(0, 8)));
            Assert.Equal(SHA256.HashData(first), SHA256.HashData(draw()));
            if (Environment.GetEnvironmentVariable("TRACEKIT_KEEP_CHARTS") is { Length: > 0 } folder)
                File.WriteAllBytes(Path.Combine(folder, Convert.ToHexString(SHA256.HashData(first))[..6] + ".png"), first);
        }
    }

    /// <summary>An empty trace still gives a chart, not a crash.</summary>
    [Fact]
    public void Charts_WithoutData_AreStillDrawn()
    {
        Assert.NotEmpty(TimelineChart.ToPng(new TimelineView { Title = "empty", IntervalSeconds = 1, Series = [] }));
        Assert.NotEmpty(HistogramChart.ToPng(new HistogramView { Title = "empty", ValueName = "x", Bars = [] }));
    }

    /// <summary>SVG output is a document with the title as text.</summary>
    [Fact]
    public void HistogramSvg_IsXmlWithItsTitle()
    {
        var svg = HistogramChart.ToSvg(Log2());
        var document = System.Xml.Linq.XDocument.Parse(svg);
        Assert.Equal("svg", document.Root!.Name.LocalName);
    }
}
