using System.Globalization;
using System.Text;
using TraceKit.Report.Text;

namespace TraceKit.Report.Flame;

/// <summary>
/// A flame graph as one SVG file: readable where scripts don't run, and with search and zoom where they do.
/// It loads nothing.
/// </summary>
public static class FlameSvg
{
    private const double Width = 1200, Margin = 10, FrameHeight = 17, LetterWidth = 6.6;

    /// <summary>Narrower boxes are not drawn (and counted): a tenth of a pixel shows nothing.</summary>
    private const double Narrowest = 0.1;

    private static readonly Lazy<string> Script = new(() => Resource("flame.js"));
    private static readonly Lazy<string> Style = new(() => Resource("flame.css"));

    /// <summary>Draws the graph.</summary>
    public static string Render(FlameView view)
    {
        var total = view.Frames.Count == 0 ? 0 : view.Frames[0].Weight;
        var deepest = 0;
        foreach (var frame in view.Frames)
            deepest = Math.Max(deepest, frame.Depth);
        var top = 64 + 14 * view.Notes.Count;
        var boxes = new StringBuilder(view.Frames.Count * 160);
        var (drawn, skipped) = AppendBoxes(boxes, view, total, top + deepest * FrameHeight, out var deepestDrawn);
        // Rows that hold nothing visible would only push the graph off the screen.
        var cut = (deepest - deepestDrawn) * FrameHeight;
        var height = top + (deepestDrawn + 1) * FrameHeight + 34;

        var svg = new StringBuilder(boxes.Length + 8192);
        svg.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" data-total=\"{total}\">\n");
        svg.Append("<style>").AppendXml(Style.Value.ReplaceLineEndings(" ")).Append("</style>\n");
        svg.Append("<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"title\" x=\"{Width / 2}\" y=\"24\">").AppendXml(view.Title).Append("</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"note\" x=\"{Width / 2}\" y=\"42\">")
            .AppendXml(string.Create(CultureInfo.InvariantCulture, $"{total} {view.Unit}; {drawn} boxes{(skipped > 0 ? $", {skipped} too narrow to draw" : "")}")).Append("</text>\n");
        for (var i = 0; i < view.Notes.Count; i++)
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"note lost\" x=\"{Width / 2}\" y=\"{56 + 14 * i}\">").AppendXml(view.Notes[i]).Append("</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"button\" id=\"reset\" x=\"{Margin}\" y=\"24\" visibility=\"hidden\">Reset zoom</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"button\" id=\"search\" x=\"{Width - Margin}\" y=\"24\" text-anchor=\"end\">Search</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text id=\"matched\" x=\"{Width - Margin}\" y=\"{height - 12}\" text-anchor=\"end\"></text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text id=\"details\" x=\"{Margin}\" y=\"{height - 12}\"></text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<g id=\"frames\" transform=\"translate(0,{-cut})\">\n").Append(boxes).Append("</g>\n");
        svg.Append("<script type=\"text/ecmascript\"><![CDATA[\n").Append(Script.Value).Append("]]></script>\n</svg>\n");
        return svg.ToString();
    }

    private static (int Drawn, int Skipped) AppendBoxes(StringBuilder svg, FlameView view, long total, double rootTop, out int deepestDrawn)
    {
        var perWeight = total > 0 ? (Width - 2 * Margin) / total : 0;
        // Where the next box of each depth begins, in weight.
        var next = new List<long> { 0 };
        int drawn = 0, skipped = 0;
        deepestDrawn = 0;
        foreach (var frame in view.Frames)
        {
            while (next.Count <= frame.Depth + 1)
                next.Add(0);
            var start = next[frame.Depth];
            next[frame.Depth] = start + frame.Weight;
            next[frame.Depth + 1] = start;
            var width = frame.Weight * perWeight;
            if (width < Narrowest)
            {
                skipped++;
                continue;
            }

            drawn++;
            deepestDrawn = Math.Max(deepestDrawn, frame.Depth);
            AppendBox(svg, frame, total, Margin + start * perWeight, rootTop - frame.Depth * FrameHeight, width);
        }

        return (drawn, skipped);
    }

    private static void AppendBox(StringBuilder svg, in FlameFrame frame, long total, double x, double y, double width)
    {
        svg.Append("<g><title>").AppendXml(frame.Name);
        if (frame.Module.Length > 0)
            svg.Append(frame.Module[0] == '[' ? " " : " [").AppendXml(frame.Module).Append(frame.Module[0] == '[' ? "" : "]");
        svg.Append(CultureInfo.InvariantCulture, $" ({frame.Weight}, {CallGraphText.Percent(frame.Weight, total)})</title>");
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{FrameHeight - 1}\" fill=\"{Color(frame)}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 3:0.##}\" y=\"{y + 12:0.##}\">");
        var letters = (int)((width - 6) / LetterWidth);
        if (letters >= 3)
            svg.AppendXml(Fit(frame.Name, letters));
        svg.Append("</text></g>\n");
    }

    private static string Fit(string name, int letters)
    {
        name = SafeText.Show(name);
        if (name.Length <= letters)
            return name;
        var cut = letters - 2;
        if (char.IsHighSurrogate(name[cut - 1]))
            cut--;
        return name[..cut] + "..";
    }

    /// <summary>A colour that depends on the name only, so that a function keeps it from one graph to the next.</summary>
    private static string Color(in FlameFrame frame)
    {
        uint hash = 2166136261;
        foreach (var c in frame.Name)
            hash = (hash ^ c) * 16777619;
        int a = (int)(hash % 55), b = (int)((hash >> 8) % 80), c2 = (int)((hash >> 16) % 55);
        return frame.Kind switch
        {
            FlameKind.All => "#dddddd",
            FlameKind.Kernel => $"rgb({205 + a / 2},{110 + b / 2},{60 + c2 / 2})",
            FlameKind.Unknown => $"rgb({175 + a / 2},{175 + a / 2},{175 + a / 2})",
            _ => $"rgb({230 + a / 3},{165 + b / 2},{70 + c2})",
        };
    }

    private static string Resource(string name)
    {
        using var stream = typeof(FlameSvg).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is missing from this build");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
