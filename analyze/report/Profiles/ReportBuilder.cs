using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Profiles;

/// <summary>Makes a report, in perf's sense, from an analysis.</summary>
public static class ReportBuilder
{
    /// <summary>
    /// The names of event fields that an analysis must keep for a report: hand them to <see cref="AnalysisOptions.Fields"/>.
    /// </summary>
    /// <param name="events">Events of the trace that are reported on.</param>
    /// <param name="sortKeys">As typed; null for the default.</param>
    /// <param name="isOfPerf">Whether perf recorded them: then its defaults hold.</param>
    public static IReadOnlyList<string> FieldsNeeded(IReadOnlyList<TraceEvent> events, string? sortKeys, bool isOfPerf)
    {
        var names = new List<string>();
        foreach (var traceEvent in events)
        {
            foreach (var key in new ReportColumns(traceEvent, sortKeys, ReportColumns.DefaultOf(traceEvent, events, isOfPerf)).Keys)
            {
                if (key.Kind == SortKeyKind.Field && (key.Name == ReportColumns.TraceKey || traceEvent.Fields.Any(f => f.Name == key.Name)) && !names.Contains(key.Name))
                    names.Add(key.Name);
            }
        }

        return names;
    }

    /// <summary>What an analysis must keep for these keys.</summary>
    /// <param name="options">What is asked for otherwise.</param>
    /// <param name="events">Events of the trace that are reported on.</param>
    /// <param name="sortKeys">As typed; null for the default.</param>
    /// <param name="isOfPerf">Whether perf recorded them: then its defaults hold.</param>
    public static AnalysisOptions Keep(AnalysisOptions options, IReadOnlyList<TraceEvent> events, string? sortKeys, bool isOfPerf) =>
        SortKey.Keep(options with { Fields = FieldsNeeded(events, sortKeys, isOfPerf) }, sortKeys is null ? [] : [.. SortKey.ParseList(sortKeys).Where(k => k.Kind != SortKeyKind.Field)]);

    /// <summary>Whether a word among the keys is a column of numbers.</summary>
    public static bool IsWeight(string word) => ReportWeights.OfWord(word) is not null;

    /// <summary>The first key that is neither a common one nor a field of any of the events; null when all are known.</summary>
    public static string? UnknownKey(IReadOnlyList<TraceEvent> events, string sortKeys)
    {
        foreach (var word in SortKey.Words(sortKeys))
        {
            if (word == ReportColumns.TraceKey || ReportWeights.OfWord(word) is not null)
                continue;
            var key = SortKey.ParseList(word)[0];
            if (key.Kind == SortKeyKind.Field && !events.Any(e => e.Fields.Any(f => f.Name == key.Name)))
                return word;
        }

        return null;
    }

    /// <summary>Builds the report: a section for each event that has samples.</summary>
    public static ReportDocument Build(Analysis analysis, ReportOptions options)
    {
        if (options.Groups.Count > 0)
            analysis = FunctionGroups.Apply(analysis, options.Groups);
        if (options.IgnoreCallees is { } ignored)
            analysis = IgnoredCallees.Apply(analysis, ignored);
        if (options.ByCount)
            analysis = analysis.ByCount();
        var samples = new long[analysis.Events.Count];
        for (var row = 0; row < analysis.Samples.Count; row++)
            samples[analysis.Samples.Events[row]] += analysis.Samples.Counts[row];
        var sections = new List<ReportSection>();
        var wanted = options.Only.For(analysis, options.ExcludeOther ? ParentKey(options, options.Children) : null);
        var graphs = options is { Graph.Mode: not CallGraphMode.None, WithGraphs: true } ? new ReportGraphs(analysis, options.Graph, options.PercentLimit ?? 0.5) : null;
        for (var e = 0; e < samples.Length; e++)
        {
            if (samples[e] > 0)
                sections.Add(Section(analysis, e, options, graphs, wanted));
        }

        return new ReportDocument { Lost = analysis.Totals.Lost, Notes = [.. LossNotes.Of(analysis), .. options.Notes], Sections = sections };
    }

    private static ReportSection Section(Analysis analysis, int index, ReportOptions options, ReportGraphs? graphs, Func<int, bool>? wanted)
    {
        var traceEvent = analysis.Events[index];
        var columns = new ReportColumns(traceEvent, options.SortKeys, DefaultKeys(analysis, traceEvent), options.FullSourcePath);
        var hasChains = HasChains(analysis, index);
        var children = options.Children && hasChains;
        var keys = columns.Keys.Select(k => k.Kind == SortKeyKind.Parent ? ParentKey(options, children) : k).ToArray();
        var profile = FlatProfile.Build(
            analysis, keys, children, row => analysis.Samples.Events[row] == index && (wanted is null || wanted(row)), columns.LeadingColumns);
        var (total, count) = wanted is null || options.Only.IsRelative ? (profile.TotalWeight, profile.TotalCount) : Sum(analysis, index, options.Only.OnlyResolved);
        var leastLine = total * (options.PercentLimit ?? 0) / 100;
        var order = options.Graph.Order ?? (children ? CallOrder.Caller : CallOrder.Callee);
        var weights = WeightsOf(columns, options, children);
        var showModes = weights.Contains(ReportWeight.Sys) || weights.Contains(ReportWeight.User);
        var isCount = options.Graph.Value == CallGraphValue.Count;
        var graphTotal = isCount ? count : total;
        var rows = new List<ReportRow>();
        int hidden = 0;
        long hiddenSelf = 0;
        foreach (var entry in profile.Entries)
        {
            if ((children ? entry.TotalWeight : entry.SelfWeight) < leastLine)
            {
                hidden++;
                hiddenSelf += entry.SelfWeight;
                continue;
            }

            var (kernel, user) = showModes ? Modes(analysis, entry) : default;
            rows.Add(new ReportRow
            {
                Kernel = kernel,
                User = user,
                Children = entry.TotalWeight,
                Self = entry.SelfWeight,
                Samples = entry.SelfCount,
                Cells = columns.Cells(entry.Values, entry.SymbolFunction >= 0 ? analysis.Functions[entry.SymbolFunction] : null),
                ChildrenSamples = entry.TotalCount,
                GraphWeight = isCount ? (children ? entry.TotalCount : entry.SelfCount) : (children ? entry.TotalWeight : entry.SelfWeight),
                Graphs = graphs is not null && hasChains ? graphs.Of(entry, order, children && columns.HasFrameKey, graphTotal) : [],
            });
        }

        return new ReportSection
        {
            EventName = traceEvent.Name,
            Samples = count,
            Total = total,
            Unit = traceEvent.WeightIsTime && !options.ByCount ? "ns" : "",
            Weights = weights,
            LeadingColumns = columns.LeadingColumns,
            Columns = columns.Columns,
            Rows = rows,
            ShowChildren = children,
            Style = options.Graph,
            GraphTotal = graphTotal,
            FirstFrameIsKnown = columns.Weights.Count == 0 && options.SortKeys?.StartsWith("sym", StringComparison.Ordinal) == true,
            HiddenRows = hidden,
            HiddenSelf = hiddenSelf,
        };
    }

    private static List<ReportWeight> WeightsOf(ReportColumns columns, ReportOptions options, bool children)
    {
        List<ReportWeight> weights = children ? [ReportWeight.Children, ReportWeight.Self] : [ReportWeight.Overhead];
        if (columns.Weights.Count > 0)
            weights = options.AddsColumns ? [.. weights, .. columns.Weights.Where(w => !weights.Contains(w))] : [.. columns.Weights];
        if (options.ShowCpuUtilization)
            weights.AddRange(new[] { ReportWeight.Sys, ReportWeight.User }.Where(w => !weights.Contains(w)));
        if (options.ShowSamples && !weights.Contains(ReportWeight.Samples))
            weights.Add(ReportWeight.Samples);
        if (options.ShowPeriod && !weights.Contains(ReportWeight.Period))
            weights.Add(ReportWeight.Period);
        return weights;
    }

    /// <summary>As perf looks at stacks: from the end that call graphs begin with.</summary>
    private static SortKey ParentKey(ReportOptions options, bool children) => new(SortKeyKind.Parent, "parent")
    {
        Pattern = options.Parent,
        IsOutermost = (options.Graph.Order ?? (children ? CallOrder.Caller : CallOrder.Callee)) == CallOrder.Caller,
    };

    /// <summary>What of an entry's own weight was hit in the kernel and in user space.</summary>
    private static (long Kernel, long User) Modes(Analysis analysis, FlatEntry entry)
    {
        long kernel = 0, user = 0;
        foreach (var row in entry.Rows)
        {
            var stack = analysis.Samples.Stacks[row];
            if (stack == StackTable.Empty)
                continue;
            var kind = analysis.Frames.Kinds[analysis.Stacks.Frames[stack]];
            kernel += kind == FrameKind.Kernel ? analysis.Samples.Weights[row] : 0;
            user += kind == FrameKind.User ? analysis.Samples.Weights[row] : 0;
        }

        return (kernel, user);
    }

    /// <summary>All of an event, or what hit functions with a name.</summary>
    private static (long Weight, long Count) Sum(Analysis analysis, int index, bool onlyResolved)
    {
        long weight = 0, count = 0;
        var wanted = onlyResolved ? new RowFilter { OnlyResolved = true }.For(analysis) : null;
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            if (analysis.Samples.Events[row] != index || wanted?.Invoke(row) == false)
                continue;
            weight += analysis.Samples.Weights[row];
            count += analysis.Samples.Counts[row];
        }

        return (weight, count);
    }

    /// <summary>The events' texts where the analysis kept them, else the fields that it kept.</summary>
    private static string DefaultKeys(Analysis analysis, TraceEvent traceEvent)
    {
        if (traceEvent.Fields.Count > 0 && analysis.Samples.Field(ReportColumns.TraceKey) is not null)
            return ReportColumns.TraceKey;
        var kept = traceEvent.Fields.Where(f => analysis.Samples.Field(f.Name) is not null).Select(f => "field:" + f.Name).ToArray();
        return kept.Length > 0 ? string.Join(',', kept) : ReportColumns.DefaultKeys;
    }

    private static bool HasChains(Analysis analysis, int index)
    {
        var depths = analysis.Stacks.Depths;
        var kinds = analysis.Samples;
        for (var row = 0; row < kinds.Count; row++)
        {
            if (kinds.Events[row] == index && depths[kinds.Stacks[row]] > 1)
                return true;
        }

        return false;
    }
}
