using ScottPlot;
using SkiaSharp;

namespace TraceKit.Report.Charts;

/// <summary>
/// The one font of every chart, carried inside the program: without it ScottPlot draws no text at all on a host that has no fonts,
/// and with the host's own fonts a PNG would differ from machine to machine.
/// </summary>
internal sealed class ChartFont : IFontResolver
{
    /// <summary>Family name that charts ask for.</summary>
    public const string Family = "DejaVu Sans";

    private static readonly Lock Gate = new();
    private static SKTypeface? s_typeface;

    /// <summary>Makes ScottPlot use this font for everything; harmless when called again.</summary>
    public static void Install()
    {
        lock (Gate)
        {
            if (s_typeface is not null)
                return;
            using var stream = typeof(ChartFont).Assembly.GetManifestResourceStream("DejaVuSans.ttf")
                ?? throw new InvalidOperationException("the chart font is missing from this build");
            using var data = SKData.Create(stream);
            s_typeface = SKTypeface.FromData(data);
            ScottPlot.Fonts.FontResolvers.Clear();
            ScottPlot.Fonts.FontResolvers.Add(new ChartFont());
            ScottPlot.Fonts.Default = Family;
            ScottPlot.Fonts.Sans = Family;
            ScottPlot.Fonts.Serif = Family;
            ScottPlot.Fonts.Monospace = Family;
        }
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => s_typeface;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => s_typeface;
}
