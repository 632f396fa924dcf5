using System.Text;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Probes;
using TraceKit.Probes.Plan;

namespace TraceKit.Capture.Probes;

/// <summary>Puts planned probes into tracefs, and takes them out. Nothing is armed by that.</summary>
internal static class ProbeDefiner
{
    /// <summary>Which of the kernel's files a probe goes to.</summary>
    /// <exception cref="CaptureException">This kernel has none of the kind.</exception>
    public static ProbeFile FileFor(string text, string? path)
    {
        var file = path is null ? DefinedEvents.Kernel : DefinedEvents.User;
        if (file.Exists)
            return file;
        throw path is null
            ? NoKernelProbes(text)
            : new CaptureException($"probe '{text}': this kernel was built without CONFIG_UPROBE_EVENTS, so user functions cannot be probed", "a kernel with CONFIG_UPROBE_EVENTS=y (all common distributions)");
    }

    /// <summary>Defines one probe under a name that nobody has.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="target">What it is in, held open.</param>
    /// <param name="group">Its group in the kernel.</param>
    /// <param name="name">Its name in the kernel.</param>
    /// <param name="text">The definition as the user wrote it.</param>
    /// <returns>The line as the kernel prints it.</returns>
    /// <exception cref="CaptureException">The host or the kernel refuses it, or the file was replaced meanwhile; then it is not defined.</exception>
    public static DefinedEvent Define(PlannedProbe probe, HostTarget target, string group, string name, string text)
    {
        var file = FileFor(text, probe.Place.Path);
        var line = KernelProbeText.Compose(probe, group, name, target.KernelPath);
        var error = file.Append(line);
        if (error != 0)
            throw Refused(file, line, text, probe, error);
        try
        {
            target.CheckUnchanged();
            return Find(file, group, name) ?? throw new CaptureException($"probe '{text}': defined, but {Tracefs.Root}/{file.Name} does not show it", "run as root");
        }
        catch
        {
            Remove(file, group, name);
            throw;
        }
    }

    /// <summary>Removes a definition; 0 or the error number. Waits a moment for descriptors that are being closed.</summary>
    public static int Remove(ProbeFile file, string group, string name)
    {
        var error = file.Append(KernelProbeText.ForRemoval(group, name));
        for (var i = 0; i < 50 && error == Errno.EBUSY; i++)
        {
            // The kernel gives an event free a moment after its last descriptor is closed.
            Thread.Sleep(10);
            error = file.Append(KernelProbeText.ForRemoval(group, name));
        }

        return error;
    }

    private static DefinedEvent? Find(ProbeFile file, string group, string name)
    {
        foreach (var line in file.Read())
        {
            if (DefinedEvent.TryParse(file, line, out var defined) && defined!.Group == group && defined.Event == name)
                return defined;
        }

        return null;
    }

    private static CaptureException Refused(ProbeFile file, string line, string text, PlannedProbe probe, int error)
    {
        if (error is Errno.EACCES or Errno.EPERM)
            return new CaptureException($"probe '{text}': {file.Name}: {Errno.Text(error)}", "run as root; kernel lockdown in confidentiality mode (see /sys/kernel/security/lockdown) forbids probes to everybody");
        var why = ProbeFile.Explain(line) is { } said ? $"{said} ({Errno.Text(error)})" : Errno.Text(error);
        if (error == Errno.EINVAL && probe.Place.Path is null && IsNotTraced(probe.Place.Symbol))
            return new CaptureException($"probe '{text}': {probe.Place.Symbol} is notrace: this kernel takes probes only on functions that it can trace ({why})", "probe its caller or what it calls: /sys/kernel/tracing/available_filter_functions has what can be traced");
        return error == Errno.ENOENT && probe.Place.Path is null
            ? new CaptureException($"probe '{text}': the kernel has no function '{probe.Place.Symbol}', or it is inlined or marked notrace ({why})", $"look for it: grep -w {probe.Place.Symbol} /proc/kallsyms")
            : new CaptureException($"probe '{text}': the kernel refuses it: {why}\n  {line}");
    }

    /// <summary>Whether the kernel's list of what it can trace is readable and lacks a function.</summary>
    private static bool IsNotTraced(string symbol) =>
        HostFile.TryReadAll($"{Tracefs.Root}/available_filter_functions", out _) is { Length: > 1000 } list && list.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\n{symbol}\n")) < 0;

    private static CaptureException NoKernelProbes(string text)
    {
        var built = KernelFeatures.HasSymbol("register_kprobe");
        var missing = built switch
        {
            false => "CONFIG_KPROBES",
            true => "CONFIG_KPROBE_EVENTS",
            null => "CONFIG_KPROBES or CONFIG_KPROBE_EVENTS",
        };
        return new CaptureException(
            $"probe '{text}': this kernel ({KernelFeatures.Release}) was built without {missing}, so kernel functions cannot be probed",
            "use a tracepoint ('tracekit-capture list'), or boot a kernel with CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y; for a function of a program, name its file with -x before --probe");
    }
}
