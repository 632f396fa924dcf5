using System.Text;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Report.Charts;
using TraceKit.Report.Html;
using TraceKit.Report.Profiles;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Report;

/// <summary>Everything at once: <c>index.html</c>, <c>summary.txt</c>, <c>charts/*.png</c>, <c>tables/*.csv</c>.</summary>
public static class ReportFolder
{
    private const int TimelineBins = 240;

    /// <summary>What the analysis must keep.</summary>
    public static AnalysisOptions Needs(AnalysisOptions options, IReadOnlyList<TraceEvent> events) => options with
    {
        KeepSamples = true,
        KeepCpus = true,
        Fields = [.. events.SelectMany(e => e.Fields.Where(f => f.IsCategory).Select(f => f.Name).Concat(FieldHistograms.NumericFields(e))).Distinct(StringComparer.Ordinal)],
    };

    /// <summary>Files of the folder by name (with <c>/</c>), each with what writes it.</summary>
    /// <param name="trace">The recording.</param>
    /// <param name="analysis">Run with <see cref="Needs"/>.</param>
    /// <param name="tool">Name and version of this program.</param>
    public static IEnumerable<(string Name, Action<Stream> Write)> Files(Trace trace, Analysis analysis, string tool)
    {
        var name = Path.GetFileName(trace.Path);
        yield return ("summary.txt", Text(writer => writer.Write(SummaryText.Render(trace, analysis))));
        yield return ("charts/samples-over-time.png", stream => stream.Write(TimelineChart.ToPng(TimelineOf(trace, analysis, name))));
        foreach (var traceEvent in analysis.Events)
        {
            foreach (var field in FieldHistograms.NumericFields(traceEvent))
            {
                if (FieldHistograms.Count(analysis, traceEvent, field, HistogramShape.Log2) is not { Count: > 0 } log2)
                    continue;
                // Few distinct values, or a narrow range, say more on a straight axis.
                var straight = log2.Max - log2.Min <= 64 || log2.Min > log2.Max / 4;
                var histogram = straight ? FieldHistograms.Count(analysis, traceEvent, field, HistogramShape.Auto)! : log2;
                var view = HistogramViews.Of(histogram, $"{traceEvent.Name}: {field}", field, FieldHistograms.TextOf(traceEvent, field));
                yield return ($"charts/{FileName(traceEvent.Name)}-{FileName(field)}.png", stream => stream.Write(HistogramChart.ToPng(view)));
            }
        }

        yield return ("tables/functions.csv", Table(() => ResultTables.Functions(analysis)));
        yield return ("tables/threads.csv", Table(() => ResultTables.Threads(analysis)));
        yield return ("tables/modules.csv", Table(() => ResultTables.Modules(analysis)));
        yield return ("tables/events.csv", Table(() => ResultTables.Events(analysis)));
        yield return ("tables/values.csv", Table(() => ResultTables.Values(analysis)));
        yield return ("tables/losses.csv", Table(() => ResultTables.Losses(trace)));
        // Last: who sees the page sees a whole folder.
        yield return ("index.html", stream => HtmlReport.Write(HtmlDataBuilder.Build(trace, analysis, tool), stream));
    }

    /// <summary>The timeline's view, losses on it.</summary>
    public static TimelineView TimelineOf(Trace trace, Analysis analysis, string name)
    {
        var timeline = Timeline.Build(analysis, TimelineKey.Event, TimelineBins);
        var start = timeline.Bins > 0 ? timeline.Start : trace.SampleTimes.First;
        return new TimelineView
        {
            Title = $"Samples over time: {SafeText.Show(name)}",
            IntervalSeconds = timeline.Bins > 0 ? timeline.BinWidth / 1e9 : 1,
            Series = [.. timeline.Series.Select(s => new Charts.TimelineSeries(SafeText.Show(s.Name), s.Counts))],
            Losses = [.. trace.Losses.Select(l => new LossSpan(((long)l.FirstTime - start) / 1e9, ((long)l.LastTime - start) / 1e9, (long)l.Count))],
        };
    }

    private static Action<Stream> Text(Action<TextWriter> write) => stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        write(writer);
    };

    private static Action<Stream> Table(Func<Microsoft.Data.Analysis.DataFrame> make) => Text(writer => TableWriter.Write(writer, make(), TableFormat.Csv));

    /// <summary>A name that is a file name everywhere: event and field names come from the trace.</summary>
    private static string FileName(string text)
    {
        var safe = new StringBuilder();
        foreach (var c in text)
            safe.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '-');
        var name = safe.ToString().TrimStart('.', '-');
        return name.Length is 0 ? "unnamed" : name.Length > 80 ? name[..80] : name;
    }
}
