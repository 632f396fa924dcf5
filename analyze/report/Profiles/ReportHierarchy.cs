using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>Nests the lines of a report by its keys, as <c>perf report --hierarchy</c> does: what a line weighs is the sum of those below it.</summary>
public static class ReportHierarchy
{
    /// <summary>The document with nested lines. It must have been made without children and with all lines.</summary>
    /// <param name="report">The report.</param>
    /// <param name="percentLimit">Lines under it are left out and counted; null for none.</param>
    public static ReportDocument Of(ReportDocument report, double? percentLimit) =>
        report with { Sections = [.. report.Sections.Select(s => Of(s, s.Total * (percentLimit ?? 0) / 100))] };

    private static ReportSection Of(ReportSection section, double least)
    {
        var rows = new List<ReportRow>();
        var hidden = 0;
        long hiddenSelf = 0;
        void Add(IEnumerable<ReportRow> of, int depth)
        {
            var groups = of.GroupBy(r => r.Cells[depth], StringComparer.Ordinal)
                .Select(g => (Name: g.Key, Rows: g.ToArray(), Self: g.Sum(r => r.Self)))
                .OrderByDescending(g => g.Self).ThenBy(g => g.Name, StringComparer.Ordinal);
            foreach (var (name, members, self) in groups)
            {
                if (self < least)
                {
                    hidden++;
                    hiddenSelf += self;
                    continue;
                }

                var isLeaf = depth == section.Columns.Count - 1;
                rows.Add(new ReportRow
                {
                    Children = self,
                    Self = self,
                    Samples = members.Sum(r => r.Samples),
                    Kernel = members.Sum(r => r.Kernel),
                    User = members.Sum(r => r.User),
                    Cells = [name],
                    Depth = depth,
                    Graphs = isLeaf ? members[0].Graphs : [],
                    GraphWeight = isLeaf ? members[0].GraphWeight : 0,
                });
                if (!isLeaf)
                    Add(members, depth + 1);
            }
        }

        Add(section.Rows, 0);
        return new ReportSection
        {
            EventName = section.EventName,
            Samples = section.Samples,
            Total = section.Total,
            Unit = section.Unit,
            Columns = [new ReportColumn(string.Join(" / ", section.Columns.Select(c => c.Header)), "")],
            Weights = section.Weights,
            Rows = rows,
            Style = section.Style,
            GraphTotal = section.GraphTotal,
            Levels = section.Columns.Count,
            HiddenRows = hidden,
            HiddenSelf = hiddenSelf,
        };
    }
}
