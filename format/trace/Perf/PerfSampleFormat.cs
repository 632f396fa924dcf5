namespace TraceKit.Format.Perf;

/// <summary>Bits of <c>sample_type</c> (<c>enum perf_event_sample_format</c>).</summary>
public static class PerfSampleFormat
{
    /// <summary>u64 instruction pointer.</summary>
    public const ulong PERF_SAMPLE_IP = 1UL << 0;

    /// <summary>u32 pid, u32 tid.</summary>
    public const ulong PERF_SAMPLE_TID = 1UL << 1;

    /// <summary>u64 time.</summary>
    public const ulong PERF_SAMPLE_TIME = 1UL << 2;

    /// <summary>u64 address that the event concerns.</summary>
    public const ulong PERF_SAMPLE_ADDR = 1UL << 3;

    /// <summary>Counter values (<see cref="PerfReadFormat"/>).</summary>
    public const ulong PERF_SAMPLE_READ = 1UL << 4;

    /// <summary>u64 nr, u64 ips[nr], leaf first.</summary>
    public const ulong PERF_SAMPLE_CALLCHAIN = 1UL << 5;

    /// <summary>u64 id of the event.</summary>
    public const ulong PERF_SAMPLE_ID = 1UL << 6;

    /// <summary>u32 cpu, u32 reserved.</summary>
    public const ulong PERF_SAMPLE_CPU = 1UL << 7;

    /// <summary>u64 period.</summary>
    public const ulong PERF_SAMPLE_PERIOD = 1UL << 8;

    /// <summary>u64 id of the event on this CPU or task.</summary>
    public const ulong PERF_SAMPLE_STREAM_ID = 1UL << 9;

    /// <summary>u32 size, bytes: a tracepoint's record.</summary>
    public const ulong PERF_SAMPLE_RAW = 1UL << 10;

    /// <summary>Branch records.</summary>
    public const ulong PERF_SAMPLE_BRANCH_STACK = 1UL << 11;

    /// <summary>u64 abi, u64 registers of user space.</summary>
    public const ulong PERF_SAMPLE_REGS_USER = 1UL << 12;

    /// <summary>u64 size, bytes, u64 dyn_size: top of the user stack.</summary>
    public const ulong PERF_SAMPLE_STACK_USER = 1UL << 13;

    /// <summary>u64 weight.</summary>
    public const ulong PERF_SAMPLE_WEIGHT = 1UL << 14;

    /// <summary>u64 kind of memory access.</summary>
    public const ulong PERF_SAMPLE_DATA_SRC = 1UL << 15;

    /// <summary>u64 id, always first.</summary>
    public const ulong PERF_SAMPLE_IDENTIFIER = 1UL << 16;

    /// <summary>u64 transaction state.</summary>
    public const ulong PERF_SAMPLE_TRANSACTION = 1UL << 17;

    /// <summary>u64 abi, u64 registers at the interrupt.</summary>
    public const ulong PERF_SAMPLE_REGS_INTR = 1UL << 18;

    /// <summary>u64 physical address.</summary>
    public const ulong PERF_SAMPLE_PHYS_ADDR = 1UL << 19;

    /// <summary>u64 size, bytes of AUX data.</summary>
    public const ulong PERF_SAMPLE_AUX = 1UL << 20;

    /// <summary>u64 cgroup id.</summary>
    public const ulong PERF_SAMPLE_CGROUP = 1UL << 21;

    /// <summary>u64 page size of the data address.</summary>
    public const ulong PERF_SAMPLE_DATA_PAGE_SIZE = 1UL << 22;

    /// <summary>u64 page size of the code address.</summary>
    public const ulong PERF_SAMPLE_CODE_PAGE_SIZE = 1UL << 23;

    /// <summary>u32, u16, u16 weights.</summary>
    public const ulong PERF_SAMPLE_WEIGHT_STRUCT = 1UL << 24;
}
