namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Why something was lost. The values are stored.</summary>
public enum LossCause
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>A ring was full; counts records (PERF_RECORD_LOST).</summary>
    RingFull = 1,

    /// <summary>The kernel throttled an event; counts spans, not samples.</summary>
    Throttled = 2,

    /// <summary>The recorder could not write; counts chunks.</summary>
    WriteError = 3,

    /// <summary>The recorder dropped records to stay within its limits of CPU, memory or file size; counts records.</summary>
    Limit = 4,

    /// <summary>The PMU driver lost samples (PERF_RECORD_LOST_SAMPLES).</summary>
    Hardware = 5,

    /// <summary>A record of the ring was not what the ABI says; counts bytes.</summary>
    BadRecord = 6,

    /// <summary>The recorder lowered the sampling rate; counts steps.</summary>
    RateLowered = 7,
}
