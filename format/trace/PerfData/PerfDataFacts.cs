namespace TraceKit.Format.PerfData;

/// <summary>What the header's small features say: host, CPU, recorder. What a file does not say is empty, 0 or null.</summary>
public sealed class PerfDataFacts
{
    /// <summary>Node name.</summary>
    public string HostName { get; internal set; } = "";

    /// <summary><c>uname -r</c>.</summary>
    public string OsRelease { get; internal set; } = "";

    /// <summary>Version of the recorder.</summary>
    public string Version { get; internal set; } = "";

    /// <summary><c>uname -m</c>.</summary>
    public string Architecture { get; internal set; } = "";

    /// <summary>CPUs that there are.</summary>
    public uint CpusAvailable { get; internal set; }

    /// <summary>CPUs that were online.</summary>
    public uint CpusOnline { get; internal set; }

    /// <summary>The CPU's name.</summary>
    public string CpuDescription { get; internal set; } = "";

    /// <summary>Vendor, family, model, stepping.</summary>
    public string CpuId { get; internal set; } = "";

    /// <summary>Memory, KiB.</summary>
    public ulong TotalMemoryKib { get; internal set; }

    /// <summary>The recorder's arguments, program first.</summary>
    public IReadOnlyList<string> CommandLine { get; internal set; } = [];

    /// <summary>Lists of CPUs that share a socket: <c>0-3</c>.</summary>
    public IReadOnlyList<string> CoreSiblings { get; internal set; } = [];

    /// <summary>Lists of CPUs that share a core.</summary>
    public IReadOnlyList<string> ThreadSiblings { get; internal set; } = [];

    /// <summary>Nodes of memory.</summary>
    public IReadOnlyList<PerfDataNode> Nodes { get; internal set; } = [];

    /// <summary>PMU types and their names.</summary>
    public IReadOnlyDictionary<uint, string> Pmus { get; internal set; } = new Dictionary<uint, string>();

    /// <summary>Groups of events.</summary>
    public IReadOnlyList<PerfDataGroup> Groups { get; internal set; } = [];

    /// <summary>Caches of the CPU, one line each: <c>L1 Data 32K [0]</c>.</summary>
    public IReadOnlyList<string> Caches { get; internal set; } = [];

    /// <summary>Time of the first sample, nanoseconds of the file's clock; null when not told.</summary>
    public ulong? FirstSampleTime { get; internal set; }

    /// <summary>Time of the last sample.</summary>
    public ulong? LastSampleTime { get; internal set; }

    /// <summary>The clock's resolution, nanoseconds; null when no clock was asked for.</summary>
    public ulong? ClockResolution { get; internal set; }

    /// <summary>The clock by number (<c>CLOCK_MONOTONIC</c> 1), with the time of day and the clock's time at one moment, nanoseconds; null when not told.</summary>
    public (uint ClockId, ulong TimeOfDay, ulong ClockTime)? ClockData { get; internal set; }

    /// <summary>Level and ratio of compression; null when nothing is compressed.</summary>
    public (uint Level, uint Ratio)? Compression { get; internal set; }

    /// <summary>What the PMUs can do, as <c>name=value</c>, the core PMU's first.</summary>
    public IReadOnlyList<string> PmuCapabilities { get; internal set; } = [];

    /// <summary>Kinds of cores: PMU and its CPUs.</summary>
    public IReadOnlyList<(string Pmu, string Cpus)> HybridTopology { get; internal set; } = [];

    /// <summary>The version of a folder of data files; 0 when this is one file.</summary>
    public ulong DirectoryVersion { get; internal set; }

    /// <summary>BPF programs that the file describes.</summary>
    public uint BpfPrograms { get; internal set; }

    /// <summary>simpleperf's own facts: <c>product_props</c>, <c>clockid</c>, <c>event_type_info</c> ….</summary>
    public IReadOnlyDictionary<string, string> MetaInfo { get; internal set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>simpleperf's files with their symbols.</summary>
    public IReadOnlyList<SimpleperfFile> Files { get; internal set; } = [];
}

/// <summary>A node of memory.</summary>
/// <param name="Number">Of the node.</param>
/// <param name="TotalKib">Memory.</param>
/// <param name="FreeKib">Of it free.</param>
/// <param name="Cpus">Its CPUs: <c>0-3</c>.</param>
public readonly record struct PerfDataNode(uint Number, ulong TotalKib, ulong FreeKib, string Cpus);

/// <summary>A group of events.</summary>
/// <param name="Name">As it was given; may be empty.</param>
/// <param name="Leader">Index of the first event.</param>
/// <param name="Members">Count of events.</param>
public readonly record struct PerfDataGroup(string Name, uint Leader, uint Members);
