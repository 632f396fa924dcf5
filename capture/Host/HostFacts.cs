using System.Runtime.InteropServices;
using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Native;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Host;

/// <summary>What the file says about the host and about the recording's events.</summary>
internal static class HostFacts
{
    /// <param name="options">The command line.</param>
    /// <param name="startTime">Monotonic nanoseconds.</param>
    /// <param name="endTime">0 while recording.</param>
    public static HostInfo Host(RecordOptions options, ulong startTime, ulong endTime)
    {
        // Both clocks twice, the monotonic one around: the offset is right to within the read itself.
        var before = Clock.Monotonic;
        var real = Clock.Realtime;
        var after = Clock.Monotonic;
        return new HostInfo
        {
            HostName = HostFile.TryReadText("/proc/sys/kernel/hostname") ?? "",
            KernelRelease = KernelFeatures.Release,
            KernelVersion = HostFile.TryReadText("/proc/sys/kernel/version") ?? "",
            Architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64",
            ClockId = Libc.CLOCK_MONOTONIC,
            RealtimeOffset = (long)real - (long)(before + ((after - before) / 2)),
            CpuCount = ConfiguredCpus(),
            OnlineCpus = HostFile.TryReadText("/sys/devices/system/cpu/online") ?? "",
            PageSize = RingMapping.PageSize,
            AgentVersion = AgentVersion.Text,
            CommandLine = ["tracekit-capture", "record", .. options.Arguments],
            UserId = Libc.geteuid(),
            Container = HostFile.Exists("/.dockerenv") ? "/.dockerenv" : HostFile.Exists("/run/.containerenv") ? "/run/.containerenv" : null,
            StartTime = startTime,
            EndTime = endTime,
            CpuModel = Field("/proc/cpuinfo", "model name"),
            MemoryBytes = ulong.TryParse(Field("/proc/meminfo", "MemTotal")?.Split(' ')[0], out var kilobytes) ? kilobytes * 1024 : 0,
            Notes = [.. Terminal.Notices],
        };
    }

    /// <summary>The events, in the order of the event index; the side-band carrier is the last.</summary>
    public static EventTable Events(PerfSession session)
    {
        var events = new List<EventDescription>();
        foreach (var e in session.Events)
            events.Add(Describe(e, session, isSideBand: false));
        events.Add(Describe(session.SideBand, session, isSideBand: true));
        return new EventTable
        {
            Architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? PerfArchitecture.Arm64 : PerfArchitecture.X64,
            Events = events,
        };
    }

    private static EventDescription Describe(SessionEvent e, PerfSession session, bool isSideBand)
    {
        var ids = new List<EventId>(e.Ids.Count);
        for (var i = 0; i < e.Ids.Count; i++)
            ids.Add(new EventId { Id = e.Ids[i], Cpu = session.Cpus[e.Rings[i]], Pid = -1 });
        return new EventDescription
        {
            Name = e.Traced.Name,
            AttrBytes = e.Attr.Bytes.ToArray(),
            Ids = ids,
            Format = e.Traced.Format.Length > 0 ? Encoding.UTF8.GetString(e.Traced.Format) : null,
            Filter = e.Traced.Filter?.Kernel,
            AnalyzerFilter = e.Traced.Filter?.Rest,
            FilterSource = e.Traced.Filter is { } filter && filter.Source != filter.Kernel ? filter.Source : null,
            ProbeDefinition = e.Traced.KernelDefinition.Length > 0 ? e.Traced.KernelDefinition : null,
            ProbeSource = e.Traced.Definition.Length > 0 ? e.Traced.Definition : null,
            Arguments = e.Traced.Arguments,
            Places = e.Traced.Places,
            GroupLeader = -1,
            IsSideBandOnly = isSideBand,
        };
    }

    private static int ConfiguredCpus()
    {
        var text = HostFile.TryReadText("/sys/devices/system/cpu/present");
        return text is null ? 0 : Quantity.ParseCpus(text.Trim(), "present").Count;
    }

    /// <summary>The value after the colon of the first line that begins with a name.</summary>
    private static string? Field(string path, string name)
    {
        var text = HostFile.TryReadAll(path, out _);
        if (text is null)
            return null;
        var at = text.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name));
        if (at < 0)
            return null;
        var line = text.AsSpan(at);
        line = line[..(line.IndexOf((byte)'\n') is var end && end < 0 ? line.Length : end)];
        var colon = line.IndexOf((byte)':');
        return colon < 0 ? null : Encoding.UTF8.GetString(line[(colon + 1)..]).Trim();
    }
}
