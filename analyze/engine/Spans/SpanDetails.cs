using System.Text;
using TraceKit.Engine.Streams;

namespace TraceKit.Engine.Spans;

/// <summary>Which record's call chain is wanted.</summary>
public enum SpanStack
{
    /// <summary>None.</summary>
    None,

    /// <summary>That of the record that began the span.</summary>
    Start,

    /// <summary>That of the record that ended it.</summary>
    End,
}

/// <summary>What the two records of a span say and where they were made, for the few that are kept: a second pass, so that the first needs to remember neither.</summary>
public static class SpanDetails
{
    /// <summary>Fills in texts and stacks.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="options">As <see cref="SpanAnalysis.Run"/> had them.</param>
    /// <param name="analysis">Its result.</param>
    /// <param name="spans">Of those that are kept.</param>
    /// <param name="stack">Which stack.</param>
    public static void Fill(Trace trace, AnalysisOptions options, SpanAnalysis analysis, IReadOnlyList<Span> spans, SpanStack stack)
    {
        var wanted = new List<(long Sequence, Span Span, bool IsEnd)>();
        foreach (var span in spans)
        {
            wanted.Add((span.StartSequence, span, false));
            wanted.Add((span.EndSequence, span, true));
        }

        wanted.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        var stream = EventStream.Open(trace, SpanAnalysis.StreamOptions(trace, options, analysis.Options));
        var text = new StringBuilder();
        var at = 0;
        for (long sequence = 0; at < wanted.Count && stream.MoveNext(); sequence++)
        {
            for (; at < wanted.Count && wanted[at].Sequence == sequence; at++)
            {
                var (_, span, isEnd) = wanted[at];
                stream.Current.AppendText(text.Clear());
                if (isEnd)
                    span.EndText = text.ToString();
                else
                    span.StartText = text.ToString();
                if (stack == (isEnd ? SpanStack.End : SpanStack.Start))
                    span.Stack = [.. stream.Current.Callchain];
            }
        }
    }
}
