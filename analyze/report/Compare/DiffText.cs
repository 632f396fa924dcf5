using System.Globalization;
using Microsoft.Data.Analysis;
using TraceKit.Engine.Compare;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Report.Compare;

/// <summary>A comparison for a terminal, or as Markdown for a merge request.</summary>
public static class DiffText
{
    /// <summary>Writes all of it.</summary>
    public static void Write(TextWriter output, DiffReport report, TableFormat format)
    {
        var isMarkdown = format == TableFormat.Markdown;
        output.Write($"{(isMarkdown ? "## " : "")}diff: {Names(report.Base)} -> {Names(report.New)}\n\n");
        foreach (var compared in report.Comparison.Events)
        {
            output.Write($"{(isMarkdown ? "### " : "")}event {Show(compared.BaseEvent == compared.NewEvent ? compared.BaseEvent : $"{compared.BaseEvent} -> {compared.NewEvent}")}\n");
            Separate();
            TableWriter.Write(output, Totals(compared), format);
            output.Write('\n');
            WriteLines(compared, compared.Functions, true);
            WriteLines(compared, compared.Modules, false);
        }

        if (report.Comparison.Events.Count == 0)
            output.Write("no event has samples on both sides\n\n");
        foreach (var note in report.Notes)
            output.Write($"{(isMarkdown ? "- " : "note: ")}{Show(note)}\n");
        if (report.Notes.Count > 0)
            output.Write('\n');
        WriteVerdict(output, report, Show);

        void Separate()
        {
            if (isMarkdown)
                output.Write('\n');
        }

        string Show(string text) => isMarkdown ? TableWriter.EscapeMarkdown(SafeText.Show(text)) : SafeText.Show(text);

        string Names(IReadOnlyList<string> names) => Show(string.Join(", ", names));

        void WriteLines(EventComparison compared, IReadOnlyList<ComparedLine> lines, bool isFunctions)
        {
            var shown = report.Shown(lines);
            var rest = lines.Count - shown.Count;
            output.Write($"{(isFunctions ? "functions" : "modules")}: share of the event in percent; difference in points of it, with its 95 % interval; {Show("~")} within error\n");
            Separate();
            TableWriter.Write(output, DiffTables.ForPeople(compared, shown, isFunctions), format);
            if (rest > 0)
                output.Write(string.Create(CultureInfo.InvariantCulture, $"{(isMarkdown ? "\n" : "")}({rest} more within error, {100 * lines.Skip(shown.Count).Sum(l => l.Self.BaseShare):0.00} % of the base: --limit 0 shows all)\n"));
            output.Write('\n');
        }
    }

    private static void WriteVerdict(TextWriter output, DiffReport report, Func<string, string> show)
    {
        var functions = report.Comparison.Events.Sum(e => e.Functions.Count(l => l.IsChange));
        var modules = report.Comparison.Events.Sum(e => e.Modules.Count(l => l.IsChange));
        output.Write(report.Comparison.Events.All(e => !e.IsJudged) ? "not judged: too few samples\n"
            : functions + modules == 0 ? "no change beyond sampling error\n"
            : string.Create(CultureInfo.InvariantCulture, $"changed beyond sampling error: {functions} {(functions == 1 ? "function" : "functions")}, {modules} {(modules == 1 ? "module" : "modules")}\n"));
        foreach (var (compared, line) in report.Failures())
        {
            var difference = line.Total is { IsChange: true } total && total.Delta > line.Self.Delta ? total : line.Self;
            output.Write(string.Create(CultureInfo.InvariantCulture,
                $"fail: {show(compared.NewEvent)}: {(line.Name.Length > 0 ? show(line.Name) + " " : "")}({show(line.Module)}) rose by {100 * difference.Delta:0.00} points of the total; the limit is {report.FailOn}\n"));
        }
    }

    private static DataFrame Totals(EventComparison compared)
    {
        var table = new TableBuilder("");
        var (one, other, relative) = (table.Text("base"), table.Text("new"), table.Text("change"));
        Add("samples", compared.Base.Samples, compared.New.Samples, v => v.ToString("0", CultureInfo.InvariantCulture));
        Add(compared.WeightIsTime ? "CPU time" : "events", compared.Base.Weight, compared.New.Weight, v => DiffReport.Weight(v, compared.WeightIsTime));
        Add("from first to last", compared.Base.Nanoseconds, compared.New.Nanoseconds, v => DiffReport.Weight(v, true));
        Add("per second", Rate(compared.Base), Rate(compared.New), v => DiffReport.Weight(v, compared.WeightIsTime));
        if (compared.IsJudged)
            Add("blocks of", compared.Base.BlockNanoseconds, compared.New.BlockNanoseconds, v => (v / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " ms", withChange: false);
        return table.ToFrame();

        void Add(string name, double first, double second, Func<double, string> show, bool withChange = true)
        {
            table.Add(name);
            one.Append(show(first).PadLeft(12));
            other.Append(show(second).PadLeft(12));
            relative.Append((withChange && first > 0 ? (100 * (second / first - 1)).ToString("+0.0;-0.0", CultureInfo.InvariantCulture) + "%" : "").PadLeft(8));
        }

        static double Rate(ComparedSide side) => side.Nanoseconds > 0 ? side.Weight / (side.Nanoseconds / 1e9) : 0;
    }
}
