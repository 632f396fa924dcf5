namespace TraceKit.Format.Perf;

/// <summary>Bits of the flag word of <c>struct perf_event_attr</c>; <c>precise_ip</c> is the two bits from 15 on.</summary>
public static class PerfAttrFlags
{
    /// <summary>Off until enabled.</summary>
    public const ulong disabled = 1UL << 0;

    /// <summary>Children inherit it.</summary>
    public const ulong inherit = 1UL << 1;

    /// <summary>Always on the PMU.</summary>
    public const ulong pinned = 1UL << 2;

    /// <summary>The only group on the PMU.</summary>
    public const ulong exclusive = 1UL << 3;

    /// <summary>User space isn't counted.</summary>
    public const ulong exclude_user = 1UL << 4;

    /// <summary>The kernel isn't counted.</summary>
    public const ulong exclude_kernel = 1UL << 5;

    /// <summary>The hypervisor isn't counted.</summary>
    public const ulong exclude_hv = 1UL << 6;

    /// <summary>Idle time isn't counted.</summary>
    public const ulong exclude_idle = 1UL << 7;

    /// <summary>MMAP records.</summary>
    public const ulong mmap = 1UL << 8;

    /// <summary>COMM records.</summary>
    public const ulong comm = 1UL << 9;

    /// <summary>The period field is a frequency.</summary>
    public const ulong freq = 1UL << 10;

    /// <summary>Counts per task.</summary>
    public const ulong inherit_stat = 1UL << 11;

    /// <summary>The next exec enables it.</summary>
    public const ulong enable_on_exec = 1UL << 12;

    /// <summary>FORK and EXIT records.</summary>
    public const ulong task = 1UL << 13;

    /// <summary>Wake-up by bytes, not events.</summary>
    public const ulong watermark = 1UL << 14;

    /// <summary>MMAP records of mappings that aren't executable.</summary>
    public const ulong mmap_data = 1UL << 17;

    /// <summary>All records end with sample_id.</summary>
    public const ulong sample_id_all = 1UL << 18;

    /// <summary>The host isn't counted.</summary>
    public const ulong exclude_host = 1UL << 19;

    /// <summary>Guests aren't counted.</summary>
    public const ulong exclude_guest = 1UL << 20;

    /// <summary>No kernel part in callchains.</summary>
    public const ulong exclude_callchain_kernel = 1UL << 21;

    /// <summary>No user part in callchains.</summary>
    public const ulong exclude_callchain_user = 1UL << 22;

    /// <summary>MMAP2 instead of MMAP.</summary>
    public const ulong mmap2 = 1UL << 23;

    /// <summary>COMM records say whether an exec caused them.</summary>
    public const ulong comm_exec = 1UL << 24;

    /// <summary>Time is of the clock <c>clockid</c>.</summary>
    public const ulong use_clockid = 1UL << 25;

    /// <summary>SWITCH records.</summary>
    public const ulong context_switch = 1UL << 26;

    /// <summary>The ring is written from its end.</summary>
    public const ulong write_backward = 1UL << 27;

    /// <summary>NAMESPACES records.</summary>
    public const ulong namespaces = 1UL << 28;

    /// <summary>KSYMBOL records.</summary>
    public const ulong ksymbol = 1UL << 29;

    /// <summary>BPF_EVENT records.</summary>
    public const ulong bpf_event = 1UL << 30;

    /// <summary>AUX records instead of events.</summary>
    public const ulong aux_output = 1UL << 31;

    /// <summary>CGROUP records.</summary>
    public const ulong cgroup = 1UL << 32;

    /// <summary>TEXT_POKE records.</summary>
    public const ulong text_poke = 1UL << 33;

    /// <summary>MMAP2 records carry build-ids.</summary>
    public const ulong build_id = 1UL << 34;

    /// <summary>Only threads inherit it.</summary>
    public const ulong inherit_thread = 1UL << 35;

    /// <summary>An exec removes it.</summary>
    public const ulong remove_on_exec = 1UL << 36;

    /// <summary>A synchronous SIGTRAP on each event.</summary>
    public const ulong sigtrap = 1UL << 37;
}
