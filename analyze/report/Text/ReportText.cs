using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text;

/// <summary>A report as <c>perf report --stdio</c> lays it out.</summary>
public static class ReportText
{
    private const int PieceLength = 1 << 14;

    /// <summary>One step to the right in a hierarchy, as perf's.</summary>
    private const int Step = 3;

    /// <summary>A column as it is printed.</summary>
    /// <param name="Header">Above it.</param>
    /// <param name="Cell">Of a line.</param>
    /// <param name="Width">Columns of the terminal; 0 for what the last one needs.</param>
    /// <param name="Right">Numbers stand at the right.</param>
    /// <param name="IsCut">Whether longer texts are cut.</param>
    private sealed record Printed(string Header, Func<ReportRow, string> Cell, int Width, bool Right, bool IsCut);

    /// <summary>Writes the whole report; flushed section by section, so that <c>| head</c> need not wait for the last.</summary>
    public static void Write(TextWriter output, ReportDocument report, ReportLayout? layout = null)
    {
        output.Write(Header(report));
        foreach (var section in report.Sections)
        {
            WriteSection(output, section, layout ?? new ReportLayout());
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
    private static void WriteSection(TextWriter output, ReportSection section, ReportLayout layout)
    {
        var text = new StringBuilder();
        ReportSection[] members = [section, .. section.Others];
        text.Append(CultureInfo.InvariantCulture, $"# Samples: {Count(members.Sum(m => m.Samples))} of event{(members.Length > 1 ? "s" : "")} '{string.Join(", ", members.Select(m => m.EventName))}'\n");
        text.Append(CultureInfo.InvariantCulture, $"# Event count (approx.): {members.Sum(m => m.Total)}{(section.Unit.Length > 0 && Array.TrueForAll(members, m => m.Unit == section.Unit) ? " " + section.Unit : "")}\n");
        text.Append("#\n");
        var columns = Columns(section, members, layout);
        AppendHead(text, columns, layout.Separator);
        var line = new StringBuilder();
        foreach (var row in section.Rows)
        {
            line.Clear();
            if (layout.Separator.Length > 0)
                line.AppendJoin(layout.Separator, columns.Select(c => c.Cell(row).Trim().Replace(layout.Separator, ".", StringComparison.Ordinal)));
            else
                AppendLine(line, columns, row, section);
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

    private static void AppendLine(StringBuilder line, List<Printed> columns, ReportRow row, ReportSection section)
    {
        line.Append(' ', Step * row.Depth);
        for (var i = 0; i < columns.Count; i++)
        {
            // As perf: in a hierarchy the numbers move to the right with their names.
            if (section.Levels > 0 && i == columns.Count - 1)
                line.Append(' ', Step * (section.Levels - 1));
            line.Append("  ").Append(Fit(columns[i].Cell(row), columns[i]));
        }
    }

    private static void AppendHead(StringBuilder text, List<Printed> columns, string separator)
    {
        if (separator.Length > 0)
        {
            text.Append("# ").AppendJoin(separator, columns.Select(c => c.Header)).Append('\n');
            return;
        }

        StringBuilder names = new(), rules = new();
        foreach (var column in columns)
        {
            names.Append("  ").Append(Fit(column.Header, column));
            rules.Append("  ").Append('.', column.IsCut ? column.Width : Math.Max(column.Width, column.Header.Length));
        }

        names[0] = rules[0] = '#';
        text.Append(names.ToString().TrimEnd()).Append('\n').Append(rules).Append("\n#\n");
    }

    private static List<Printed> Columns(ReportSection section, ReportSection[] members, ReportLayout layout)
    {
        var columns = new List<Printed>();
        var shift = section.Levels > 0 ? Step * (section.Levels - 1) : 0;
        void Add(string header, Func<ReportRow, string> cell, int width, bool right)
        {
            var asked = columns.Count < layout.Widths.Count ? layout.Widths[columns.Count] : 0;
            columns.Add(new Printed(header, cell, asked > 0 ? asked : width, right, asked > 0));
        }

        void AddKey(int i)
        {
            var column = section.Columns[i];
            var width = column.Header.Length;
            foreach (var row in section.Rows)
                width = Math.Max(width, row.Cells[i].Length);
            // One monstrous C++ name must not push every line off the screen; its own line is still whole.
            Add(column.Header, row => row.Cells[i], Math.Min(width, 100), column.RightAligned);
        }

        for (var i = 0; i < section.LeadingColumns; i++)
            AddKey(i);
        foreach (var weight in section.Weights)
        {
            var width = ReportWeights.Width(weight);
            Add(ReportWeights.Header(weight), row => Cells(weight, row, members, layout), members.Length * width, true);
        }

        for (var i = section.LeadingColumns; i < section.Columns.Count; i++)
            AddKey(i);
        if (shift > 0)
            columns[0] = columns[0] with { Header = columns[0].Header.PadLeft(columns[0].Width + shift) };
        return columns;
    }

    /// <summary>The numbers of all events of a group, side by side.</summary>
    private static string Cells(ReportWeight weight, ReportRow row, ReportSection[] members, ReportLayout layout)
    {
        if (members.Length == 1)
            return ReportWeights.Cell(weight, row, members[0]);
        var text = new StringBuilder();
        for (var i = 0; i < members.Length; i++)
        {
            var of = i == 0 ? row : row.Others[i - 1];
            var cell = ReportWeights.Cell(weight, of ?? ReportRow.Nothing, members[i]);
            if (layout.Separator.Length > 0)
                text.Append(i == 0 ? "" : " ").Append(cell);
            else
                text.Append(cell.PadLeft(ReportWeights.Width(weight)));
        }

        return text.ToString();
    }

    private static string Fit(string text, Printed column)
    {
        if (column.IsCut && text.Length > column.Width)
            return text[..column.Width];
        return column.Right ? text.PadLeft(column.Width) : text.PadRight(column.Width);
    }

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
