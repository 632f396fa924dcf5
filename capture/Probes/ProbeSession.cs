using System.Runtime;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Probes;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Targets;

namespace TraceKit.Capture.Probes;

/// <summary>
/// The probes of one run. They are defined in a group of this run's own, armed only by the perf descriptors that are opened on them (the kernel
/// disarms those however the process dies), and removed at the end; what a killed run left behind is removed by the next.
/// </summary>
/// <param name="pids">Processes that are recorded, to say it when one of them runs another file than the probed one.</param>
internal sealed class ProbeSession(IReadOnlyList<int> pids) : IDisposable
{
    private readonly List<DefinedEvent> _defined = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private TargetOptions? _options;
    private HostTarget? _target;
    private bool _swept;

    /// <summary>Defines what a definition became: a probe for each of its places.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="options">What it is about.</param>
    /// <exception cref="CaptureException">It cannot be done, or the host or the kernel refuses it.</exception>
    public List<TracedEvent> Define(string text, TargetOptions options)
    {
        try
        {
            RemoveStale();
            // Said before anything is looked up: without the kernel's help nothing of it matters.
            ProbeDefiner.FileFor(text, options.Executable);
            var target = TargetOf(options);
            var plan = PlanReport.Compile(text, target, options);
            var events = new List<TracedEvent>(plan.Probes.Count);
            // Places that are one event to people share its visible name.
            var visible = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var probe in plan.Probes)
                events.Add(Define(text, probe, target, visible));
            return events;
        }
        catch (Exception e) when (e is ProbeSyntaxException or ProbeTargetException)
        {
            throw new CaptureException(e.Message);
        }
    }

    /// <summary>Gives back what was read to look definitions up: the recording itself does without.</summary>
    public void CloseTargets()
    {
        if (_target is null)
            return;
        var large = _target.HasReadMuch;
        _target.Dispose();
        _target = null;
        _options = null;
        if (!large)
            return;
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive);
    }

    /// <summary>Removes the definitions of runs that are no more.</summary>
    public void RemoveStale()
    {
        if (_swept || Tracefs.Find() is null)
            return;
        _swept = true;
        foreach (var defined in DefinedEvents.All(ofRuns: true))
        {
            if (!RunGroup.TryParse(defined.Group, out var pid, out var started) || ProcStat.StartTime(pid) == started)
                continue;
            // One that is still in use (an agent of another pid namespace) is refused by the kernel with EBUSY, and stays.
            if (defined.File.Append(KernelProbeText.ForRemoval(defined.Group, defined.Event)) == 0)
                Terminal.Detail($"removed probe {defined.Group}/{defined.Event} of an earlier run");
        }
    }

    /// <summary>Removes this run's definitions; the perf descriptors must be closed by now.</summary>
    public void Dispose()
    {
        foreach (var defined in _defined)
        {
            var error = ProbeDefiner.Remove(defined.File, defined.Group, defined.Event);
            if (error is not (0 or Errno.ENOENT))
                Terminal.Error($"could not remove probe {defined.Group}/{defined.Event}: {Errno.Text(error)}; it is not armed, and the next run removes it");
        }

        _defined.Clear();
        CloseTargets();
    }

    /// <summary>Definitions that follow each other are mostly about one file: it is read once.</summary>
    private HostTarget TargetOf(TargetOptions options)
    {
        if (_target is not null && ReferenceEquals(options, _options))
            return _target;
        CloseTargets();
        _target = HostTarget.Open(options);
        _options = options;
        _target.CheckProcesses(pids);
        return _target;
    }

    private TracedEvent Define(string text, PlannedProbe probe, HostTarget target, Dictionary<string, string> visible)
    {
        var self = Libc.getpid();
        var group = RunGroup.Compose(self, ProcStat.StartTime(self), probe.Group);
        var name = probe.Event;
        for (var i = 1; !_names.Add($"{group}/{name}"); i++)
            name = ProbeNames.Numbered(probe.Event, i);
        if (!visible.TryGetValue($"{probe.Group}:{probe.Event}", out var shown))
            visible.Add($"{probe.Group}:{probe.Event}", shown = $"{probe.Group}:{name}");
        var defined = ProbeDefiner.Define(probe, target, group, name, text);
        _defined.Add(defined);
        return EventResolver.TryTracepoint(shown, $"{group}/{name}", out var traced)
            ? traced!.With(text, defined.Line, StoredArguments.Of(probe), [StoredArguments.Of(probe.Place)])
            : throw new CaptureException($"probe '{text}': defined, but {Tracefs.Root}/events/{group}/{name} cannot be read", "run as root");
    }
}
