namespace TraceKit.Format.Perf;

/// <summary>Values of <c>perf_event_header.type</c> (<c>enum perf_event_type</c>).</summary>
public static class PerfRecordType
{
    /// <summary>An executable mapping (old form).</summary>
    public const uint PERF_RECORD_MMAP = 1;

    /// <summary>Records lost because a ring was full.</summary>
    public const uint PERF_RECORD_LOST = 2;

    /// <summary>A thread's new name; with <c>MISC_COMM_EXEC</c>, an exec.</summary>
    public const uint PERF_RECORD_COMM = 3;

    /// <summary>A thread ended.</summary>
    public const uint PERF_RECORD_EXIT = 4;

    /// <summary>Sampling of an event was throttled.</summary>
    public const uint PERF_RECORD_THROTTLE = 5;

    /// <summary>Sampling of an event goes on.</summary>
    public const uint PERF_RECORD_UNTHROTTLE = 6;

    /// <summary>A thread or process was made.</summary>
    public const uint PERF_RECORD_FORK = 7;

    /// <summary>Counter values of an inherited event.</summary>
    public const uint PERF_RECORD_READ = 8;

    /// <summary>A sample.</summary>
    public const uint PERF_RECORD_SAMPLE = 9;

    /// <summary>An executable mapping with device and inode, or with a build-id.</summary>
    public const uint PERF_RECORD_MMAP2 = 10;

    /// <summary>New data in the AUX area.</summary>
    public const uint PERF_RECORD_AUX = 11;

    /// <summary>Instruction trace began.</summary>
    public const uint PERF_RECORD_ITRACE_START = 12;

    /// <summary>Samples lost by the PMU driver.</summary>
    public const uint PERF_RECORD_LOST_SAMPLES = 13;

    /// <summary>A context switch of the task itself.</summary>
    public const uint PERF_RECORD_SWITCH = 14;

    /// <summary>A context switch seen CPU-wide.</summary>
    public const uint PERF_RECORD_SWITCH_CPU_WIDE = 15;

    /// <summary>Namespaces of a task.</summary>
    public const uint PERF_RECORD_NAMESPACES = 16;

    /// <summary>Kernel code was added or removed (BPF, trampolines).</summary>
    public const uint PERF_RECORD_KSYMBOL = 17;

    /// <summary>A BPF program was loaded or unloaded.</summary>
    public const uint PERF_RECORD_BPF_EVENT = 18;

    /// <summary>A cgroup's path.</summary>
    public const uint PERF_RECORD_CGROUP = 19;

    /// <summary>Kernel text was changed.</summary>
    public const uint PERF_RECORD_TEXT_POKE = 20;

    /// <summary>Links AUX data to an event.</summary>
    public const uint PERF_RECORD_AUX_OUTPUT_HW_ID = 21;

    /// <summary>User callchain of an earlier sample, taken on return to user mode.</summary>
    public const uint PERF_RECORD_CALLCHAIN_DEFERRED = 22;
}
