using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Snapshots;
using TraceKit.DebugInfo.Elf;
using TraceKit.Probes;

namespace TraceKit.Capture.Probes;

/// <summary>
/// The probes of one run. They are defined in a group of this run's own, armed only by the perf descriptors that are opened on them (the kernel
/// disarms those however the process dies), and removed at the end; what a killed run left behind is removed by the next.
/// </summary>
internal sealed class ProbeSession : IDisposable
{
    private readonly ProbeFile _kernel = new("kprobe_events");
    private readonly ProbeFile _user = new("uprobe_events");
    private readonly List<(ProbeFile File, string Group, string Event)> _defined = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private bool _swept;

    /// <summary>Defines a probe.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="executable">The file it is in; null for the kernel.</param>
    /// <exception cref="CaptureException">The host or the kernel refuses it.</exception>
    public TracedEvent Define(string text, string? executable)
    {
        try
        {
            var definition = ProbeDefinition.Parse(text);
            RemoveStale();
            return executable is null ? DefineInKernel(definition) : DefineInFile(definition, executable);
        }
        catch (ProbeSyntaxException e)
        {
            throw new CaptureException(e.Message);
        }
    }

    /// <summary>Removes the definitions of runs that are no more.</summary>
    public void RemoveStale()
    {
        if (_swept || Tracefs.Find() is null)
            return;
        _swept = true;
        foreach (var file in (ReadOnlySpan<ProbeFile>)[_kernel, _user])
        {
            foreach (var line in file.Read())
            {
                if (!KernelProbeText.TryParseName(line, out var group, out var name) || !RunGroup.TryParse(group, out var pid, out var started)
                    || ProcStat.StartTime(pid) == started)
                {
                    continue;
                }

                // One that is still in use (an agent of another pid namespace) is refused by the kernel with EBUSY, and stays.
                if (file.Append(KernelProbeText.ForRemoval(group, name)) == 0)
                    Terminal.Detail($"removed probe {group}/{name} of an earlier run");
            }
        }
    }

    /// <summary>Removes this run's definitions; the perf descriptors must be closed by now.</summary>
    public void Dispose()
    {
        foreach (var (file, group, name) in _defined)
        {
            var error = file.Append(KernelProbeText.ForRemoval(group, name));
            for (var i = 0; i < 50 && error == Errno.EBUSY; i++)
            {
                // The kernel gives an event free a moment after its last descriptor is closed.
                Thread.Sleep(10);
                error = file.Append(KernelProbeText.ForRemoval(group, name));
            }

            if (error is not (0 or Errno.ENOENT))
                Terminal.Error($"could not remove probe {group}/{name}: {Errno.Text(error)}; it is not armed, and the next run removes it");
        }

        _defined.Clear();
    }

    private TracedEvent DefineInKernel(ProbeDefinition definition)
    {
        if (!_kernel.Exists)
            throw NoKernelProbes(definition);
        var (visible, group, name) = Names(definition, definition.Group ?? ProbeDefinition.DefaultKernelGroup);
        return Add(_kernel, KernelProbeText.ForKernel(definition, group, name), definition, visible, group, name);
    }

    private TracedEvent DefineInFile(ProbeDefinition definition, string path)
    {
        if (!_user.Exists)
            throw new CaptureException($"probe '{definition.Text}': this kernel was built without CONFIG_UPROBE_EVENTS, so user functions cannot be probed", "a kernel with CONFIG_UPROBE_EVENTS=y (all common distributions)");
        using var file = ModuleFile.TryOpen(path, path, out var reason)
            ?? throw new CaptureException($"-x {path}: {reason}", "give the path of the program or library that has the function");
        var image = file.TryLoad(ElfSnapshotParts.Symbols)
            ?? throw new CaptureException($"-x {path}: cannot read its symbol tables");
        var target = UserProbeTarget.Resolve(image, definition);
        var (visible, group, name) = Names(definition, definition.Group ?? ProbeDefinition.DefaultGroup(path));
        // The kernel splits its line at blanks: such a path is given by our open descriptor, which it resolves while it reads the line.
        var given = path.AsSpan().IndexOfAny(' ', '\t', '#') < 0 && path[0] == '/' ? path : $"/proc/{Libc.getpid()}/fd/{file.Descriptor}";
        var traced = Add(_user, KernelProbeText.ForUser(definition, group, name, given, target.Offset.Value), definition, visible, group, name);
        Terminal.Detail($"{visible}: {target.Symbol} at 0x{target.Address.Value:x} of {path}, file offset 0x{target.Offset.Value:x}");
        return traced;
    }

    private (string Visible, string Group, string Event) Names(ProbeDefinition definition, string visibleGroup)
    {
        var self = Libc.getpid();
        var group = RunGroup.Compose(self, ProcStat.StartTime(self), visibleGroup);
        var name = definition.EventName;
        for (var i = 1; !_names.Add($"{group}/{name}"); i++)
            name = $"{definition.EventName}_{i}";
        return ($"{visibleGroup}:{name}", group, name);
    }

    private TracedEvent Add(ProbeFile file, string line, ProbeDefinition definition, string visible, string group, string name)
    {
        var error = file.Append(line);
        if (error != 0)
            throw Refused(file, line, definition, error);
        _defined.Add((file, group, name));
        return EventResolver.TryTracepoint(visible, $"{group}/{name}", out var traced, definition.Text, line)
            ? traced!
            : throw new CaptureException($"probe '{definition.Text}': defined, but {Tracefs.Root}/events/{group}/{name} cannot be read", "run as root");
    }

    private static CaptureException Refused(ProbeFile file, string line, ProbeDefinition definition, int error)
    {
        if (error is Errno.EACCES or Errno.EPERM)
            return new CaptureException($"probe '{definition.Text}': {file.Name}: {Errno.Text(error)}", "run as root; kernel lockdown in confidentiality mode (see /sys/kernel/security/lockdown) forbids probes to everybody");
        var why = ProbeFile.Explain(line) ?? Errno.Text(error);
        return error == Errno.ENOENT && file.Name == "kprobe_events"
            ? new CaptureException($"probe '{definition.Text}': the kernel has no function '{definition.Function}', or it is inlined or marked notrace ({why})", $"look for it: grep -w {definition.Function} /proc/kallsyms")
            : new CaptureException($"probe '{definition.Text}': the kernel refuses it: {why}");
    }

    private static CaptureException NoKernelProbes(ProbeDefinition definition)
    {
        var built = KernelFeatures.HasSymbol("register_kprobe");
        var missing = built switch
        {
            false => "CONFIG_KPROBES",
            true => "CONFIG_KPROBE_EVENTS",
            null => "CONFIG_KPROBES or CONFIG_KPROBE_EVENTS",
        };
        return new CaptureException(
            $"probe '{definition.Text}': this kernel ({KernelFeatures.Release}) was built without {missing}, so kernel functions cannot be probed",
            "use a tracepoint ('tracekit-capture list'), or boot a kernel with CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y; for a function of a program, name its file with -x before --probe");
    }
}
