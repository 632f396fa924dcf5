namespace TraceKit.Format.Perf;

/// <summary>Values of <c>config</c> for <see cref="PerfTypeId.PERF_TYPE_SOFTWARE"/> (<c>enum perf_sw_ids</c>).</summary>
public static class PerfSoftwareId
{
    /// <summary>Per-CPU clock, nanoseconds.</summary>
    public const ulong PERF_COUNT_SW_CPU_CLOCK = 0;

    /// <summary>Clock of the task, nanoseconds.</summary>
    public const ulong PERF_COUNT_SW_TASK_CLOCK = 1;

    /// <summary>All page faults.</summary>
    public const ulong PERF_COUNT_SW_PAGE_FAULTS = 2;

    /// <summary>Context switches.</summary>
    public const ulong PERF_COUNT_SW_CONTEXT_SWITCHES = 3;

    /// <summary>Moves of a task to another CPU.</summary>
    public const ulong PERF_COUNT_SW_CPU_MIGRATIONS = 4;

    /// <summary>Page faults without I/O.</summary>
    public const ulong PERF_COUNT_SW_PAGE_FAULTS_MIN = 5;

    /// <summary>Page faults with I/O.</summary>
    public const ulong PERF_COUNT_SW_PAGE_FAULTS_MAJ = 6;

    /// <summary>Alignment faults.</summary>
    public const ulong PERF_COUNT_SW_ALIGNMENT_FAULTS = 7;

    /// <summary>Emulated instructions.</summary>
    public const ulong PERF_COUNT_SW_EMULATION_FAULTS = 8;

    /// <summary>Counts nothing; carries side-band records.</summary>
    public const ulong PERF_COUNT_SW_DUMMY = 9;

    /// <summary>Output of BPF programs.</summary>
    public const ulong PERF_COUNT_SW_BPF_OUTPUT = 10;

    /// <summary>Context switches to another cgroup.</summary>
    public const ulong PERF_COUNT_SW_CGROUP_SWITCHES = 11;
}
