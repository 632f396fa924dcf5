using System.Globalization;
using TraceKit.Engine;
using TraceKit.Engine.Spans;
using TraceKit.Report.Text;

namespace TraceKit.Report.Charts;

/// <summary>What a timeline of spans is drawn from, made of an analysis.</summary>
public static class SpanCharts
{
    /// <summary>Bars that a chart can show; of more, the longest are drawn and the chart says so.</summary>
    public const int MostBars = 20_000;

    private const int MostLanes = 40;

    /// <summary>The view of the spans that were kept.</summary>
    /// <param name="trace">The recording.</param>
    /// <param name="analysis">Run with <see cref="SpanOptions.Longest"/>.</param>
    /// <param name="byCpu">A lane for each CPU, else for each thread.</param>
    public static SpanChartView Of(Trace trace, SpanAnalysis analysis, bool byCpu)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var spans = analysis.Longest;
        var start = analysis.Times.First;
        var lanes = spans.GroupBy(s => byCpu ? (s.Cpu, 0) : (s.Thread.Pid, s.Thread.Tid))
            .Select(g => (g.Key, Total: g.Sum(s => (double)s.Duration), Name: byCpu ? CpuName(g.Key.Item1) : ThreadName(g.First())))
            .OrderByDescending(l => l.Total).ThenBy(l => l.Key).ToArray();
        var shown = lanes.Take(MostLanes).OrderBy(l => l.Key).ToArray();
        var laneOf = shown.Select((l, i) => (l.Key, i)).ToDictionary(l => l.Key, l => l.i);

        // Colours tell kinds of spans apart, or values of a key where there is one kind.
        var byLabel = analysis.Options is { Definitions.Count: 1, By.Count: > 0 };
        var series = new List<string>();
        var bars = new List<SpanBar>();
        var hasOthers = false;
        foreach (var span in spans.OrderBy(s => s.Depth).ThenBy(s => s.Start))
        {
            if (!laneOf.TryGetValue(byCpu ? (span.Cpu, 0) : (span.Thread.Pid, span.Thread.Tid), out var lane))
                continue;
            var name = SafeText.Show(byLabel ? string.Join(' ', span.Labels) : analysis.Options.Definitions[span.Definition].Name);
            var color = series.IndexOf(name);
            if (color < 0 && series.Count < ChartTheme.Palette.Length)
            {
                color = series.Count;
                series.Add(name);
            }

            hasOthers |= color < 0;
            bars.Add(new SpanBar(lane, (span.Start - start) / 1e9, (span.End - start) / 1e9, span.Depth, color < 0 ? series.Count - 1 : color));
        }

        var all = Enumerable.Range(0, analysis.Options.Definitions.Count).Sum(analysis.Matched);
        var note = all > spans.Count ? FormattableString.Invariant($"; the {spans.Count} longest of {all} spans") : FormattableString.Invariant($"; {all} spans");
        if (shown.Length < lanes.Length)
            note += FormattableString.Invariant($"; {shown.Length} of {lanes.Length} {(byCpu ? "CPUs" : "threads")}");
        if (hasOthers)
            series[^1] += ", others";
        return new SpanChartView
        {
            Title = $"Spans over time: {SafeText.Show(Path.GetFileName(trace.Path))}",
            Note = note,
            Lanes = [.. shown.Select(l => l.Name)],
            Series = series,
            Bars = bars,
            Seconds = (analysis.Times.Last - start) / 1e9,
        };
    }

    private static string CpuName(int cpu) => cpu < 0 ? "CPU unknown" : string.Create(CultureInfo.InvariantCulture, $"CPU {cpu}");

    private static string ThreadName(Span span) => string.Create(CultureInfo.InvariantCulture, $"{SafeText.Show(span.Thread.Comm)} {span.Thread.Tid}");
}
