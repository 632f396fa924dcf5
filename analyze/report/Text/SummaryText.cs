using System.Text;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Probes.Plan;
using TraceKit.Report.Charts;
using TraceKit.Report.Info;
using TraceKit.Report.Profiles;

namespace TraceKit.Report.Text;

/// <summary>The first page on a recording: what was recorded, what is missing, what is heaviest.</summary>
public static class SummaryText
{
    private const int Top = 10;

    // Names of C++ templates fill screens; reports and tables have them whole.
    private const int LongestLabel = 110;

    /// <summary>First word of the text: tells a folder that this program wrote from any other.</summary>
    public const string Mark = "TraceKit summary";

    /// <summary>The whole text.</summary>
    public static string Render(Trace trace, Analysis analysis)
    {
        var text = new StringBuilder();
        text.Append(Mark).Append(": ").Append(SafeText.Show(Path.GetFileName(trace.Path))).Append('\n');
        AppendHost(text, trace);
        foreach (var note in LossNotes.Of(analysis))
            Line(text, note);
        foreach (var loss in trace.Losses)
            Line(text, "Lost: " + InfoText.Describe(loss));
        foreach (var damage in trace.Damage)
            Line(text, "Damage: " + SafeText.Show(damage.ToString()));
        foreach (var traceEvent in analysis.Events.Where(e => !e.IsSideBandOnly))
            AppendEvent(text, analysis, traceEvent);
        return text.ToString();
    }

    private static void AppendHost(StringBuilder text, Trace trace)
    {
        var host = trace.Host;
        if (host.HostName.Length + host.KernelRelease.Length > 0)
            Line(text, FormattableString.Invariant($"Host: {SafeText.Show(host.HostName)}, Linux {SafeText.Show(host.KernelRelease)} {SafeText.Show(host.Architecture)}, {host.CpuCount} CPUs"));
        var (first, last) = trace.SampleTimes;
        var start = host.StartTime != 0 ? (long)host.StartTime : first;
        var end = host.EndTime != 0 ? (long)host.EndTime : last;
        var utc = InfoText.Utc(start, host.RealtimeOffset);
        Line(text, $"Recorded: {(utc.Length > 0 ? utc + ", " : "")}{InfoText.Seconds((ulong)Math.Max(0, end - start))} s");
        if (host.CommandLine.Count > 0)
            Line(text, "Command: " + SafeText.Show(string.Join(' ', host.CommandLine)));
        foreach (var note in host.Notes)
            Line(text, "Note: " + SafeText.Show(note));
        if (trace.Summary is null)
            Line(text, "The recording did not end in order: what was not yet written when it stopped is missing.");
    }

    private static void AppendEvent(StringBuilder text, Analysis analysis, TraceEvent traceEvent)
    {
        var index = traceEvent.Index;
        bool Only(int row) => analysis.Samples.Events[row] == index;
        var threads = FlatProfile.Build(analysis, SortKey.ParseList("comm,pid,tid"), false, Only);
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n{SafeText.Show(traceEvent.Name)}: {threads.TotalCount} samples, {threads.TotalWeight} {(traceEvent.WeightIsTime ? "ns" : "events")}\n");
        if (threads.TotalCount == 0)
            return;
        var functions = FlatProfile.Build(analysis, SortKey.ParseList("dso,sym"), false, Only);
        AppendTop(text, "functions (self)", functions, Function);
        if (functions.Entries.Any(e => e.TotalWeight != e.SelfWeight))
        {
            var callers = FlatProfile.Build(analysis, SortKey.ParseList("dso,sym"), true, Only);
            AppendTop(text, "functions (with what they call)", callers, Function, total: true);
        }

        AppendTop(text, "threads", threads, entry => $"{SafeText.Show(entry.Values[0])}  {entry.Values[1]}/{entry.Values[2]}");
        foreach (var field in traceEvent.Fields)
            AppendField(text, analysis, traceEvent, field, Only);
    }

    private static void AppendField(StringBuilder text, Analysis analysis, TraceEvent traceEvent, TraceEventField field, Func<int, bool> only)
    {
        if (analysis.Samples.Field(field.Name) is null)
            return;
        if (field.IsCategory)
        {
            var values = FlatProfile.Build(analysis, [new SortKey(SortKeyKind.Field, field.Name)], false, only);
            AppendTop(text, $"values of {field.Name}", values, entry => field.Kind is PresentationKind.None or PresentationKind.Text ? $"{field.Name}=\"{SafeText.Show(entry.Values[0])}\"" : $"{field.Name}={SafeText.Show(entry.Values[0])}");
        }
        else if (FieldHistograms.NumericFields(traceEvent).Contains(field.Name) && FieldHistograms.Count(analysis, traceEvent, field.Name, HistogramShape.Log2) is { Count: > 0 } counted)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"  {SafeText.Show(field.Name)}{(field.Unit.Length > 0 ? $" ({field.Unit})" : "")}: min {counted.Min}, p50 {counted.ValueAt(50)}, mean {counted.Mean:0.##}, p99 {counted.ValueAt(99)}, max {counted.Max}\n");
        }
    }

    private static void AppendTop(StringBuilder text, string what, FlatProfile profile, Func<FlatEntry, string> label, bool total = false)
    {
        text.Append("  ").Append(what).Append('\n');
        foreach (var entry in profile.Entries.Take(Top))
            text.Append("  ").Append(CallGraphText.Percent(total ? entry.TotalWeight : entry.SelfWeight, profile.TotalWeight).PadLeft(9)).Append("  ").Append(Short(label(entry))).Append('\n');
        if (profile.Entries.Count > Top)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"             ({profile.Entries.Count - Top} more)\n");
    }

    /// <summary>The module first: it must not be what is cut off.</summary>
    private static string Function(FlatEntry entry) => $"{SafeText.Show(entry.Values[0]),-20}  {SafeText.Show(entry.Values[1])}";

    private static string Short(string label)
    {
        if (label.Length <= LongestLabel)
            return label;
        var cut = LongestLabel - 2;
        return string.Concat(label.AsSpan(0, char.IsHighSurrogate(label[cut - 1]) ? cut - 1 : cut), "..");
    }

    private static void Line(StringBuilder text, string line) => text.Append("  ").Append(line).Append('\n');
}
