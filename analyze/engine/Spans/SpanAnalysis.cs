using TraceKit.Engine.Aggregates;

namespace TraceKit.Engine.Spans;

/// <summary>Spans that agree in definition and keys.</summary>
/// <param name="Definition">Index in <see cref="SpanOptions.Definitions"/>.</param>
/// <param name="Labels">Values of <see cref="SpanOptions.By"/>.</param>
/// <param name="Durations">Nanoseconds.</param>
public sealed record SpanGroup(int Definition, IReadOnlyList<string> Labels, ValueCounts Durations)
{
    /// <summary>Of calls: their time without that of traced calls inside, nanoseconds.</summary>
    public Int128 Self { get; internal set; }
}

/// <summary>Spans of a trace: durations by key, what found no partner and why, the longest one by one.</summary>
public sealed partial class SpanAnalysis
{
    private SpanAnalysis(SpanOptions options)
    {
        Options = options;
        Unmatched = [.. options.Definitions.Select(_ => new long[Enum.GetValues<SpanUnmatched>().Length])];
        AcrossLosses = new long[options.Definitions.Count];
    }

    /// <summary>What was asked for.</summary>
    public SpanOptions Options { get; }

    /// <summary>In the order of the definitions; of each the group with most spans first, then by key (ordinal).</summary>
    public IReadOnlyList<SpanGroup> Groups { get; private set; } = [];

    /// <summary>For each definition the starts and ends without a partner, by <see cref="SpanUnmatched"/>.</summary>
    public IReadOnlyList<long[]> Unmatched { get; }

    /// <summary>
    /// For each definition the pairs that are in doubt since records were lost: an end and a start may be missing inside, two spans taken for one. Counted here alone,
    /// unless <see cref="SpanOptions.AcrossLosses"/> is asked for.
    /// </summary>
    public long[] AcrossLosses { get; }

    /// <summary>The longest, longest first.</summary>
    public IReadOnlyList<Span> Longest { get; private set; } = [];

    /// <summary>Time of the first and last record that was looked at; both 0 when there was none.</summary>
    public (long First, long Last) Times { get; private set; }

    /// <summary>Records looked at.</summary>
    public long Records { get; private set; }

    /// <summary>Records that could not be decoded.</summary>
    public long Undecodable { get; private set; }

    /// <summary>Records that the recording's own filters left out.</summary>
    public long LeftOutByRecording { get; private set; }

    /// <summary>Spans of a definition.</summary>
    public long Matched(int definition) => Groups.Where(g => g.Definition == definition).Sum(g => g.Durations.Count);

    /// <summary>Starts of a definition without an end.</summary>
    public long UnmatchedStarts(int definition) => Sum(definition, SpanUnmatched.StillOpen, SpanUnmatched.ThreadEnded, SpanUnmatched.EndLost, SpanUnmatched.Restarted, SpanUnmatched.CallerReturned, SpanUnmatched.PassedOver);

    /// <summary>Ends of a definition without a start.</summary>
    public long UnmatchedEnds(int definition) => Sum(definition, SpanUnmatched.BeganBefore, SpanUnmatched.NoStart, SpanUnmatched.StartLost);

    private long Sum(int definition, params ReadOnlySpan<SpanUnmatched> reasons)
    {
        long sum = 0;
        foreach (var reason in reasons)
            sum += Unmatched[definition][(int)reason];
        return sum;
    }
}
