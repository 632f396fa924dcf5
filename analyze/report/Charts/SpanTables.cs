using Microsoft.Data.Analysis;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Spans;
using TraceKit.Report.Tables;
using TraceKit.Report.Text;

namespace TraceKit.Report.Charts;

/// <summary>Spans as distributions and result tables.</summary>
public static class SpanTables
{
    /// <summary>The durations, as what histograms and statistics are made from.</summary>
    public static Distributions Durations(SpanAnalysis analysis, HistogramShape shape)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var definitions = analysis.Options.Definitions;
        var groups = new List<Distribution>();
        for (var i = 0; i < definitions.Count; i++)
        {
            var known = analysis.Groups.Where(g => g.Definition == i).ToArray();
            groups.AddRange(known.Select(g => new Distribution
            {
                Name = definitions[i].Name,
                Labels = g.Labels,
                Histogram = Histogram.Build(g.Durations, shape),
                Self = definitions[i].IsCall ? g.Self : null,
            }));
            // That there is none says something too.
            if (known.Length == 0)
                groups.Add(new Distribution { Name = definitions[i].Name, Labels = [.. analysis.Options.By.Select(_ => "")], Histogram = Histogram.Build(new ValueCounts(), shape) });
        }

        return new Distributions { What = "spans", ValueName = definitions.All(d => d.IsBetween) ? "time between" : "duration", Values = ValueText.Nanoseconds, Keys = [.. analysis.Options.By.Select(b => b.Name)], Groups = groups };
    }

    /// <summary>What has no partner, and why: one line for each reason that occurs.</summary>
    public static DataFrame Unmatched(SpanAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var table = new TableBuilder("span", "what", "reason");
        var count = table.Whole("count");
        foreach (var (name, what, reason, number) in UnmatchedLines(analysis))
        {
            table.Add(name, what, reason);
            count.Append(number);
        }

        return table.ToFrame();
    }

    /// <summary>The longest spans, one a line.</summary>
    public static DataFrame Slowest(SpanAnalysis analysis, IReadOnlyList<Span> spans)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var definitions = analysis.Options.Definitions;
        var table = new TableBuilder(["span", "comm", .. analysis.Options.By.Select(b => b.Name)]);
        var (start, duration) = (table.Whole("start"), table.Whole("duration"));
        var self = definitions.Any(d => d.IsCall) ? table.Whole("self") : null;
        var (pid, tid, endTid, cpu, endCpu) = (table.Whole("pid"), table.Whole("tid"), table.Whole("end_tid"), table.Whole("cpu"), table.Whole("end_cpu"));
        var (startText, endText, stack) = (table.Text("start_text"), table.Text("end_text"), table.Text("stack"));
        foreach (var span in spans)
        {
            table.Add([definitions[span.Definition].Name, span.Thread.Comm, .. span.Labels]);
            start.Append(span.Start);
            duration.Append(span.Duration);
            self?.Append(definitions[span.Definition].IsCall ? span.Self : null);
            pid.Append(span.Thread.Pid);
            tid.Append(span.Thread.Tid);
            endTid.Append(span.EndThread.Tid);
            cpu.Append(span.Cpu < 0 ? null : span.Cpu);
            endCpu.Append(span.EndCpu < 0 ? null : span.EndCpu);
            startText.Append(SafeText.Show(span.StartText));
            endText.Append(SafeText.Show(span.EndText));
            stack.Append(SafeText.Show(string.Join(';', span.Stack.Reverse().Select(s => s.Frame.Name))));
        }

        return table.ToFrame();
    }

    /// <summary>What has no partner, in words.</summary>
    internal static IEnumerable<(string Name, string What, string Reason, long Count)> UnmatchedLines(SpanAnalysis analysis)
    {
        for (var i = 0; i < analysis.Options.Definitions.Count; i++)
        {
            var name = analysis.Options.Definitions[i].Name;
            foreach (var reason in Enum.GetValues<SpanUnmatched>())
            {
                if (analysis.Unmatched[i][(int)reason] is > 0 and var count)
                    yield return (name, WhatOf(reason), ReasonOf(reason), count);
            }

            if (analysis.AcrossLosses[i] > 0)
                yield return (name, "pair", analysis.Options.AcrossLosses ? InDoubt + "; counted all the same" : InDoubt + "; left out (--across-losses counts them)", analysis.AcrossLosses[i]);
        }
    }

    private const string InDoubt = "records were lost inside, an end and a start may be missing there";

    private static string WhatOf(SpanUnmatched reason) => reason switch
    {
        SpanUnmatched.BeganBefore or SpanUnmatched.NoStart or SpanUnmatched.StartLost => "end",
        SpanUnmatched.NoKey => "record",
        _ => "start",
    };

    private static string ReasonOf(SpanUnmatched reason) => reason switch
    {
        SpanUnmatched.BeganBefore => "no start was recorded; it may have begun before the recording",
        SpanUnmatched.NoStart => "no start was recorded, though the thread began within the recording",
        SpanUnmatched.StartLost => "no start was recorded, and records were lost before it",
        SpanUnmatched.StillOpen => "still open at the end of the recording",
        SpanUnmatched.ThreadEnded => "the thread ended inside",
        SpanUnmatched.EndLost => "no end was recorded, and records were lost after it",
        SpanUnmatched.Restarted => "another start of the same key came before an end",
        SpanUnmatched.CallerReturned => "its caller returned first (exception, longjmp, or a return that was not recorded)",
        SpanUnmatched.PassedOver => "passed over: an earlier one was open",
        _ => "its key could not be read",
    };
}
