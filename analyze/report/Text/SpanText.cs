using System.Globalization;
using System.Text;
using TraceKit.Engine.Spans;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Charts;

namespace TraceKit.Report.Text;

/// <summary>Spans for the terminal: what has no partner, and the longest one by one.</summary>
public static class SpanText
{
    /// <summary>What has no partner, and why; empty when everything has one.</summary>
    public static string Unmatched(SpanAnalysis analysis)
    {
        var text = new StringBuilder();
        var definitions = analysis.Options.Definitions;
        for (var i = 0; i < definitions.Count; i++)
        {
            if (definitions[i].IsBetween)
                continue;
            var (starts, ends) = (analysis.UnmatchedStarts(i), analysis.UnmatchedEnds(i));
            text.Append(CultureInfo.InvariantCulture, $"{SafeText.Show(definitions[i].Name)}: {analysis.Matched(i)} spans by {KeyOf(definitions[i])}; unmatched: {starts} {(starts == 1 ? "start" : "starts")}, {ends} {(ends == 1 ? "end" : "ends")}\n");
            if (definitions[i].Note.Length > 0)
                text.Append("  ").Append(definitions[i].Note).Append('\n');
            foreach (var (_, what, reason, count) in SpanTables.UnmatchedLines(analysis).Where(l => l.Name == definitions[i].Name))
                text.Append(CultureInfo.InvariantCulture, $"  {count} {what}{(count == 1 ? "" : "s")}: {reason}\n");
        }

        return text.ToString();
    }

    /// <summary>The longest, each with its two records and its stack.</summary>
    public static string Slowest(SpanAnalysis analysis, IReadOnlyList<Span> spans)
    {
        var text = new StringBuilder();
        var definitions = analysis.Options.Definitions;
        foreach (var span in spans)
        {
            var definition = definitions[span.Definition];
            text.Append(CultureInfo.InvariantCulture, $"{ValueText.Nanoseconds.Exact(span.Duration)}  {SafeText.Show(definition.Name)}  {SafeText.Show(span.Thread.Comm)} {span.Thread.Pid}/{span.Thread.Tid}");
            if (span.EndThread.Tid != span.Thread.Tid)
                text.Append(CultureInfo.InvariantCulture, $" -> {SafeText.Show(span.EndThread.Comm)} {span.EndThread.Pid}/{span.EndThread.Tid}");
            text.Append(CultureInfo.InvariantCulture, $"  {Seconds(span.Start)}");
            if (span.Cpu >= 0)
                text.Append(CultureInfo.InvariantCulture, $" [{span.Cpu:000}]");
            if (span.EndCpu >= 0 && span.EndCpu != span.Cpu)
                text.Append(CultureInfo.InvariantCulture, $" -> [{span.EndCpu:000}]");
            if (definition.IsCall && span.Self != span.Duration)
                text.Append("  self ").Append(ValueText.Nanoseconds.Exact(span.Self));
            text.Append('\n');
            AppendRecord(text, "start", span.StartText);
            AppendRecord(text, "end", span.EndText);
            foreach (var entry in span.Stack)
                text.Append("        ").Append(Frame(entry.Frame)).Append('\n');
        }

        return text.ToString();
    }

    private static void AppendRecord(StringBuilder text, string what, string record)
    {
        if (record.Length > 0)
            text.Append("    ").Append(what).Append(": ").Append(SafeText.Show(record.TrimEnd())).Append('\n');
    }

    private static string Frame(in ResolvedFrame frame)
    {
        var name = frame.Reason == UnresolvedReason.None ? SafeText.Show(frame.Name) : string.Create(CultureInfo.InvariantCulture, $"0x{frame.Address:x}");
        return frame.IsInlined ? name + " (inlined)" : $"{name} ({SafeText.Show(frame.ModuleName)})";
    }

    private static string KeyOf(SpanDefinition definition) => definition.Key.Count == 0 ? "order alone"
        : SafeText.Show(string.Join(",", definition.Key.Select(k => k.Start == k.End ? k.Start : $"{k.Start}={k.End}")).Replace("field:", "", StringComparison.Ordinal));

    private static string Seconds(long time) => string.Create(CultureInfo.InvariantCulture, $"{time / 1_000_000_000}.{time % 1_000_000_000:d9}");
}
