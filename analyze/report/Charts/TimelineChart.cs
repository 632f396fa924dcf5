using ScottPlot;

namespace TraceKit.Report.Charts;

/// <summary>Samples over time: one step line for each event, red bands where data was lost.</summary>
public static class TimelineChart
{
    /// <summary>Draws the chart as a PNG.</summary>
    public static byte[] ToPng(TimelineView view) => ChartTheme.ToPng(Build(view));

    /// <summary>Draws the chart as an SVG document.</summary>
    public static string ToSvg(TimelineView view) => ChartTheme.ToSvg(Build(view));

    private static Plot Build(TimelineView view)
    {
        var only = view.Series.Count == 1 ? $" ({view.Series[0].Name})" : "";
        var plot = ChartTheme.Create(view.Title + only, "time since the recording began (seconds)", "samples per second");
        double end = 0, top = 0;
        var color = 0;
        foreach (var series in view.Series)
        {
            if (series.Counts.Count == 0)
                continue;
            // Two points an interval draw the step exactly: a rate holds for its whole interval.
            var xs = new double[series.Counts.Count * 2];
            var ys = new double[series.Counts.Count * 2];
            for (var i = 0; i < series.Counts.Count; i++)
            {
                xs[2 * i] = i * view.IntervalSeconds;
                xs[2 * i + 1] = (i + 1) * view.IntervalSeconds;
                ys[2 * i] = ys[2 * i + 1] = series.Counts[i] / view.IntervalSeconds;
                top = Math.Max(top, ys[2 * i]);
            }

            end = Math.Max(end, xs[^1]);
            var line = plot.Add.ScatterLine(xs, ys, ChartTheme.Palette[color++ % ChartTheme.Palette.Length]);
            line.LineWidth = 1.8f;
            line.LegendText = series.Name;
            if (view.Series.Count == 1)
            {
                line.FillY = true;
                line.FillYColor = line.Color.WithAlpha(0.18);
            }
        }

        if (end <= 0)
            end = view.IntervalSeconds > 0 ? view.IntervalSeconds : 1;
        if (top <= 0)
            top = 1;
        AddLosses(plot, view, end, top);
        plot.Axes.SetLimits(0, end, 0, top * 1.08);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = ChartTheme.Short };
        if (view.Series.Count > 1 || view.Losses.Count > 0)
            ChartTheme.ShowLegend(plot);
        return plot;
    }

    private static void AddLosses(Plot plot, TimelineView view, double end, double top)
    {
        long total = 0;
        // A loss may be shorter than a pixel, and must still be seen.
        var visible = end / ChartTheme.Width * 2;
        var first = true;
        foreach (var loss in view.Losses)
        {
            total += loss.Count;
            var from = Math.Clamp(loss.StartSeconds, 0, end);
            var to = Math.Clamp(Math.Max(loss.EndSeconds, loss.StartSeconds + visible), from, end);
            if (to - from < visible)
                from = Math.Max(0, to - visible);
            var band = plot.Add.Rectangle(from, to, 0, top * 1.08);
            band.FillColor = ChartTheme.Loss.WithAlpha(0.22);
            band.LineWidth = 0;
            var mark = plot.Add.Marker((from + to) / 2, top * 1.04, MarkerShape.FilledTriangleDown, 9, ChartTheme.Loss);
            if (first)
                mark.LegendText = "data lost";
            first = false;
        }

        if (total > 0)
            plot.Axes.Bottom.Label.Text += $"; {total} records lost";
    }
}
