using System.Globalization;

namespace TraceKit.Format.PerfData;

/// <summary>Types of records that perf itself writes beside the kernel's (<c>enum perf_user_event_type</c>), and simpleperf's.</summary>
public static class PerfDataRecordType
{
    /// <summary>The first that is not the kernel's (<c>PERF_RECORD_USER_TYPE_START</c>).</summary>
    public const uint PERF_RECORD_USER_TYPE_START = 64;

    /// <summary>An attribute and its ids, in a pipe.</summary>
    public const uint PERF_RECORD_HEADER_ATTR = 64;

    /// <summary>A number and name of an event (old).</summary>
    public const uint PERF_RECORD_HEADER_EVENT_TYPE = 65;

    /// <summary>Followed by formats of tracepoints.</summary>
    public const uint PERF_RECORD_HEADER_TRACING_DATA = 66;

    /// <summary>A build-id and a path.</summary>
    public const uint PERF_RECORD_HEADER_BUILD_ID = 67;

    /// <summary>All rings were read once.</summary>
    public const uint PERF_RECORD_FINISHED_ROUND = 68;

    /// <summary>Where each id counts.</summary>
    public const uint PERF_RECORD_ID_INDEX = 69;

    /// <summary>What kind of AUX data there is.</summary>
    public const uint PERF_RECORD_AUXTRACE_INFO = 70;

    /// <summary>Followed by AUX data.</summary>
    public const uint PERF_RECORD_AUXTRACE = 71;

    /// <summary>AUX data could not be decoded.</summary>
    public const uint PERF_RECORD_AUXTRACE_ERROR = 72;

    /// <summary>Threads that were asked for.</summary>
    public const uint PERF_RECORD_THREAD_MAP = 73;

    /// <summary>CPUs that were asked for.</summary>
    public const uint PERF_RECORD_CPU_MAP = 74;

    /// <summary>Settings of <c>perf stat</c>.</summary>
    public const uint PERF_RECORD_STAT_CONFIG = 75;

    /// <summary>A count of <c>perf stat</c>.</summary>
    public const uint PERF_RECORD_STAT = 76;

    /// <summary>An interval of <c>perf stat</c>.</summary>
    public const uint PERF_RECORD_STAT_ROUND = 77;

    /// <summary>Name, unit, scale or CPUs of an event.</summary>
    public const uint PERF_RECORD_EVENT_UPDATE = 78;

    /// <summary>How cycles are turned into time.</summary>
    public const uint PERF_RECORD_TIME_CONV = 79;

    /// <summary>A feature section, in a pipe.</summary>
    public const uint PERF_RECORD_HEADER_FEATURE = 80;

    /// <summary>Records as a piece of a zstd stream.</summary>
    public const uint PERF_RECORD_COMPRESSED = 81;

    /// <summary>What was there before the recording is told.</summary>
    public const uint PERF_RECORD_FINISHED_INIT = 82;

    /// <summary>Records as a piece of a zstd stream, padded.</summary>
    public const uint PERF_RECORD_COMPRESSED2 = 83;

    /// <summary>What a BPF program says of itself.</summary>
    public const uint PERF_RECORD_BPF_METADATA = 84;

    /// <summary>Scheduler counts of a CPU.</summary>
    public const uint PERF_RECORD_SCHEDSTAT_CPU = 85;

    /// <summary>Scheduler counts of a domain.</summary>
    public const uint PERF_RECORD_SCHEDSTAT_DOMAIN = 86;

    /// <summary>simpleperf's own begin here; their size has 32 bits, its upper half where <c>misc</c> would be.</summary>
    public const uint SIMPLE_PERF_RECORD_TYPE_START = 32768;

    /// <summary>simpleperf: text of kallsyms.</summary>
    public const uint SIMPLE_PERF_RECORD_KERNEL_SYMBOL = SIMPLE_PERF_RECORD_TYPE_START + 1;

    /// <summary>simpleperf: a file.</summary>
    public const uint SIMPLE_PERF_RECORD_DSO = SIMPLE_PERF_RECORD_TYPE_START + 2;

    /// <summary>simpleperf: a symbol.</summary>
    public const uint SIMPLE_PERF_RECORD_SYMBOL = SIMPLE_PERF_RECORD_TYPE_START + 3;

    /// <summary>simpleperf: a piece of a long record.</summary>
    public const uint SIMPLE_PERF_RECORD_SPLIT = SIMPLE_PERF_RECORD_TYPE_START + 4;

    /// <summary>simpleperf: the last piece.</summary>
    public const uint SIMPLE_PERF_RECORD_SPLIT_END = SIMPLE_PERF_RECORD_TYPE_START + 5;

    /// <summary>simpleperf: ids of the attributes.</summary>
    public const uint SIMPLE_PERF_RECORD_EVENT_ID = SIMPLE_PERF_RECORD_TYPE_START + 6;

    /// <summary>simpleperf: the chain that a stack was unwound to.</summary>
    public const uint SIMPLE_PERF_RECORD_CALLCHAIN = SIMPLE_PERF_RECORD_TYPE_START + 7;

    /// <summary>simpleperf: how unwinding went.</summary>
    public const uint SIMPLE_PERF_RECORD_UNWINDING_RESULT = SIMPLE_PERF_RECORD_TYPE_START + 8;

    /// <summary>simpleperf: formats of tracepoints.</summary>
    public const uint SIMPLE_PERF_RECORD_TRACING_DATA = SIMPLE_PERF_RECORD_TYPE_START + 9;

    /// <summary>The type's name without <c>PERF_RECORD_</c>, for the kernel's types too; null when it is not known here.</summary>
    public static string? NameOf(uint type) => type switch
    {
        1 => "MMAP",
        2 => "LOST",
        3 => "COMM",
        4 => "EXIT",
        5 => "THROTTLE",
        6 => "UNTHROTTLE",
        7 => "FORK",
        8 => "READ",
        9 => "SAMPLE",
        10 => "MMAP2",
        11 => "AUX",
        12 => "ITRACE_START",
        13 => "LOST_SAMPLES",
        14 => "SWITCH",
        15 => "SWITCH_CPU_WIDE",
        16 => "NAMESPACES",
        17 => "KSYMBOL",
        18 => "BPF_EVENT",
        19 => "CGROUP",
        20 => "TEXT_POKE",
        21 => "AUX_OUTPUT_HW_ID",
        22 => "CALLCHAIN_DEFERRED",
        PERF_RECORD_HEADER_ATTR => "HEADER_ATTR",
        PERF_RECORD_HEADER_EVENT_TYPE => "HEADER_EVENT_TYPE",
        PERF_RECORD_HEADER_TRACING_DATA => "HEADER_TRACING_DATA",
        PERF_RECORD_HEADER_BUILD_ID => "HEADER_BUILD_ID",
        PERF_RECORD_FINISHED_ROUND => "FINISHED_ROUND",
        PERF_RECORD_ID_INDEX => "ID_INDEX",
        PERF_RECORD_AUXTRACE_INFO => "AUXTRACE_INFO",
        PERF_RECORD_AUXTRACE => "AUXTRACE",
        PERF_RECORD_AUXTRACE_ERROR => "AUXTRACE_ERROR",
        PERF_RECORD_THREAD_MAP => "THREAD_MAP",
        PERF_RECORD_CPU_MAP => "CPU_MAP",
        PERF_RECORD_STAT_CONFIG => "STAT_CONFIG",
        PERF_RECORD_STAT => "STAT",
        PERF_RECORD_STAT_ROUND => "STAT_ROUND",
        PERF_RECORD_EVENT_UPDATE => "EVENT_UPDATE",
        PERF_RECORD_TIME_CONV => "TIME_CONV",
        PERF_RECORD_HEADER_FEATURE => "HEADER_FEATURE",
        PERF_RECORD_COMPRESSED => "COMPRESSED",
        PERF_RECORD_FINISHED_INIT => "FINISHED_INIT",
        PERF_RECORD_COMPRESSED2 => "COMPRESSED2",
        PERF_RECORD_BPF_METADATA => "BPF_METADATA",
        PERF_RECORD_SCHEDSTAT_CPU => "SCHEDSTAT_CPU",
        PERF_RECORD_SCHEDSTAT_DOMAIN => "SCHEDSTAT_DOMAIN",
        SIMPLE_PERF_RECORD_KERNEL_SYMBOL => "SIMPLE_PERF_KERNEL_SYMBOL",
        SIMPLE_PERF_RECORD_DSO => "SIMPLE_PERF_DSO",
        SIMPLE_PERF_RECORD_SYMBOL => "SIMPLE_PERF_SYMBOL",
        SIMPLE_PERF_RECORD_SPLIT => "SIMPLE_PERF_SPLIT",
        SIMPLE_PERF_RECORD_SPLIT_END => "SIMPLE_PERF_SPLIT_END",
        SIMPLE_PERF_RECORD_EVENT_ID => "SIMPLE_PERF_EVENT_ID",
        SIMPLE_PERF_RECORD_CALLCHAIN => "SIMPLE_PERF_CALLCHAIN",
        SIMPLE_PERF_RECORD_UNWINDING_RESULT => "SIMPLE_PERF_UNWINDING_RESULT",
        SIMPLE_PERF_RECORD_TRACING_DATA => "SIMPLE_PERF_TRACING_DATA",
        _ => null,
    };

    /// <summary>Who makes AUX data of a kind (<c>enum auxtrace_type</c>).</summary>
    public static string AuxKind(uint kind) => kind switch
    {
        1 => "Intel PT",
        2 => "Intel BTS",
        3 => "CoreSight ETM",
        4 => "Arm SPE",
        5 => "s390 CPUMSF",
        6 => "HiSilicon PTT",
        7 => "PowerPC VPA DTL",
        _ => "kind " + kind.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The name, or the number where there is none.</summary>
    public static string Describe(uint type) => NameOf(type) ?? type.ToString(CultureInfo.InvariantCulture);
}
