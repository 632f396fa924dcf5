using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Probes;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Capture.Events;

/// <summary>Turns what <c>-e</c> and <c>--probe</c> say into events that this host has.</summary>
internal static class EventResolver
{
    /// <summary>All events of the requests, in their order.</summary>
    /// <param name="requests">From the command line.</param>
    /// <param name="probes">Where <c>--probe</c> definitions are made.</param>
    /// <param name="hardwareWorks">Whether <c>perf_event_open</c> takes a hardware event here.</param>
    public static List<TracedEvent> Resolve(List<EventRequest> requests, ProbeSession probes, Func<ulong, bool> hardwareWorks)
    {
        var events = new List<TracedEvent>();
        foreach (var request in requests)
        {
            var first = events.Count;
            if (request.IsProbe)
                events.AddRange(probes.Define(request.Text, request.Target));
            else
                ResolveList(request.Text, events, hardwareWorks);
            if (request.Filter is not null)
                ApplyFilter(request, events, first);
        }

        return events;
    }

    private static void ApplyFilter(EventRequest request, List<TracedEvent> events, int first)
    {
        for (var i = first; i < events.Count; i++)
        {
            if (!events[i].IsTracepoint)
                throw new UsageException($"--filter: {events[i].Name} has no fields to filter by: only tracepoints and probes have");
            events[i].Filter = EventFilter.Create(request.Filter!, events[i]);
        }
    }

    private static void ResolveList(string text, List<TracedEvent> events, Func<ulong, bool> hardwareWorks)
    {
        foreach (var part in text.Split(','))
        {
            var name = part.Trim();
            if (name.Length == 0)
                throw new UsageException($"-e: '{text}' has an empty event name");
            var first = events.Count;
            if (!TryBuiltIn(name, events, hardwareWorks))
                AddTracepoints(name, events);
            if (events.Count == first)
                throw NoSuchEvent(name);
        }
    }

    private static bool TryBuiltIn(string name, List<TracedEvent> events, Func<ulong, bool> hardwareWorks)
    {
        var colon = name.IndexOf(':');
        var bare = colon < 0 ? name : name[..colon];
        if (EventNames.TryFind(EventNames.Software, bare, out var config))
        {
            events.Add(Build(bare, EventNames.PERF_TYPE_SOFTWARE, config, name, colon));
            return true;
        }

        if (!EventNames.TryFind(EventNames.Hardware, bare, out config))
            return false;
        if (hardwareWorks(config))
        {
            events.Add(Build(bare, EventNames.PERF_TYPE_HARDWARE, config, name, colon));
            return true;
        }

        // Cycles measure time spent, and so does the clock; no other hardware event has a stand-in that would tell the truth.
        if (config != EventNames.PERF_COUNT_HW_CPU_CYCLES)
            throw new CaptureException($"event '{bare}': this host has no hardware counters (a virtual machine without a PMU, or perf is denied them)", "use cpu-clock to see where time is spent; enable the virtual PMU for counts");
        Terminal.Notice($"event '{bare}': no hardware counters here, sampling cpu-clock instead");
        events.Add(Build("cpu-clock", EventNames.PERF_TYPE_SOFTWARE, EventNames.PERF_COUNT_SW_CPU_CLOCK, name, colon));
        return true;
    }

    private static TracedEvent Build(string name, uint type, ulong config, string text, int colon)
    {
        var traced = new TracedEvent { Name = name, Type = type, Config = config };
        if (colon >= 0)
            ApplyModifiers(traced, text[(colon + 1)..], text);
        return traced;
    }

    /// <summary><c>u</c> user only, <c>k</c> kernel only, as in perf; <c>p</c> and <c>P</c> (precise) mean nothing for clocks and are dropped.</summary>
    private static void ApplyModifiers(TracedEvent traced, string modifiers, string text)
    {
        bool user = false, kernel = false;
        foreach (var c in modifiers)
        {
            switch (c)
            {
                case 'u':
                    user = true;
                    break;
                case 'k':
                    kernel = true;
                    break;
                case 'p' or 'P':
                    break;
                default:
                    throw new UsageException($"-e {text}: unknown modifier '{c}': use u (user) or k (kernel)");
            }
        }

        traced.ExcludeKernel = user && !kernel;
        traced.ExcludeUser = kernel && !user;
    }

    private static void AddTracepoints(string name, List<TracedEvent> events)
    {
        var parts = name.Split(':');
        if (parts.Length is not (2 or 3))
            return;
        var folder = Tracefs.Root + "/events";
        var groups = Glob.IsPattern(parts[0]) ? Matching(folder, parts[0]) : [parts[0]];
        var first = events.Count;
        var known = KnownProbes.Read();
        foreach (var group in groups)
        {
            var names = Glob.IsPattern(parts[1]) ? Matching($"{folder}/{group}", parts[1]) : [parts[1], .. known.OthersOf(group, parts[1])];
            foreach (var eventName in names)
            {
                if (TryTracepoint($"{group}:{eventName}", $"{group}/{eventName}", out var traced))
                    events.Add(known.Describe(traced!));
            }
        }

        for (var i = first; parts.Length == 3 && i < events.Count; i++)
            ApplyModifiers(events[i], parts[2], name);
    }

    /// <summary>Reads a tracepoint's id and format.</summary>
    /// <param name="visible">The name the file gives it.</param>
    /// <param name="kernelName"><c>GROUP/EVENT</c> in tracefs.</param>
    public static bool TryTracepoint(string visible, string kernelName, out TracedEvent? traced)
    {
        traced = null;
        var folder = $"{Tracefs.Root}/events/{kernelName}";
        if (!ulong.TryParse(HostFile.TryReadText(folder + "/id"), out var id))
            return false;
        traced = new TracedEvent
        {
            Name = visible,
            KernelName = kernelName,
            Type = EventNames.PERF_TYPE_TRACEPOINT,
            Config = id,
            Format = HostFile.TryReadAll(folder + "/format", out _) ?? [],
        };
        return true;
    }

    private static List<string> Matching(string folder, string pattern)
    {
        var names = HostFile.List(folder, out _);
        names.RemoveAll(n => !Glob.Matches(pattern, n));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static CaptureException NoSuchEvent(string name)
    {
        if (name.Contains(':') && Tracefs.Find() is { } root && !HostFile.Exists(root + "/events/sched"))
        {
            HostFile.List(root + "/events", out var error);
            if (error != 0)
                return new CaptureException($"event '{name}': cannot read {root}/events: {Errno.Text(error)}", "run as root, or give this user read access to tracefs (mount option gid=)");
        }

        return new CaptureException($"no event '{name}' on this host{Suggestions.DidYouMean(Near(name))}", "'tracekit-capture list' shows what there is; patterns such as 'sched:*' work");
    }

    /// <summary>The event that was probably meant; null when none is near.</summary>
    private static string? Near(string name)
    {
        var colon = name.IndexOf(':');
        if (colon < 0)
            return Suggestions.Nearest(name, Array.ConvertAll(EventNames.Software, known => known.Name));
        var folder = Tracefs.Root + "/events";
        var (group, rest) = (name[..colon], name[(colon + 1)..]);
        if (HostFile.Exists($"{folder}/{group}"))
            return Suggestions.Nearest(rest, HostFile.List($"{folder}/{group}", out _)) is { } near ? $"{group}:{near}" : null;
        return Suggestions.Nearest(group, HostFile.List(folder, out _)) is { } other && HostFile.Exists($"{folder}/{other}/{rest}") ? $"{other}:{rest}" : null;
    }
}
