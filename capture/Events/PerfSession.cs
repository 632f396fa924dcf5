using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Events;

/// <summary>One event with all its descriptors.</summary>
internal sealed class SessionEvent(TracedEvent traced, PerfEventAttr attr)
{
    public TracedEvent Traced { get; } = traced;

    public PerfEventAttr Attr { get; } = attr;

    /// <summary>One descriptor for each CPU, or for each CPU of each task.</summary>
    public List<int> Descriptors { get; } = [];

    /// <summary>The ring (index) that each descriptor's records go to.</summary>
    public List<int> Rings { get; } = [];

    /// <summary>What the kernel calls each descriptor in records.</summary>
    public List<ulong> Ids { get; } = [];
}

/// <summary>One CPU's ring.</summary>
internal sealed record SessionRing(int Cpu, RingMapping Mapping, RingBuffer Buffer);

/// <summary>
/// The open events: on each CPU (for each traced task) the side-band carrier, which owns the ring, and the sampling events, whose output is
/// redirected to it.
/// </summary>
internal sealed partial class PerfSession : IDisposable
{
    private const int DefaultRingBytes = 1 << 20;

    /// <summary>Samples with 8 KiB of stack fill a ring in a tenth of a second at 1,000 Hz: what a busy host may keep the drain waiting.</summary>
    private const int DefaultDwarfRingBytes = 4 << 20;

    /// <summary>All rings together, by default.</summary>
    private const long DefaultRingsTotal = 256 << 20;

    private readonly RecordOptions _options;
    private readonly List<SessionRing> _rings = [];
    private readonly int[] _owners;
    private int _ringBytes;
    private bool _kernelExcluded;

    private PerfSession(RecordOptions options, List<TracedEvent> events, List<int> cpus)
    {
        _options = options;
        _owners = new int[cpus.Count];
        _ringBytes = options.RingBytes ?? DefaultRing(options, cpus.Count);
        Cpus = cpus;
        var needsId = events.Count > 1;
        foreach (var traced in events)
            Events.Add(new SessionEvent(traced, AttrPlan.ForEvent(traced, options, needsId)));
        SideBand = new SessionEvent(
            new TracedEvent { Name = "dummy", Type = EventNames.PERF_TYPE_SOFTWARE, Config = EventNames.PERF_COUNT_SW_DUMMY },
            AttrPlan.ForSideBand(needsId));
    }

    public List<int> Cpus { get; }

    /// <summary>The sampling events, in the order of the command line.</summary>
    public List<SessionEvent> Events { get; } = [];

    public SessionEvent SideBand { get; }

    public IReadOnlyList<SessionRing> Rings => _rings;

    /// <summary>Bytes of each ring after what the memory lock limit left.</summary>
    public int RingBytes => _ringBytes;

    /// <summary>Opens everything, enables nothing.</summary>
    /// <param name="options">Whom to trace.</param>
    /// <param name="events">What.</param>
    /// <param name="child">The held command, when it is what is traced.</param>
    public static PerfSession Open(RecordOptions options, List<TracedEvent> events, ChildProcess? child)
    {
        ResourceLimits.RaiseOpenFiles();
        var session = new PerfSession(options, events, ChooseCpus(options));
        try
        {
            session.OpenAll(child);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void EnableSideBand() => EnableAll(SideBand);

    public void EnableSampling()
    {
        foreach (var e in Events)
            EnableAll(e);
    }

    public void Disable()
    {
        foreach (var e in Events)
        {
            foreach (var fd in e.Descriptors)
                PerfEvent.Disable(fd);
        }

        foreach (var fd in SideBand.Descriptors)
            PerfEvent.Disable(fd);
    }

    /// <summary>Records lost by the events' own counters (PERF_FORMAT_LOST, Linux 6.0); null when the kernel has none.</summary>
    public ulong? CountLost()
    {
        Span<ulong> values = stackalloc ulong[4];
        ulong sum = 0;
        foreach (var e in (ReadOnlySpan<SessionEvent>)[.. Events, SideBand])
        {
            if ((e.Attr.ReadFormat & PerfReadFormat.PERF_FORMAT_LOST) == 0)
                return null;
            foreach (var fd in e.Descriptors)
            {
                // value, id, lost
                if (PerfEvent.ReadValues(fd, values) == 3)
                    sum += values[2];
            }
        }

        return sum;
    }

    /// <summary>Closes the events: their probes are disarmed by that. The rings stay readable until <see cref="Dispose"/>.</summary>
    public void CloseEvents()
    {
        foreach (var e in Events)
            CloseAll(e);
    }

    public void Dispose()
    {
        CloseEvents();
        foreach (var ring in _rings)
            ring.Mapping.Dispose();
        _rings.Clear();
        CloseAll(SideBand);
    }

    private static int DefaultRing(RecordOptions options, int cpus)
    {
        var bytes = options.CallGraph == CallGraph.Dwarf ? DefaultDwarfRingBytes : DefaultRingBytes;
        while (bytes > DefaultRingBytes && (long)bytes * cpus > DefaultRingsTotal)
            bytes /= 2;
        return bytes;
    }

    private static void EnableAll(SessionEvent e)
    {
        foreach (var fd in e.Descriptors)
            PerfEvent.Enable(fd);
    }

    private static void CloseAll(SessionEvent e)
    {
        foreach (var fd in e.Descriptors)
            Libc.close(fd);
        e.Descriptors.Clear();
    }

    private static List<int> ChooseCpus(RecordOptions options)
    {
        var online = ProcStat.OnlineCpus();
        if (options.Cpus is null)
            return online;
        foreach (var cpu in options.Cpus)
        {
            if (!online.Contains(cpu))
                throw new CaptureException($"-C: CPU {cpu} is not online", $"the online ones: {HostFile.TryReadText("/sys/devices/system/cpu/online")}");
        }

        return options.Cpus;
    }
}
