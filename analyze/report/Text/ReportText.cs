using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text;

/// <summary>A report as <c>perf report --stdio</c> lays it out.</summary>
public static class ReportText
{
    private const int PieceLength = 1 << 14;

    /// <summary>Writes the whole report; flushed section by section, so that <c>| head</c> need not wait for the last.</summary>
    public static void Write(TextWriter output, ReportDocument report)
    {
        output.Write(Header(report));
        foreach (var section in report.Sections)
        {
            WriteSection(output, section);
            output.Flush();
        }
    }

    /// <summary>The lines about what is missing, which stand before all numbers.</summary>
    private static string Header(ReportDocument report)
    {
        var text = new StringBuilder();
        text.Append("#\n");
        text.Append(CultureInfo.InvariantCulture, $"# Total Lost Samples: {report.Lost}\n");
        foreach (var note in report.Notes)
            text.Append("# ").Append(note).Append('\n');
        text.Append("#\n");
        return text.ToString();
    }

    /// <summary>Written piece by piece: a section may have a line for each of a million samples.</summary>
    private static void WriteSection(TextWriter output, ReportSection section)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Samples: {Count(section.Samples)} of event '{section.EventName}'\n");
        text.Append(CultureInfo.InvariantCulture, $"# Event count (approx.): {section.Total}{(section.Unit.Length > 0 ? " " + section.Unit : "")}\n");
        text.Append("#\n");
        var widths = Widths(section);
        AppendHead(text, section, widths);
        var line = new StringBuilder();
        foreach (var row in section.Rows)
        {
            line.Clear();
            for (var i = 0; i < section.LeadingColumns; i++)
                line.Append("  ").Append(Pad(row.Cells[i], widths[i], section.Columns[i].RightAligned));
            foreach (var weight in section.Weights)
                line.Append("  ").Append(ReportWeights.Cell(weight, row, section).PadLeft(ReportWeights.Width(weight)));
            for (var i = section.LeadingColumns; i < section.Columns.Count; i++)
                line.Append("  ").Append(Pad(row.Cells[i], widths[i], section.Columns[i].RightAligned));
            text.Append(line.ToString().TrimEnd()).Append('\n');
            CallGraphText.Append(text, row, section);
            if (text.Length < PieceLength)
                continue;
            output.Write(text);
            text.Clear();
        }

        if (section.HiddenRows > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"# ({section.HiddenRows} more lines under the percent limit, {CallGraphText.Percent(section.HiddenSelf, section.Total)} of self together)\n");
        text.Append("\n\n");
        output.Write(text);
    }

    private static void AppendHead(StringBuilder text, ReportSection section, int[] widths)
    {
        StringBuilder names = new(), rules = new();
        void Add(string header, int width, bool right)
        {
            names.Append("  ").Append(Pad(header, width, right));
            rules.Append("  ").Append('.', width);
        }

        for (var i = 0; i < section.LeadingColumns; i++)
            Add(section.Columns[i].Header, widths[i], section.Columns[i].RightAligned);
        foreach (var weight in section.Weights)
            Add(ReportWeights.Header(weight), ReportWeights.Width(weight), true);
        for (var i = section.LeadingColumns; i < section.Columns.Count; i++)
            Add(section.Columns[i].Header, widths[i], section.Columns[i].RightAligned);
        names[0] = rules[0] = '#';
        text.Append(names.ToString().TrimEnd()).Append('\n').Append(rules).Append("\n#\n");
    }

    private static int[] Widths(ReportSection section)
    {
        var widths = new int[section.Columns.Count];
        for (var i = 0; i < widths.Length; i++)
        {
            widths[i] = section.Columns[i].Header.Length;
            foreach (var row in section.Rows)
                widths[i] = Math.Max(widths[i], row.Cells[i].Length);
            // One monstrous C++ name must not push every line off the screen; its own line is still whole.
            widths[i] = Math.Min(widths[i], 100);
        }

        return widths;
    }

    private static string Pad(string text, int width, bool right) => right ? text.PadLeft(width) : text.PadRight(width);

    /// <summary>A count as perf shortens it: <c>74 </c>, <c>1K</c>, <c>3M</c>, <c>2G</c>, cut, not rounded.</summary>
    public static string Count(long count)
    {
        var unit = 0;
        while (count > 1000 && unit < 3)
        {
            count /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{count}{" KMG"[unit]}");
    }
}
