namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Where and how a recording was made: the Host chunk.</summary>
/// <remarks>Written at the start and again, with the end time, when the recording ends: the last one counts.</remarks>
public sealed class HostInfo
{
    /// <summary>The node name.</summary>
    public string HostName { get; init; } = "";

    /// <summary><c>uname -r</c>.</summary>
    public string KernelRelease { get; init; } = "";

    /// <summary><c>uname -v</c>.</summary>
    public string KernelVersion { get; init; } = "";

    /// <summary><c>uname -m</c>: <c>x86_64</c>, <c>aarch64</c>.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>Clock of all times: 1 is CLOCK_MONOTONIC.</summary>
    public int ClockId { get; init; }

    /// <summary>Nanoseconds to add to a time to get CLOCK_REALTIME, as measured at the start.</summary>
    public long RealtimeOffset { get; init; }

    /// <summary>CPUs configured.</summary>
    public int CpuCount { get; init; }

    /// <summary>CPUs online, as /sys/devices/system/cpu/online lists them: <c>0-3,6</c>.</summary>
    public string OnlineCpus { get; init; } = "";

    /// <summary>Bytes of a page.</summary>
    public int PageSize { get; init; }

    /// <summary>Version of the recorder.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>Whether the recorder was perf, and this was imported from what it wrote.</summary>
    public bool IsOfPerf => AgentVersion.StartsWith("perf", StringComparison.Ordinal);

    /// <summary>The recorder's arguments, program first.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>Effective user id of the recorder.</summary>
    public uint UserId { get; init; }

    /// <summary>What says that the recorder ran in a container; null when nothing does.</summary>
    public string? Container { get; init; }

    /// <summary>First time of the recording, nanoseconds of the clock.</summary>
    public ulong StartTime { get; init; }

    /// <summary>Last time; 0 while recording.</summary>
    public ulong EndTime { get; init; }

    /// <summary>The CPU's model name; null when unknown.</summary>
    public string? CpuModel { get; init; }

    /// <summary>Bytes of memory; 0 when unknown.</summary>
    public ulong MemoryBytes { get; init; }

    /// <summary>What the recorder had to do differently from what was asked, one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The chunk's payload.</summary>
    public byte[] Encode()
    {
        var w = MetadataWriter.Create();
        Write(ref w);
        return w.ToArray();
    }

    /// <summary>Reads a chunk's payload; unknown keys are passed over.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">Not what the chunk type says.</exception>
    public static HostInfo Decode(ReadOnlyMemory<byte> payload) => MetadataReader.Run(payload, "Host", Read);

    internal void Write(ref MetadataWriter w)
    {
        w.Map(18);
        w.Add("hostname", HostName);
        w.Add("kernel_release", KernelRelease);
        w.Add("kernel_version", KernelVersion);
        w.Add("arch", Architecture);
        w.Add("clock_id", (long)ClockId);
        w.Add("realtime_offset", RealtimeOffset);
        w.Add("cpu_count", (long)CpuCount);
        w.Add("online_cpus", OnlineCpus);
        w.Add("page_size", (long)PageSize);
        w.Add("agent_version", AgentVersion);
        w.Add("command_line", CommandLine);
        w.Add("uid", (ulong)UserId);
        w.Add("container", Container);
        w.Add("start_time", StartTime);
        w.Add("end_time", EndTime);
        w.Add("cpu_model", CpuModel);
        w.Add("memory_bytes", MemoryBytes);
        w.Add("notes", Notes);
    }

    internal static HostInfo Read(ref MetadataReader r)
    {
        string vHostName = "";
        string vKernelRelease = "";
        string vKernelVersion = "";
        string vArchitecture = "";
        int vClockId = 0;
        long vRealtimeOffset = 0;
        int vCpuCount = 0;
        string vOnlineCpus = "";
        int vPageSize = 0;
        string vAgentVersion = "";
        IReadOnlyList<string> vCommandLine = [];
        uint vUserId = 0;
        string? vContainer = null;
        ulong vStartTime = 0;
        ulong vEndTime = 0;
        string? vCpuModel = null;
        ulong vMemoryBytes = 0;
        IReadOnlyList<string> vNotes = [];
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "hostname":
                    vHostName = r.Text() ?? "";
                    break;
                case "kernel_release":
                    vKernelRelease = r.Text() ?? "";
                    break;
                case "kernel_version":
                    vKernelVersion = r.Text() ?? "";
                    break;
                case "arch":
                    vArchitecture = r.Text() ?? "";
                    break;
                case "clock_id":
                    vClockId = r.Int32();
                    break;
                case "realtime_offset":
                    vRealtimeOffset = r.Int64();
                    break;
                case "cpu_count":
                    vCpuCount = r.Int32();
                    break;
                case "online_cpus":
                    vOnlineCpus = r.Text() ?? "";
                    break;
                case "page_size":
                    vPageSize = r.Int32();
                    break;
                case "agent_version":
                    vAgentVersion = r.Text() ?? "";
                    break;
                case "command_line":
                    vCommandLine = r.Texts();
                    break;
                case "uid":
                    vUserId = r.UInt32();
                    break;
                case "container":
                    vContainer = r.Text();
                    break;
                case "start_time":
                    vStartTime = r.UInt64();
                    break;
                case "end_time":
                    vEndTime = r.UInt64();
                    break;
                case "cpu_model":
                    vCpuModel = r.Text();
                    break;
                case "memory_bytes":
                    vMemoryBytes = r.UInt64();
                    break;
                case "notes":
                    vNotes = r.Texts();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new HostInfo
        {
            HostName = vHostName,
            KernelRelease = vKernelRelease,
            KernelVersion = vKernelVersion,
            Architecture = vArchitecture,
            ClockId = vClockId,
            RealtimeOffset = vRealtimeOffset,
            CpuCount = vCpuCount,
            OnlineCpus = vOnlineCpus,
            PageSize = vPageSize,
            AgentVersion = vAgentVersion,
            CommandLine = vCommandLine,
            UserId = vUserId,
            Container = vContainer,
            StartTime = vStartTime,
            EndTime = vEndTime,
            CpuModel = vCpuModel,
            MemoryBytes = vMemoryBytes,
            Notes = vNotes,
        };
    }
}
