using Microsoft.Data.Analysis;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>A report as tables for other programs and for pages. Call graphs do not fit into them.</summary>
public static class ReportTables
{
    /// <summary>One table for all events: <c>event</c>, the weights, then every key that any event has.</summary>
    public static DataFrame Of(ReportDocument report)
    {
        var keys = report.Sections.SelectMany(s => s.Columns.Select(c => c.Key)).Distinct(StringComparer.Ordinal).ToArray();
        var table = new TableBuilder();
        var names = new Names();
        var events = table.Text(names.Free("event"));
        var (children, childrenPercent) = (table.Whole(names.Free("children")), table.Real(names.Free("children_percent")));
        var (self, selfPercent) = (table.Whole(names.Free("self")), table.Real(names.Free("self_percent")));
        var samples = table.Whole(names.Free("samples"));
        var columns = Array.ConvertAll(keys, key => table.Text(names.Free(key)));
        foreach (var section in report.Sections)
        {
            var columnOf = Array.ConvertAll(keys, key => IndexOf(section, key));
            foreach (var row in section.Rows)
            {
                table.Add();
                events.Append(section.EventName);
                children.Append(section.ShowChildren ? row.Children : null);
                childrenPercent.Append(section.ShowChildren ? Percent(row.Children, section.Total) : null);
                self.Append(row.Self);
                selfPercent.Append(Percent(row.Self, section.Total));
                samples.Append(row.Samples);
                for (var i = 0; i < keys.Length; i++)
                    columns[i].Append(columnOf[i] < 0 ? "" : row.Cells[columnOf[i]]);
            }
        }

        return table.ToFrame();
    }

    /// <summary>The table of one event, as it is printed.</summary>
    public static DataFrame Of(ReportSection section)
    {
        var table = new TableBuilder();
        var names = new Names();
        var keys = section.Columns.Select(c => names.Free(c.Header)).ToArray();
        var leading = keys.Take(section.LeadingColumns).Select(table.Text).ToList();
        var weights = section.Weights.Select(w => (w, w is ReportWeight.Samples or ReportWeight.Period ? (DataFrameColumn)table.Whole(names.Free(ReportWeights.Header(w))) : table.Real(names.Free($"{ReportWeights.Header(w)} %")))).ToList();
        leading.AddRange(keys.Skip(section.LeadingColumns).Select(table.Text));
        foreach (var row in section.Rows)
        {
            table.Add();
            foreach (var (weight, column) in weights)
            {
                if (column is Int64DataFrameColumn whole)
                    whole.Append(weight == ReportWeight.Samples ? row.Samples : row.Self);
                else
                    ((DoubleDataFrameColumn)column).Append(Percent(weight == ReportWeight.Children ? row.Children : row.Self, section.Total));
            }

            for (var i = 0; i < keys.Length; i++)
                leading[i].Append(row.Cells[i]);
        }

        return table.ToFrame();
    }

    /// <summary>A heading and a table for each event, then what is missing.</summary>
    public static void WriteMarkdown(TextWriter output, ReportDocument report)
    {
        foreach (var section in report.Sections)
        {
            output.Write(FormattableString.Invariant($"## {TableWriter.EscapeMarkdown(section.EventName)}: {section.Samples} samples, {section.Total} {section.Unit}").TrimEnd() + "\n\n");
            TableWriter.Write(output, Of(section), TableFormat.Markdown);
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

    /// <summary>Names of columns: an event's field may be called as one of ours, and no two columns may have one name.</summary>
    private sealed class Names
    {
        private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

        public string Free(string name)
        {
            while (!_taken.Add(name))
                name += "_";
            return name;
        }
    }
}
