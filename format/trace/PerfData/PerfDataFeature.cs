using System.Globalization;

namespace TraceKit.Format.PerfData;

/// <summary>Numbers of the header's feature sections (<c>tools/perf/util/header.h</c>, and simpleperf's own from 128).</summary>
public static class PerfDataFeature
{
    /// <summary>Formats of the tracepoints, kernel symbols, printk formats.</summary>
    public const int HEADER_TRACING_DATA = 1;

    /// <summary>Build-ids of files that samples lie in.</summary>
    public const int HEADER_BUILD_ID = 2;

    /// <summary>Node name.</summary>
    public const int HEADER_HOSTNAME = 3;

    /// <summary>Release of the kernel.</summary>
    public const int HEADER_OSRELEASE = 4;

    /// <summary>Version of perf.</summary>
    public const int HEADER_VERSION = 5;

    /// <summary><c>uname -m</c>.</summary>
    public const int HEADER_ARCH = 6;

    /// <summary>CPUs available and online.</summary>
    public const int HEADER_NRCPUS = 7;

    /// <summary>The CPU's name.</summary>
    public const int HEADER_CPUDESC = 8;

    /// <summary>Vendor, family, model, stepping.</summary>
    public const int HEADER_CPUID = 9;

    /// <summary>Memory in KiB.</summary>
    public const int HEADER_TOTAL_MEM = 10;

    /// <summary>The recorder's arguments.</summary>
    public const int HEADER_CMDLINE = 11;

    /// <summary>Attributes with names and ids.</summary>
    public const int HEADER_EVENT_DESC = 12;

    /// <summary>Siblings, cores, sockets.</summary>
    public const int HEADER_CPU_TOPOLOGY = 13;

    /// <summary>Nodes of memory.</summary>
    public const int HEADER_NUMA_TOPOLOGY = 14;

    /// <summary>Samples have branch stacks.</summary>
    public const int HEADER_BRANCH_STACK = 15;

    /// <summary>Numbers and names of PMUs.</summary>
    public const int HEADER_PMU_MAPPINGS = 16;

    /// <summary>Groups of events.</summary>
    public const int HEADER_GROUP_DESC = 17;

    /// <summary>Index of AUX data.</summary>
    public const int HEADER_AUXTRACE = 18;

    /// <summary>Written by <c>perf stat record</c>.</summary>
    public const int HEADER_STAT = 19;

    /// <summary>The CPU's caches.</summary>
    public const int HEADER_CACHE = 20;

    /// <summary>Times of the first and last sample.</summary>
    public const int HEADER_SAMPLE_TIME = 21;

    /// <summary>Memory blocks of the nodes.</summary>
    public const int HEADER_MEM_TOPOLOGY = 22;

    /// <summary>Resolution of the clock.</summary>
    public const int HEADER_CLOCKID = 23;

    /// <summary>The data are in files of a folder.</summary>
    public const int HEADER_DIR_FORMAT = 24;

    /// <summary>BPF programs that were loaded.</summary>
    public const int HEADER_BPF_PROG_INFO = 25;

    /// <summary>Types of BPF programs.</summary>
    public const int HEADER_BPF_BTF = 26;

    /// <summary>How records are compressed.</summary>
    public const int HEADER_COMPRESSED = 27;

    /// <summary>What the CPU's PMU can do.</summary>
    public const int HEADER_CPU_PMU_CAPS = 28;

    /// <summary>The clock's time and the time of day at one moment.</summary>
    public const int HEADER_CLOCK_DATA = 29;

    /// <summary>Kinds of cores.</summary>
    public const int HEADER_HYBRID_TOPOLOGY = 30;

    /// <summary>What each PMU can do.</summary>
    public const int HEADER_PMU_CAPS = 31;

    /// <summary>Domains of the scheduler of each CPU.</summary>
    public const int HEADER_CPU_DOMAIN_INFO = 32;

    /// <summary>Machine and flags as ELF files have them.</summary>
    public const int HEADER_E_MACHINE = 33;

    /// <summary>Bytes of a line of the cache.</summary>
    public const int HEADER_CLN_SIZE = 34;

    /// <summary>simpleperf: files with their symbols, each preceded by its size.</summary>
    public const int FEAT_FILE = 128;

    /// <summary>simpleperf: pairs of text.</summary>
    public const int FEAT_META_INFO = 129;

    /// <summary>simpleperf: says that stacks of failed unwinding are there.</summary>
    public const int FEAT_DEBUG_UNWIND = 130;

    /// <summary>simpleperf: files that unwinding needed.</summary>
    public const int FEAT_DEBUG_UNWIND_FILE = 131;

    /// <summary>simpleperf: as <see cref="FEAT_FILE"/>, as protocol buffers.</summary>
    public const int FEAT_FILE2 = 132;

    /// <summary>simpleperf: branches of CoreSight.</summary>
    public const int FEAT_ETM_BRANCH_LIST = 133;

    /// <summary>simpleperf: the first mappings.</summary>
    public const int FEAT_INIT_MAP = 134;

    /// <summary>Bits in the header.</summary>
    public const int Count = 256;

    /// <summary>The section's name as the sources spell it; <c>feature N</c> when unknown.</summary>
    public static string NameOf(int feature) => feature switch
    {
        HEADER_TRACING_DATA => "HEADER_TRACING_DATA",
        HEADER_BUILD_ID => "HEADER_BUILD_ID",
        HEADER_HOSTNAME => "HEADER_HOSTNAME",
        HEADER_OSRELEASE => "HEADER_OSRELEASE",
        HEADER_VERSION => "HEADER_VERSION",
        HEADER_ARCH => "HEADER_ARCH",
        HEADER_NRCPUS => "HEADER_NRCPUS",
        HEADER_CPUDESC => "HEADER_CPUDESC",
        HEADER_CPUID => "HEADER_CPUID",
        HEADER_TOTAL_MEM => "HEADER_TOTAL_MEM",
        HEADER_CMDLINE => "HEADER_CMDLINE",
        HEADER_EVENT_DESC => "HEADER_EVENT_DESC",
        HEADER_CPU_TOPOLOGY => "HEADER_CPU_TOPOLOGY",
        HEADER_NUMA_TOPOLOGY => "HEADER_NUMA_TOPOLOGY",
        HEADER_BRANCH_STACK => "HEADER_BRANCH_STACK",
        HEADER_PMU_MAPPINGS => "HEADER_PMU_MAPPINGS",
        HEADER_GROUP_DESC => "HEADER_GROUP_DESC",
        HEADER_AUXTRACE => "HEADER_AUXTRACE",
        HEADER_STAT => "HEADER_STAT",
        HEADER_CACHE => "HEADER_CACHE",
        HEADER_SAMPLE_TIME => "HEADER_SAMPLE_TIME",
        HEADER_MEM_TOPOLOGY => "HEADER_MEM_TOPOLOGY",
        HEADER_CLOCKID => "HEADER_CLOCKID",
        HEADER_DIR_FORMAT => "HEADER_DIR_FORMAT",
        HEADER_BPF_PROG_INFO => "HEADER_BPF_PROG_INFO",
        HEADER_BPF_BTF => "HEADER_BPF_BTF",
        HEADER_COMPRESSED => "HEADER_COMPRESSED",
        HEADER_CPU_PMU_CAPS => "HEADER_CPU_PMU_CAPS",
        HEADER_CLOCK_DATA => "HEADER_CLOCK_DATA",
        HEADER_HYBRID_TOPOLOGY => "HEADER_HYBRID_TOPOLOGY",
        HEADER_PMU_CAPS => "HEADER_PMU_CAPS",
        HEADER_CPU_DOMAIN_INFO => "HEADER_CPU_DOMAIN_INFO",
        HEADER_E_MACHINE => "HEADER_E_MACHINE",
        HEADER_CLN_SIZE => "HEADER_CLN_SIZE",
        FEAT_FILE => "FEAT_FILE",
        FEAT_META_INFO => "FEAT_META_INFO",
        FEAT_DEBUG_UNWIND => "FEAT_DEBUG_UNWIND",
        FEAT_DEBUG_UNWIND_FILE => "FEAT_DEBUG_UNWIND_FILE",
        FEAT_FILE2 => "FEAT_FILE2",
        FEAT_ETM_BRANCH_LIST => "FEAT_ETM_BRANCH_LIST",
        FEAT_INIT_MAP => "FEAT_INIT_MAP",
        _ => string.Create(CultureInfo.InvariantCulture, $"feature {feature}"),
    };
}
