using System.Text;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>Facts of sampled processes.</summary>
internal sealed class ProcessSnapshots(TraceOutput output)
{
    private readonly HashSet<int> _known = [];
    private readonly List<ProcessInfo> _waiting = [];

    /// <summary>Reads /proc while the process lives; a process that is gone is left to its perf records.</summary>
    public void Describe(int pid)
    {
        if (pid <= 0 || !_known.Add(pid))
            return;
        var comm = HostFile.TryReadText($"/proc/{pid}/comm");
        if (comm is null)
            return;
        var root = HostFile.TryReadLink($"/proc/{pid}/root");
        _waiting.Add(new ProcessInfo
        {
            Pid = pid,
            ParentPid = ProcStat.LastNumber(ProcStat.StatusField(pid, "PPid")),
            Comm = comm,
            Argv0 = FirstArgument(pid),
            NamespacePid = ProcStat.LastNumber(ProcStat.StatusField(pid, "NSpid")),
            Cgroup = Cgroup(pid),
            // Clock ticks since boot; the tick is 10 ms on every Linux (USER_HZ), the clock does not count suspend as this does.
            StartTime = ProcStat.StartTime(pid) * 10_000_000,
            ExePath = HostFile.TryReadLink($"/proc/{pid}/exe"),
            Root = root is null or "/" ? null : root,
        });
        if (_waiting.Count >= 64)
            Flush();
    }

    /// <summary>The process is gone: its number may be another's soon.</summary>
    public void Ended(int pid) => _known.Remove(pid);

    /// <summary>Writes what waits.</summary>
    public void Flush()
    {
        if (_waiting.Count > 0)
            output.Post(ChunkType.Process, ChunkHeader.NoStream, new ProcessTable { Processes = [.. _waiting] }.Encode());
        _waiting.Clear();
    }

    private static string? FirstArgument(int pid)
    {
        var bytes = HostFile.TryReadAll($"/proc/{pid}/cmdline", out _);
        if (bytes is null || bytes.Length == 0)
            return null;
        var end = bytes.AsSpan().IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes.AsSpan(0, end));
    }

    /// <summary>The path of the unified hierarchy, else of the first one.</summary>
    private static string? Cgroup(int pid)
    {
        var text = HostFile.TryReadText($"/proc/{pid}/cgroup");
        if (text is null)
            return null;
        string? first = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("0::", StringComparison.Ordinal))
                return line[3..];
            var colon = line.LastIndexOf(':');
            first ??= colon < 0 ? null : line[(colon + 1)..];
        }

        return first;
    }
}
