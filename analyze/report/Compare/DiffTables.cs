using System.Globalization;
using Microsoft.Data.Analysis;
using TraceKit.Engine.Compare;
using TraceKit.Report.Tables;

namespace TraceKit.Report.Compare;

/// <summary>The tables of a comparison.</summary>
public static class DiffTables
{
    /// <summary>All lines with all numbers, for programs: shares in percent, differences in percentage points.</summary>
    public static DataFrame Full(DiffReport report)
    {
        var table = new TableBuilder("event", "kind", "change", "function", "module");
        var self = new Columns(table, "");
        var hasTotals = report.Comparison.Events.SelectMany(e => e.Lines).Any(l => l.Total is not null);
        var total = hasTotals ? new Columns(table, "total_") : null;
        var (baseSamples, newSamples) = (table.Whole("base_samples"), table.Whole("new_samples"));
        foreach (var compared in report.Comparison.Events)
        {
            foreach (var (kind, lines) in new[] { ("function", compared.Functions), ("module", compared.Modules) })
            {
                foreach (var line in lines)
                {
                    table.Add(compared.BaseEvent, kind, DiffReport.Word(compared, line), line.Name, line.Module);
                    self.Append(line.Self);
                    if (total is not null && line.Total is { } difference)
                        total.Append(difference);
                    baseSamples.Append(line.BaseSamples);
                    newSamples.Append(line.NewSamples);
                }
            }
        }

        return table.ToFrame();
    }

    /// <summary>Some lines as people read them.</summary>
    internal static DataFrame ForPeople(EventComparison compared, IReadOnlyList<ComparedLine> lines, bool isFunctions)
    {
        var table = new TableBuilder("");
        var hasTotals = lines.Any(l => l.Total is not null);
        var total = hasTotals ? new ShortColumns(table, "total ") : null;
        var self = new ShortColumns(table, hasTotals ? "self " : "");
        var module = table.Text("module");
        var function = isFunctions ? table.Text("function") : null; // last: its length must not push anything away
        var differences = Padded(lines.Select(l => Difference(l.Self)));
        var totalDifferences = hasTotals ? Padded(lines.Select(l => Difference(l.Total!.Value))) : [];
        for (var i = 0; i < lines.Count; i++)
        {
            table.Add(DiffReport.Mark(compared, lines[i]));
            total?.Append(lines[i].Total!.Value, totalDifferences[i]);
            self.Append(lines[i].Self, differences[i]);
            function?.Append(Text.SafeText.Show(lines[i].Name));
            module.Append(Text.SafeText.Show(lines[i].Module));
        }

        return table.ToFrame();
    }

    private static string Difference(ShareDifference difference)
    {
        var delta = Signed(100 * difference.Delta, "0.00");
        return double.IsNaN(difference.Low) ? delta : delta + " ± " + (50 * (difference.High - difference.Low)).ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static string Relative(ShareDifference difference) =>
        difference.BaseShare > 0 && difference.NewShare > 0 ? Signed(100 * difference.Delta / difference.BaseShare, "0.0") + "%" : "";

    private static string Signed(double value, string format) => value.ToString($"+{format};-{format}", CultureInfo.InvariantCulture);

    private static string[] Padded(IEnumerable<string> texts)
    {
        var all = texts.ToArray();
        var width = all.Max(t => (int?)t.Length) ?? 0;
        return Array.ConvertAll(all, t => t.PadLeft(width));
    }

    private sealed class ShortColumns(TableBuilder table, string prefix)
    {
        private readonly DoubleDataFrameColumn _base = table.Real(prefix + "base %");
        private readonly DoubleDataFrameColumn _new = table.Real(prefix + "new %");
        private readonly StringDataFrameColumn _difference = table.Text(prefix + "points");
        private readonly StringDataFrameColumn _relative = table.Text(prefix + "relative");

        public void Append(ShareDifference difference, string text)
        {
            _base.Append(100 * difference.BaseShare);
            _new.Append(100 * difference.NewShare);
            _difference.Append(text);
            _relative.Append(Relative(difference).PadLeft(8));
        }
    }

    private sealed class Columns(TableBuilder table, string prefix)
    {
        private readonly DoubleDataFrameColumn _base = table.Real(prefix + "base_percent");
        private readonly DoubleDataFrameColumn _new = table.Real(prefix + "new_percent");
        private readonly DoubleDataFrameColumn _delta = table.Real(prefix + "delta_points");
        private readonly DoubleDataFrameColumn _low = table.Real(prefix + "low_points");
        private readonly DoubleDataFrameColumn _high = table.Real(prefix + "high_points");
        private readonly DoubleDataFrameColumn _relative = table.Real(prefix + "relative_percent");
        private readonly DoubleDataFrameColumn _p = table.Real(prefix + "p");
        private readonly DoubleDataFrameColumn _family = table.Real(prefix + "family_p");

        public void Append(ShareDifference difference)
        {
            _base.Append(Rounded(100 * difference.BaseShare));
            _new.Append(Rounded(100 * difference.NewShare));
            _delta.Append(Rounded(100 * difference.Delta));
            _low.Append(double.IsNaN(difference.Low) ? null : Rounded(100 * difference.Low));
            _high.Append(double.IsNaN(difference.High) ? null : Rounded(100 * difference.High));
            _relative.Append(difference.BaseShare > 0 ? Rounded(100 * difference.Delta / difference.BaseShare) : null);
            _p.Append(double.IsNaN(difference.Low) ? null : Rounded(difference.Probability));
            _family.Append(double.IsNaN(difference.Low) ? null : Rounded(difference.FamilyProbability));
        }

        // Sums in single precision: more places would be noise, and not the same on every machine.
        private static double Rounded(double value) => Math.Round(value, 4);
    }
}
