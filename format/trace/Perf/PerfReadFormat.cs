namespace TraceKit.Format.Perf;

/// <summary>Bits of <c>read_format</c> (<c>enum perf_event_read_format</c>).</summary>
public static class PerfReadFormat
{
    /// <summary>Nanoseconds the event was enabled.</summary>
    public const ulong PERF_FORMAT_TOTAL_TIME_ENABLED = 1UL << 0;

    /// <summary>Nanoseconds the event ran.</summary>
    public const ulong PERF_FORMAT_TOTAL_TIME_RUNNING = 1UL << 1;

    /// <summary>Id of each counter.</summary>
    public const ulong PERF_FORMAT_ID = 1UL << 2;

    /// <summary>All counters of the group.</summary>
    public const ulong PERF_FORMAT_GROUP = 1UL << 3;

    /// <summary>Samples lost by each counter.</summary>
    public const ulong PERF_FORMAT_LOST = 1UL << 4;
}
