using ScottPlot;

namespace TraceKit.Report.Charts;

/// <summary>Looks shared by all charts, and how they become bytes.</summary>
internal static class ChartTheme
{
    /// <summary>Pixels of every chart: fits a page and a slide.</summary>
    public const int Width = 1200, Height = 520;

    /// <summary>Colours that stay apart for colour-blind readers (Okabe and Ito), strongest first.</summary>
    public static readonly Color[] Palette =
    [
        Color.FromHex("#0072B2"), Color.FromHex("#D55E00"), Color.FromHex("#009E73"), Color.FromHex("#CC79A7"),
        Color.FromHex("#E69F00"), Color.FromHex("#56B4E9"), Color.FromHex("#000000"), Color.FromHex("#8C6D31"),
    ];

    /// <summary>Colour of what was lost.</summary>
    public static readonly Color Loss = Color.FromHex("#C62828");

    /// <summary>A plot with the font, the sizes and the quiet grid that all charts share.</summary>
    public static Plot Create(string title, string xLabel, string yLabel)
    {
        ChartFont.Install();
        var plot = new Plot();
        plot.Axes.Title.Label.Text = title;
        plot.Axes.Title.Label.FontSize = 18;
        plot.Axes.Bottom.Label.Text = xLabel;
        plot.Axes.Left.Label.Text = yLabel;
        foreach (var label in new[] { plot.Axes.Title.Label, plot.Axes.Bottom.Label, plot.Axes.Left.Label })
        {
            label.FontName = ChartFont.Family;
            label.Bold = false;
        }

        foreach (var axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.Label.FontSize = 15;
            axis.TickLabelStyle.FontSize = 13;
            axis.TickLabelStyle.FontName = ChartFont.Family;
            axis.TickLabelStyle.Bold = false;
        }

        // Room for the last tick's text, without a line.
        plot.Axes.Right.MinimumSize = 28;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.IsVisible = false;
        plot.HideLegend();
        plot.Grid.MajorLineColor = Color.FromHex("#E3E3E3");
        plot.Grid.XAxisStyle.MajorLineStyle.IsVisible = false;
        return plot;
    }

    /// <summary>Shows the legend to the right of the data, where it hides nothing.</summary>
    public static void ShowLegend(Plot plot)
    {
        var legend = plot.ShowLegend(Edge.Right).Legend;
        legend.FontName = ChartFont.Family;
        legend.FontSize = 13;
        legend.OutlineWidth = 0;
        legend.ShadowColor = Colors.Transparent;
    }

    /// <summary>The chart as a PNG, the same bytes on every machine.</summary>
    public static byte[] ToPng(Plot plot) => plot.GetImage(Width, Height).GetImageBytes(ImageFormat.Png);

    /// <summary>The chart as an SVG document.</summary>
    public static string ToSvg(Plot plot) => plot.GetSvgXml(Width, Height);

    /// <summary>Axis text of a number: 950, 1.5k, 20M.</summary>
    public static string Short(double value)
    {
        var magnitude = Math.Abs(value);
        return magnitude switch
        {
            >= 1e18 => value.ToString("0.##e0", null),
            >= 1e12 => (value / 1e12).ToString("0.##", null) + "T",
            >= 1e9 => (value / 1e9).ToString("0.##", null) + "G",
            >= 1e6 => (value / 1e6).ToString("0.##", null) + "M",
            >= 1e4 => (value / 1e3).ToString("0.##", null) + "k",
            _ => value.ToString("0.####", null),
        };
    }

    /// <summary>Axis text of a power of two: 512, 4Ki, 1Mi.</summary>
    public static string ShortBinary(double value)
    {
        var suffix = 0;
        while (value >= 1024 && suffix < 6 && value % 1024 == 0)
        {
            value /= 1024;
            suffix++;
        }

        return suffix == 0 ? Short(value) : value.ToString("0.##", null) + " KMGTPE"[suffix] + "i";
    }
}
