namespace TraceKit.Format.Perf;

/// <summary>Values of <c>config</c> for <see cref="PerfTypeId.PERF_TYPE_HARDWARE"/> (<c>enum perf_hw_id</c>).</summary>
public static class PerfHardwareId
{
    /// <summary>Cpu cycles.</summary>
    public const ulong PERF_COUNT_HW_CPU_CYCLES = 0;

    /// <summary>Instructions.</summary>
    public const ulong PERF_COUNT_HW_INSTRUCTIONS = 1;

    /// <summary>Cache references.</summary>
    public const ulong PERF_COUNT_HW_CACHE_REFERENCES = 2;

    /// <summary>Cache misses.</summary>
    public const ulong PERF_COUNT_HW_CACHE_MISSES = 3;

    /// <summary>Branch instructions.</summary>
    public const ulong PERF_COUNT_HW_BRANCH_INSTRUCTIONS = 4;

    /// <summary>Branch misses.</summary>
    public const ulong PERF_COUNT_HW_BRANCH_MISSES = 5;

    /// <summary>Bus cycles.</summary>
    public const ulong PERF_COUNT_HW_BUS_CYCLES = 6;

    /// <summary>Stalled cycles frontend.</summary>
    public const ulong PERF_COUNT_HW_STALLED_CYCLES_FRONTEND = 7;

    /// <summary>Stalled cycles backend.</summary>
    public const ulong PERF_COUNT_HW_STALLED_CYCLES_BACKEND = 8;

    /// <summary>Ref cpu cycles.</summary>
    public const ulong PERF_COUNT_HW_REF_CPU_CYCLES = 9;
}
