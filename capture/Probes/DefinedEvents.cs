using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes;

namespace TraceKit.Capture.Probes;

/// <summary>The probes that are defined on this host now, whoever defined them.</summary>
internal static class DefinedEvents
{
    public static ProbeFile Kernel { get; } = new("kprobe_events");

    public static ProbeFile User { get; } = new("uprobe_events");

    /// <summary>All of them, the kernel's first, in the order of the kernel's files.</summary>
    /// <param name="ofRuns">Also those that a recording defined for itself.</param>
    public static List<DefinedEvent> All(bool ofRuns = false)
    {
        var all = new List<DefinedEvent>();
        foreach (var file in (ReadOnlySpan<ProbeFile>)[Kernel, User])
        {
            foreach (var line in file.Read())
            {
                if (DefinedEvent.TryParse(file, line, out var defined) && (ofRuns || !RunGroup.TryParse(defined!.Group, out _, out _)))
                    all.Add(defined!);
            }
        }

        return all;
    }

    /// <summary>Whether a pattern means an event: with a colon the whole name, without one the event's own, as in <c>perf probe -d</c>.</summary>
    public static bool Matches(string pattern, DefinedEvent defined)
    {
        // GROUP/EVENT is what tracefs says.
        pattern = pattern.Replace('/', ':');
        return Glob.Matches(pattern, pattern.Contains(':') ? defined.Name : defined.Event);
    }

    /// <summary>Whether an event of this name exists, a probe or any other: the kernel would merge a second one with it, or refuse it.</summary>
    public static bool IsTaken(string group, string name) => HostFile.Exists($"{Tracefs.Root}/events/{group}/{name}");

    /// <summary>The name itself, or the first of NAME_1, NAME_2… that nobody has.</summary>
    public static string FreeName(string group, string name)
    {
        var free = name;
        for (var i = 1; IsTaken(group, free); i++)
            free = ProbeNames.Numbered(name, i);
        return free;
    }

    /// <summary>Why an event cannot be removed at this moment: who uses it, as far as that can be seen.</summary>
    public static string WhyBusy(DefinedEvent defined)
    {
        var enabled = $"{Tracefs.Root}/events/{defined.Group}/{defined.Event}/enable";
        if (HostFile.TryReadText(enabled) is { Length: > 0 } state && state[0] == '1')
            return $"it is switched on in tracefs: echo 0 > {enabled}";
        var users = new List<string>();
        foreach (var pid in ProcStat.Ids("/proc"))
        {
            if (pid != Libc.getpid() && HasPerfEvents(pid))
                users.Add($"{HostFile.TryReadText($"/proc/{pid}/comm")} ({pid})");
        }

        return users.Count == 0
            ? "it is in use: by a process that cannot be seen from here, a BPF program, or another tracefs instance"
            : $"it is being recorded; processes with perf events open: {string.Join(", ", users)}";
    }

    private static bool HasPerfEvents(int pid)
    {
        var folder = $"/proc/{pid}/fd";
        foreach (var fd in HostFile.List(folder, out _))
        {
            if (HostFile.TryReadLink($"{folder}/{fd}") == "anon_inode:[perf_event]")
                return true;
        }

        return false;
    }
}
