using TraceKit.Engine.Symbols;

namespace TraceKit.Engine;

/// <summary>Where every sample and record of the recording went: nothing is left out without a number here.</summary>
/// <remarks><c>Made = Read + Lost</c>, and <c>Read = Used + Filtered + UnknownEvent + Malformed</c>.</remarks>
public sealed class AnalysisTotals
{
    /// <summary>Samples the kernel made, as far as its own counts tell.</summary>
    public long Made => Read + Lost;

    /// <summary>Samples decoded from the file.</summary>
    public long Read { get; internal set; }

    /// <summary>Bytes of instruction traces (AUX) in the file, of which no samples are made.</summary>
    public long AuxBytes { get; internal set; }

    /// <summary>Who made them: <c>Intel PT</c>; empty when the file does not say.</summary>
    public string AuxKind { get; internal set; } = "";

    /// <summary>Samples in the tables of this analysis.</summary>
    public long Used { get; internal set; }

    /// <summary>Samples that the options left out.</summary>
    public long Filtered { get; internal set; }

    /// <summary>Of <see cref="Filtered"/> those that the recording's own filters left out, as far as the kernel could not evaluate them.</summary>
    public long LeftOutByRecording { get; internal set; }

    /// <summary>Samples whose event is not described in the file.</summary>
    public long UnknownEvent { get; internal set; }

    /// <summary>Records that are not what their layout says.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Samples of the used ones whose thread no record told of: named by number only.</summary>
    public long UnknownThread { get; internal set; }

    /// <summary>Samples that the kernel or the agent counted as lost.</summary>
    public long Lost { get; internal set; }

    /// <summary>Times the kernel throttled an event: samples not taken, nobody can say how many.</summary>
    public long Throttled { get; internal set; }

    /// <summary>Chunks that lie outside the asked time and were not decoded: their samples are in no other number here.</summary>
    public long SkippedChunks { get; internal set; }

    /// <summary>Chunks that could not be read; what they held is unknown.</summary>
    public long DamagedChunks { get; internal set; }

    /// <summary>Bytes of the file that could not be read.</summary>
    public long DamagedBytes { get; internal set; }

    /// <summary>Used samples without any frame.</summary>
    public long EmptyStacks { get; internal set; }

    /// <summary>Distinct frames without a name, by reason (indexed by <see cref="UnresolvedReason"/>; <c>[0]</c>: those with a name).</summary>
    public long[] FramesByReason { get; } = new long[16];

    /// <summary>Samples whose innermost frame has no name, by reason (indexed as above).</summary>
    public long[] SamplesByReason { get; } = new long[16];
}
