using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>Shows several events in one table, their numbers side by side, as <c>perf report --group</c> does.</summary>
public static class ReportEventGroup
{
    /// <summary>The document with one section. Lines are those of any event, in the order of the first event's weight, then of the others'.</summary>
    public static ReportDocument Of(ReportDocument report)
    {
        if (report.Sections.Count < 2)
            return report;
        var first = report.Sections[0];
        var lines = new Dictionary<string, ReportRow?[]>(StringComparer.Ordinal);
        var order = new List<ReportRow?[]>();
        for (var s = 0; s < report.Sections.Count; s++)
        {
            foreach (var row in report.Sections[s].Rows)
            {
                var key = string.Join('\0', row.Cells);
                if (!lines.TryGetValue(key, out var line))
                {
                    lines.Add(key, line = new ReportRow?[report.Sections.Count]);
                    order.Add(line);
                }

                line[s] ??= row;
            }
        }

        var rows = order.Select((line, place) => (Line: line, Place: place)).ToList();
        rows.Sort((a, b) => Compare(a.Line, b.Line) is not 0 and var weights ? weights : a.Place.CompareTo(b.Place));
        return report with
        {
            Sections =
            [
                first with
                {
                    Rows = [.. rows.Select(r => Row(r.Line))],
                    Others = [.. report.Sections.Skip(1)],
                    HiddenRows = report.Sections.Sum(s => s.HiddenRows),
                },
            ],
        };
    }

    private static ReportRow Row(ReportRow?[] line) =>
        (line[0] ?? ReportRow.Nothing) with { Cells = line.First(r => r is not null)!.Cells, Others = line[1..] };

    private static int Compare(ReportRow?[] a, ReportRow?[] b)
    {
        var order = 0;
        for (var i = 0; i < a.Length && order == 0; i++)
            order = (b[i]?.Children ?? 0).CompareTo(a[i]?.Children ?? 0);
        for (var i = 0; i < a.Length && order == 0; i++)
            order = (b[i]?.Self ?? 0).CompareTo(a[i]?.Self ?? 0);
        return order;
    }
}
