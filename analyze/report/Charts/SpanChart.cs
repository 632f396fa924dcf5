using ScottPlot;

namespace TraceKit.Report.Charts;

/// <summary>A span as a bar in its lane.</summary>
/// <param name="Lane">Which lane.</param>
/// <param name="StartSeconds">From the beginning of the chart.</param>
/// <param name="EndSeconds">From the beginning of the chart.</param>
/// <param name="Depth">Spans around it: inner ones are drawn narrower.</param>
/// <param name="Series">Index of what gives it its colour.</param>
public readonly record struct SpanBar(int Lane, double StartSeconds, double EndSeconds, int Depth, int Series);

/// <summary>What a timeline of spans is drawn from.</summary>
public sealed class SpanChartView
{
    /// <summary>Title above the chart.</summary>
    public required string Title { get; init; }

    /// <summary>Under the axis, beside its name.</summary>
    public string Note { get; init; } = "";

    /// <summary>Names of the lanes, the first at the top.</summary>
    public required IReadOnlyList<string> Lanes { get; init; }

    /// <summary>Names of the colours.</summary>
    public required IReadOnlyList<string> Series { get; init; }

    /// <summary>Bars, outer ones before inner ones.</summary>
    public required IReadOnlyList<SpanBar> Bars { get; init; }

    /// <summary>Length of the chart.</summary>
    public required double Seconds { get; init; }
}

/// <summary>Spans over time: a lane for each thread or CPU.</summary>
public static class SpanChart
{
    /// <summary>Draws the chart as a PNG.</summary>
    public static byte[] ToPng(SpanChartView view) => ChartTheme.ToPng(Build(view));

    /// <summary>Draws the chart as an SVG document.</summary>
    public static string ToSvg(SpanChartView view) => ChartTheme.ToSvg(Build(view));

    private static Plot Build(SpanChartView view)
    {
        var plot = ChartTheme.Create(view.Title, "time since the recording began" + view.Note, "");
        var end = view.Seconds > 0 ? view.Seconds : 1;
        // A span may be shorter than a pixel, and must still be seen.
        var visible = end / ChartTheme.Width;
        for (var series = 0; series < view.Series.Count; series++)
        {
            var bars = new List<Bar>();
            var color = ChartTheme.Palette[series % ChartTheme.Palette.Length];
            foreach (var bar in view.Bars)
            {
                if (bar.Series != series)
                    continue;
                bars.Add(new Bar
                {
                    Position = view.Lanes.Count - 1 - bar.Lane,
                    ValueBase = bar.StartSeconds,
                    Value = Math.Max(bar.EndSeconds, bar.StartSeconds + visible),
                    Size = 0.84 / (1 + Math.Min(bar.Depth, 6) * 0.35),
                    FillColor = bar.Depth == 0 ? color : color.Lighten(Math.Min(bar.Depth, 5) * 0.13),
                    LineWidth = 0,
                    Orientation = Orientation.Horizontal,
                });
            }

            if (bars.Count == 0)
                continue;
            var plotted = plot.Add.Bars(bars);
            plotted.LegendText = view.Series[series];
        }

        plot.Axes.SetLimits(0, end, -0.6, Math.Max(1, view.Lanes.Count) - 0.4);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = seconds => ValueText.Time(seconds * 1e9) };
        var lanes = new ScottPlot.TickGenerators.NumericManual();
        for (var lane = 0; lane < view.Lanes.Count; lane++)
            lanes.AddMajor(view.Lanes.Count - 1 - lane, view.Lanes[lane].Length > 28 ? view.Lanes[lane][..26] + ".." : view.Lanes[lane]);
        plot.Axes.Left.TickGenerator = lanes;
        if (view.Lanes.Count > 24)
            plot.Axes.Left.TickLabelStyle.FontSize = 9;
        plot.Grid.YAxisStyle.MajorLineStyle.IsVisible = false;
        if (view.Series.Count > 1)
            ChartTheme.ShowLegend(plot);
        return plot;
    }
}
