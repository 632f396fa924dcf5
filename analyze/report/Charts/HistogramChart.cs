using ScottPlot;

namespace TraceKit.Report.Charts;

/// <summary>A histogram as a chart: bars, percentile lines, and what lies outside the range.</summary>
public static class HistogramChart
{
    /// <summary>Draws the chart as a PNG.</summary>
    public static byte[] ToPng(HistogramView view) => ChartTheme.ToPng(Build(view));

    /// <summary>Draws the chart as an SVG document.</summary>
    public static string ToSvg(HistogramView view) => ChartTheme.ToSvg(Build(view));

    private static Plot Build(HistogramView view)
    {
        var unit = view.Unit.Length > 0 && !view.Values.IsTime ? $" ({view.Unit})" : "";
        var plot = ChartTheme.Create(view.Title, view.ValueName + unit + Outside(view), "events");
        double top = 0;
        var bars = new List<Bar>(view.Bars.Count);
        // On a log2 axis each bar is one wide at its own index; a linear one stands where its values are.
        for (var i = 0; i < view.Bars.Count; i++)
        {
            var bar = view.Bars[i];
            var width = view.IsLog2 ? 1 : bar.High - bar.Low;
            bars.Add(new Bar
            {
                Position = view.IsLog2 ? i + 0.5 : (bar.Low + bar.High) / 2,
                Size = width * 0.94,
                Value = bar.Count,
                FillColor = ChartTheme.Palette[0],
                LineWidth = 0,
            });
            top = Math.Max(top, bar.Count);
        }

        if (bars.Count > 0)
            plot.Add.Bars(bars);
        if (top <= 0)
            top = 1;
        var (low, high) = view.Bars.Count == 0 ? (0, 1)
            : view.IsLog2 ? (0, view.Bars.Count) : (view.Bars[0].Low, view.Bars[^1].High);
        AddPercentiles(plot, view, low, high);
        plot.Axes.SetLimits(low, high, 0, top * 1.08);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = ChartTheme.Short, IntegerTicksOnly = true };
        plot.Axes.Bottom.TickGenerator = view.Labels.Count > 0 ? LabelTicks(view)
            : view.IsLog2 ? Log2Ticks(view)
            : new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = view.Values.IsTime ? ValueText.Time : ChartTheme.Short };
        if (view.Labels.Count > 0)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = view.Labels.Count > 4 ? 90 : 0;
            plot.Axes.Bottom.TickLabelStyle.Alignment = view.Labels.Count > 4 ? Alignment.MiddleLeft : Alignment.UpperCenter;
            plot.Axes.Bottom.MinimumSize = view.Labels.Count > 4 ? 170 : 0;
        }

        if (view.Percentiles.Count > 0)
            ChartTheme.ShowLegend(plot);
        return plot;
    }

    /// <summary>Names under their bars, upright where they would touch.</summary>
    private static ScottPlot.TickGenerators.NumericManual LabelTicks(HistogramView view)
    {
        const int MostLetters = 24;
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        for (var i = 0; i < view.Labels.Count; i++)
            ticks.AddMajor(i + 0.5, view.Labels[i].Length > MostLetters ? view.Labels[i][..(MostLetters - 2)] + ".." : view.Labels[i]);
        return ticks;
    }

    private static void AddPercentiles(Plot plot, HistogramView view, double low, double high)
    {
        var color = 1;
        foreach (var (percent, value) in view.Percentiles)
        {
            var x = view.IsLog2 ? Log2Position(view, value) : value;
            var line = plot.Add.VerticalLine(Math.Clamp(x, low, high), 2, ChartTheme.Palette[color++ % ChartTheme.Palette.Length], LinePattern.Dashed);
            line.LegendText = FormattableString.Invariant($"p{percent:0.##} = {(view.Values.IsTime ? ValueText.Time(value) : ChartTheme.Short(value))}");
        }
    }

    /// <summary>Where a value stands among the bars, interpolated inside its own.</summary>
    private static double Log2Position(HistogramView view, double value)
    {
        for (var i = 0; i < view.Bars.Count; i++)
        {
            var bar = view.Bars[i];
            if (value < bar.High)
                return i + Math.Clamp((value - bar.Low) / (bar.High - bar.Low), 0, 1);
        }

        return view.Bars.Count;
    }

    private static ScottPlot.TickGenerators.NumericManual Log2Ticks(HistogramView view)
    {
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        var step = Math.Max(1, (view.Bars.Count + 15) / 16);
        for (var i = 0; i < view.Bars.Count; i += step)
            ticks.AddMajor(i, view.Values.IsTime ? ValueText.Time(view.Bars[i].Low) : ChartTheme.ShortBinary(view.Bars[i].Low));
        if (view.Bars.Count > 0 && view.Bars.Count % step == 0)
            ticks.AddMajor(view.Bars.Count, view.Values.IsTime ? ValueText.Time(view.Bars[^1].High) : ChartTheme.ShortBinary(view.Bars[^1].High));
        return ticks;
    }

    private static string Outside(HistogramView view)
    {
        var text = FormattableString.Invariant($"; {view.Count} events, mean {(view.Values.IsTime ? ValueText.Time(view.Mean) : ChartTheme.Short(view.Mean))}");
        if (view.Below > 0)
            text += $", {view.Below} below the range";
        if (view.Above > 0)
            text += $", {view.Above} above it";
        if (view.Unreadable > 0)
            text += $", {view.Unreadable} unreadable";
        return text;
    }
}
