using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;
using TraceKit.Engine.Symbols;
using TraceKit.Probes.Plan;

namespace TraceKit.Report.Charts;

/// <summary>Histograms of the fields of events, from an analysis.</summary>
public static class FieldHistograms
{
    /// <summary>Fields of an event that a histogram says something of: integers that are no addresses.</summary>
    public static IEnumerable<string> NumericFields(TraceEvent traceEvent) =>
        traceEvent.Fields.Where(f => f.IsQuantity && !f.Name.StartsWith("__probe_", StringComparison.Ordinal)).Select(f => f.Name);

    /// <summary>What the analysis must keep for <see cref="Build"/>.</summary>
    public static AnalysisOptions Needs(AnalysisOptions options, IReadOnlyList<TraceEvent> events, string field, IReadOnlyList<SortKey> by) =>
        SortKey.Keep(options with { Events = [.. events.Select(e => e.Name)], Fields = [field], Stacks = false, Source = options.Source & SourceDetail.Inlines }, by);

    /// <summary>Values of a field, one group or one for each value of the keys, most events first.</summary>
    /// <param name="analysis">Run with <see cref="Needs"/>.</param>
    /// <param name="events">The events that have it, one at least.</param>
    /// <param name="field">The number.</param>
    /// <param name="by">Keys; none for one group of all.</param>
    /// <param name="shape">Intervals.</param>
    public static Distributions Build(Analysis analysis, IReadOnlyList<TraceEvent> events, string field, IReadOnlyList<SortKey> by, HistogramShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);
        var column = analysis.Samples.Field(field);
        var indexes = events.Select(e => e.Index).ToHashSet();
        var rows = RowGroups.Make(analysis, by, row => indexes.Contains(analysis.Samples.Events[row]));
        var isFraction = shape != HistogramShape.Names && events.Any(e => e.Fields.Any(f => f.Name == field && f.Kind == PresentationKind.Float));
        // One number of places for all groups, so that their columns are alike.
        var digits = isFraction && column is not null ? FractionsOf(analysis.Samples, column, [.. Enumerable.Range(0, rows.Count).SelectMany(g => rows.Rows(g).ToArray())], shape.Digits).Digits : 0;
        var groups = new List<(int Group, Distribution Values)>();
        for (var group = 0; group < rows.Count; group++)
            groups.Add((group, Count(analysis.Samples, column, rows.Texts(group), rows.Rows(group), shape, isFraction ? digits : null)));
        if (groups.Count == 0 && by.Count == 0)
            groups.Add((0, Count(analysis.Samples, column, [], [], shape, isFraction ? digits : null)));
        groups.Sort((a, b) => b.Values.Count != a.Values.Count ? b.Values.Count.CompareTo(a.Values.Count) : rows.Compare(a.Group, b.Group));
        return new Distributions
        {
            What = $"{string.Join(", ", events.Select(e => e.Name))}: {field}",
            ValueName = field,
            Values = isFraction ? ValueText.Fraction(digits) : ValueText.Of(events[0].Fields.FirstOrDefault(f => f.Name == field), column?.Formatter),
            Keys = [.. by.Select(k => k.Name)],
            Groups = [.. groups.Select(g => g.Values)],
        };
    }

    /// <summary>How values of a field are shown in charts of all of them.</summary>
    public static ValueText TextOf(TraceEvent traceEvent, string field) => ValueText.Of(traceEvent.Fields.FirstOrDefault(f => f.Name == field), null);

    /// <summary>All values of a field in one histogram; null when the analysis did not keep it.</summary>
    public static Histogram? Count(Analysis analysis, TraceEvent traceEvent, string field, HistogramShape shape)
    {
        if (analysis.Samples.Field(field) is not { } column)
            return null;
        var counts = NewCounts(column);
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            if (analysis.Samples.Events[row] == traceEvent.Index && column.Has(row))
                counts.Add(column.Values[row], analysis.Samples.Counts[row]);
        }

        return Histogram.Build(counts, shape);
    }

    private static Distribution Count(SampleTable samples, FieldColumn? column, IReadOnlyList<string> labels, ReadOnlySpan<int> rows, HistogramShape shape, int? digits)
    {
        if (digits is { } places && column is not null)
        {
            var fractions = FractionsOf(samples, column, rows, places);
            long missing = 0;
            foreach (var row in rows)
                missing += column.Has(row) ? 0 : samples.Counts[row];
            return new Distribution { Labels = labels, Histogram = Histogram.Build(fractions, shape), Unreadable = missing + fractions.Others };
        }

        long unreadable = 0;
        var counts = NewCounts(column);
        var names = new Dictionary<long, (int Row, long Count)>();
        foreach (var row in rows)
        {
            if (column is null || !column.Has(row))
                unreadable += samples.Counts[row];
            else if (shape == HistogramShape.Names)
                names[column.Values[row]] = (row, names.GetValueOrDefault(column.Values[row]).Count + samples.Counts[row]);
            else
                counts.Add(column.Values[row], samples.Counts[row]);
        }

        if (shape != HistogramShape.Names)
            return new Distribution { Labels = labels, Histogram = Histogram.Build(counts, shape), Unreadable = unreadable };

        // Each distinct value is put into words once; two may look alike.
        var texts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (row, count) in names.Values)
        {
            var text = column!.Format(row);
            texts[text] = texts.GetValueOrDefault(text) + count;
        }

        return new Distribution { Labels = labels, Names = texts, Unreadable = unreadable };
    }

    /// <summary>As they are shown: a number of four bytes has the digits that tell it from its neighbours of four bytes.</summary>
    private static Fractions FractionsOf(SampleTable samples, FieldColumn column, ReadOnlySpan<int> rows, int least)
    {
        var distinct = new Dictionary<long, (int Row, long Count)>();
        foreach (var row in rows)
        {
            if (column.Has(row))
                distinct[column.Values[row]] = (row, distinct.GetValueOrDefault(column.Values[row]).Count + samples.Counts[row]);
        }

        return Fractions.Read(distinct.Values.Select(d => (column.Format(d.Row), d.Count)), least);
    }

    private static ValueCounts NewCounts(FieldColumn? column) => new(column?.Formatter is { IsUnsigned64: true });
}
