using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;

namespace TraceKit.Report.Charts;

/// <summary>Histograms of the fields of events, from an analysis.</summary>
public static class FieldHistograms
{
    /// <summary>Fields of an event that a histogram says something of: integers that are no addresses.</summary>
    public static IEnumerable<string> NumericFields(TraceEvent traceEvent) =>
        traceEvent.Fields.Where(f => f.IsQuantity && !f.Name.StartsWith("__probe_", StringComparison.Ordinal)).Select(f => f.Name);

    /// <summary>What the analysis must keep for <see cref="Build"/>.</summary>
    public static AnalysisOptions Needs(AnalysisOptions options, TraceEvent traceEvent, string field, string? by) => options with
    {
        Events = [traceEvent.Name],
        Fields = by is null || IsCommon(by) ? [field] : [field, by],
        KeepCpus = by == "cpu",
        Stacks = false,
    };

    /// <summary>Whether a key is one that every sample has.</summary>
    public static bool IsCommon(string key) => key is "comm" or "pid" or "tid" or "cpu";

    /// <summary>The histograms: one, or one for each value of a key, most events first.</summary>
    /// <param name="analysis">Run with <see cref="Needs"/>.</param>
    /// <param name="traceEvent">The event.</param>
    /// <param name="field">The number.</param>
    /// <param name="by">Key; null for one histogram of all.</param>
    /// <param name="shape">Intervals.</param>
    public static IReadOnlyList<HistogramView> Build(Analysis analysis, TraceEvent traceEvent, string field, string? by, HistogramShape shape)
    {
        if (shape == HistogramShape.Names)
            return BuildNames(analysis, traceEvent, field, by);
        var column = analysis.Samples.Field(field);
        var groups = new Dictionary<string, (List<long> Values, List<long> Counts, long Unreadable)>(StringComparer.Ordinal);
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            if (analysis.Samples.Events[row] != traceEvent.Index)
                continue;
            var key = by is null ? "" : KeyOf(analysis, row, by);
            if (!groups.TryGetValue(key, out var group))
                group = ([], [], 0);
            if (column is null || !column.Has(row))
            {
                group.Unreadable += analysis.Samples.Counts[row];
            }
            else
            {
                group.Values.Add(column.Values[row]);
                group.Counts.Add(analysis.Samples.Counts[row]);
            }

            groups[key] = group;
        }

        var views = new List<HistogramView>();
        foreach (var (key, group) in groups.OrderByDescending(g => g.Value.Counts.Sum()).ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            var title = $"{traceEvent.Name}: {field}" + (by is null ? "" : $" ({by} {Text.SafeText.Show(key)})");
            views.Add(HistogramViews.Of(Count(group.Values, group.Counts, shape), title, field, UnitOf(traceEvent, field), shape == HistogramShape.Log2, group.Unreadable));
        }

        if (views.Count == 0)
            views.Add(HistogramViews.Of(Histogram.Log2([]), $"{traceEvent.Name}: {field}", field, "", true));
        return views;
    }

    /// <summary>The unit of a field's numbers; empty when it has none.</summary>
    public static string UnitOf(TraceEvent traceEvent, string field) => traceEvent.Fields.FirstOrDefault(f => f.Name == field)?.Unit ?? "";

    private static List<HistogramView> BuildNames(Analysis analysis, TraceEvent traceEvent, string field, string? by)
    {
        var column = analysis.Samples.Field(field);
        var groups = new Dictionary<string, (Dictionary<long, (int Row, long Count)> Values, long Unreadable)>(StringComparer.Ordinal);
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            if (analysis.Samples.Events[row] != traceEvent.Index)
                continue;
            var key = by is null ? "" : KeyOf(analysis, row, by);
            if (!groups.TryGetValue(key, out var group))
                group = ([], 0);
            if (column is null || !column.Has(row))
                group.Unreadable += analysis.Samples.Counts[row];
            else
                group.Values[column.Values[row]] = (row, group.Values.GetValueOrDefault(column.Values[row]).Count + analysis.Samples.Counts[row]);
            groups[key] = group;
        }

        var views = new List<HistogramView>();
        foreach (var (key, group) in groups.OrderByDescending(g => g.Value.Values.Values.Sum(v => v.Count)).ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            // Each distinct value is put into words once; two may look alike.
            var names = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var (row, count) in group.Values.Values)
            {
                var name = column!.Format(row);
                names[name] = names.GetValueOrDefault(name) + count;
            }

            var title = $"{traceEvent.Name}: {field}" + (by is null ? "" : $" ({by} {Text.SafeText.Show(key)})");
            views.Add(HistogramViews.OfNames(names, title, field, group.Unreadable));
        }

        if (views.Count == 0)
            views.Add(HistogramViews.OfNames(new Dictionary<string, long>(), $"{traceEvent.Name}: {field}", field));
        return views;
    }

    /// <summary>All values of a field in one histogram; null when the analysis did not keep it.</summary>
    public static Histogram? Count(Analysis analysis, TraceEvent traceEvent, string field, HistogramShape shape)
    {
        if (analysis.Samples.Field(field) is not { } column)
            return null;
        List<long> values = [], counts = [];
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            if (analysis.Samples.Events[row] != traceEvent.Index || !column.Has(row))
                continue;
            values.Add(column.Values[row]);
            counts.Add(analysis.Samples.Counts[row]);
        }

        return Count(values, counts, shape);
    }

    private static Histogram Count(List<long> values, List<long> counts, HistogramShape shape)
    {
        var v = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values);
        var c = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(counts);
        return shape.Step switch
        {
            0 => Histogram.Log2(v, c),
            < 0 => Histogram.Linear(v, counts: c),
            _ => Histogram.Linear(v, shape.Low, shape.High, shape.Step, c),
        };
    }

    private static string KeyOf(Analysis analysis, int row, string by)
    {
        SampleTable samples = analysis.Samples;
        var thread = analysis.Threads[samples.Threads[row]];
        return by switch
        {
            "comm" => thread.Comm,
            "pid" => FormattableString.Invariant($"{thread.Pid}"),
            "tid" => FormattableString.Invariant($"{thread.Tid}"),
            "cpu" => samples.HasCpus ? FormattableString.Invariant($"{samples.Cpus[row]}") : "unknown",
            _ => samples.Field(by)?.Format(row) ?? "",
        };
    }
}
