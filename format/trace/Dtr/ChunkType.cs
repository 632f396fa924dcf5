namespace TraceKit.Format.Dtr;

/// <summary>What a chunk holds. FORMAT.md describes each payload.</summary>
public enum ChunkType : ushort
{
    /// <summary>Never written.</summary>
    None = 0,

    /// <summary>Host, kernel, clocks (<c>HostInfo</c>).</summary>
    Host = 1,

    /// <summary>What was recorded (<c>EventTable</c>).</summary>
    Events = 2,

    /// <summary>Perf records that aren't samples, verbatim.</summary>
    SideBand = 3,

    /// <summary>Samples of one CPU in columns (<c>SampleChunkDecoder</c>).</summary>
    Samples = 4,

    /// <summary>One module: file, kernel, vDSO, perf-map (<c>ModuleInfo</c>).</summary>
    Module = 5,

    /// <summary>Bytes of a module's snapshot (<c>BlobPart</c>).</summary>
    Blob = 6,

    /// <summary>Facts of processes from /proc (<c>ProcessTable</c>).</summary>
    Process = 7,

    /// <summary>What was lost, why, and when (<c>LossTable</c>).</summary>
    Loss = 8,

    /// <summary>Where the chunks are: a hint.</summary>
    Index = 9,

    /// <summary>The recording ended in order: a hint.</summary>
    End = 10,

    /// <summary>Totals of the recording (<c>RecordingSummary</c>).</summary>
    Summary = 11,
}
