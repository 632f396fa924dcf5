namespace TraceKit.Format.Perf;

/// <summary>Values of <c>perf_event_attr.type</c> (<c>enum perf_type_id</c> of perf_event.h).</summary>
public static class PerfTypeId
{
    /// <summary>Generalized hardware event.</summary>
    public const uint PERF_TYPE_HARDWARE = 0;

    /// <summary>Event counted by the kernel itself.</summary>
    public const uint PERF_TYPE_SOFTWARE = 1;

    /// <summary>Tracepoint; <c>config</c> is its id in tracefs.</summary>
    public const uint PERF_TYPE_TRACEPOINT = 2;

    /// <summary>Generalized cache event.</summary>
    public const uint PERF_TYPE_HW_CACHE = 3;

    /// <summary>CPU-specific event code.</summary>
    public const uint PERF_TYPE_RAW = 4;

    /// <summary>Hardware breakpoint.</summary>
    public const uint PERF_TYPE_BREAKPOINT = 5;
}
