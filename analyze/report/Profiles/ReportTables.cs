using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>A report as a table for other programs and for pages: CSV and Markdown. Call graphs do not fit into either.</summary>
public static class ReportTables
{
    /// <summary>One table for all events: <c>event</c>, the weights, then every key that any event has.</summary>
    public static void WriteCsv(TextWriter output, ReportDocument report)
    {
        var keys = report.Sections.SelectMany(s => s.Columns.Select(c => c.Key)).Distinct(StringComparer.Ordinal).ToArray();
        var csv = new CsvWriter(output);
        csv.Line(["event", "children", "children_percent", "self", "self_percent", "samples", .. keys]);
        foreach (var section in report.Sections)
        {
            var columnOf = Array.ConvertAll(keys, key => IndexOf(section, key));
            foreach (var row in section.Rows)
            {
                csv.Text(section.EventName);
                if (section.ShowChildren)
                    csv.Number(row.Children).Number(Percent(row.Children, section.Total));
                else
                    csv.Empty().Empty();
                csv.Number(row.Self).Number(Percent(row.Self, section.Total)).Number(row.Samples);
                foreach (var column in columnOf)
                {
                    if (column < 0)
                        csv.Empty();
                    else
                        csv.Text(row.Cells[column]);
                }

                csv.EndLine();
            }
        }
    }

    /// <summary>A heading and a table for each event, then what is missing.</summary>
    public static void WriteMarkdown(TextWriter output, ReportDocument report)
    {
        foreach (var section in report.Sections)
        {
            output.Write(FormattableString.Invariant($"## {TableWriter.EscapeMarkdown(section.EventName)}: {section.Samples} samples, {section.Total} {section.Unit}").TrimEnd() + "\n\n");
            output.Write(section.ShowChildren ? "| Children | Self |" : "| Self |");
            foreach (var column in section.Columns)
                output.Write($" {TableWriter.EscapeMarkdown(column.Header)} |");
            output.Write(section.ShowChildren ? "\n|---:|---:|" : "\n|---:|");
            foreach (var column in section.Columns)
                output.Write(column.RightAligned ? "---:|" : "---|");
            output.Write('\n');
            foreach (var row in section.Rows)
            {
                output.Write(section.ShowChildren ? $"| {CallGraphText.Percent(row.Children, section.Total)} " : "");
                output.Write($"| {CallGraphText.Percent(row.Self, section.Total)} |");
                foreach (var cell in row.Cells)
                    output.Write($" {TableWriter.EscapeMarkdown(cell)} |");
                output.Write('\n');
            }

            output.Write('\n');
        }

        foreach (var note in report.Notes)
            output.Write($"- {TableWriter.EscapeMarkdown(note)}\n");
    }

    private static int IndexOf(ReportSection section, string key)
    {
        for (var i = 0; i < section.Columns.Count; i++)
        {
            if (section.Columns[i].Key == key)
                return i;
        }

        return -1;
    }

    private static double Percent(long part, long total) => total == 0 ? 0 : 100.0 * part / total;
}
