namespace TraceKit.Format.Perf;

/// <summary>Bits of <c>branch_sample_type</c> that matter for the layout or are commonly set.</summary>
public static class PerfBranchSampleType
{
    /// <summary>User branches.</summary>
    public const ulong PERF_SAMPLE_BRANCH_USER = 1UL << 0;

    /// <summary>Kernel branches.</summary>
    public const ulong PERF_SAMPLE_BRANCH_KERNEL = 1UL << 1;

    /// <summary>Hypervisor branches.</summary>
    public const ulong PERF_SAMPLE_BRANCH_HV = 1UL << 2;

    /// <summary>Any kind of branch.</summary>
    public const ulong PERF_SAMPLE_BRANCH_ANY = 1UL << 3;

    /// <summary>Call stack mode.</summary>
    public const ulong PERF_SAMPLE_BRANCH_CALL_STACK = 1UL << 11;

    /// <summary>A u64 hw_idx precedes the branches.</summary>
    public const ulong PERF_SAMPLE_BRANCH_HW_INDEX = 1UL << 17;

    /// <summary>A u64 of counters per branch follows them.</summary>
    public const ulong PERF_SAMPLE_BRANCH_COUNTERS = 1UL << 19;
}
