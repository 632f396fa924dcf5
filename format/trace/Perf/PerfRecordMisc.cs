namespace TraceKit.Format.Perf;

/// <summary>Bits of <c>perf_event_header.misc</c>.</summary>
public static class PerfRecordMisc
{
    /// <summary>The bits that say where the CPU was.</summary>
    public const ushort PERF_RECORD_MISC_CPUMODE_MASK = 7;

    /// <summary>Not known.</summary>
    public const ushort PERF_RECORD_MISC_CPUMODE_UNKNOWN = 0;

    /// <summary>In the kernel.</summary>
    public const ushort PERF_RECORD_MISC_KERNEL = 1;

    /// <summary>In user space.</summary>
    public const ushort PERF_RECORD_MISC_USER = 2;

    /// <summary>In the hypervisor.</summary>
    public const ushort PERF_RECORD_MISC_HYPERVISOR = 3;

    /// <summary>In a guest's kernel.</summary>
    public const ushort PERF_RECORD_MISC_GUEST_KERNEL = 4;

    /// <summary>In a guest's user space.</summary>
    public const ushort PERF_RECORD_MISC_GUEST_USER = 5;

    /// <summary>Reading /proc/PID/maps took too long; the mappings are not whole.</summary>
    public const ushort PERF_RECORD_MISC_PROC_MAP_PARSE_TIMEOUT = 1 << 12;

    /// <summary>MMAP, MMAP2: not executable.</summary>
    public const ushort PERF_RECORD_MISC_MMAP_DATA = 1 << 13;

    /// <summary>COMM: because of an exec.</summary>
    public const ushort PERF_RECORD_MISC_COMM_EXEC = 1 << 13;

    /// <summary>FORK: of perf's own workload, before exec.</summary>
    public const ushort PERF_RECORD_MISC_FORK_EXEC = 1 << 13;

    /// <summary>SWITCH: the task leaves the CPU.</summary>
    public const ushort PERF_RECORD_MISC_SWITCH_OUT = 1 << 13;

    /// <summary>SAMPLE: the address is exact.</summary>
    public const ushort PERF_RECORD_MISC_EXACT_IP = 1 << 14;

    /// <summary>SWITCH: the task was preempted while runnable.</summary>
    public const ushort PERF_RECORD_MISC_SWITCH_OUT_PREEMPT = 1 << 14;

    /// <summary>MMAP2: a build-id stands in the place of device and inode.</summary>
    public const ushort PERF_RECORD_MISC_MMAP_BUILD_ID = 1 << 14;

    /// <summary>Reserved.</summary>
    public const ushort PERF_RECORD_MISC_EXT_RESERVED = 1 << 15;
}
