using System.Text;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>Facts of sampled processes, and the perf-maps that their just-in-time compilers write.</summary>
internal sealed class ProcessSnapshots(TraceOutput output, ModuleSnapshots modules)
{
    // A perf-map of a large JVM has 20 MB; what is larger is cut and said to be.
    private const int MaxPerfMapBytes = 64 << 20;

    private readonly Dictionary<int, Known> _known = [];
    private readonly List<ProcessInfo> _waiting = [];

    private readonly record struct Known(int NamespacePid, string? Root);

    /// <summary>Reads /proc while the process lives; a process that is gone is left to its perf records.</summary>
    public void Describe(int pid)
    {
        if (pid <= 0 || _known.ContainsKey(pid))
            return;
        var comm = HostFile.TryReadText($"/proc/{pid}/comm");
        if (comm is null)
        {
            _known[pid] = new Known(pid, null);
            return;
        }

        var root = HostFile.TryReadLink($"/proc/{pid}/root");
        var namespacePid = LastNumber(ProcStat.StatusField(pid, "NSpid"));
        _known[pid] = new Known(namespacePid == 0 ? pid : namespacePid, root);
        _waiting.Add(new ProcessInfo
        {
            Pid = pid,
            ParentPid = LastNumber(ProcStat.StatusField(pid, "PPid")),
            Comm = comm,
            Argv0 = FirstArgument(pid),
            NamespacePid = namespacePid,
            Cgroup = Cgroup(pid),
            // Clock ticks since boot; the tick is 10 ms on every Linux (USER_HZ), the clock does not count suspend as this does.
            StartTime = ProcStat.StartTime(pid) * 10_000_000,
            ExePath = HostFile.TryReadLink($"/proc/{pid}/exe"),
            Root = root is null or "/" ? null : root,
        });
        if (_waiting.Count >= 64)
            Flush();
    }

    /// <summary>A sampled process ended: its perf-map, where its /tmp can still be seen.</summary>
    public void Ended(int pid)
    {
        if (_known.Remove(pid, out var known))
            TakePerfMap(pid, known);
    }

    public void Finish()
    {
        Flush();
        foreach (var (pid, known) in _known)
            TakePerfMap(pid, known);
        _known.Clear();
    }

    private void Flush()
    {
        if (_waiting.Count > 0)
            output.Post(ChunkType.Process, ChunkHeader.NoStream, new ProcessTable { Processes = [.. _waiting] }.Encode());
        _waiting.Clear();
    }

    private void TakePerfMap(int pid, Known known)
    {
        var name = $"/tmp/perf-{known.NamespacePid}.map";
        var fd = HostFile.OpenRegular($"/proc/{pid}/root{name}", out var facts, out _);
        if (fd < 0 && known.Root is null or "/")
            fd = HostFile.OpenRegular(name, out facts, out _);
        if (fd < 0)
            return;
        var bytes = new byte[Math.Min(facts.Size, MaxPerfMapBytes)];
        var read = HostFile.ReadAt(fd, bytes, 0);
        Libc.close(fd);
        if (read <= 0)
            return;
        var info = new ModuleInfo
        {
            Id = modules.NextId(),
            Kind = ModuleKind.PerfMap,
            Path = name,
            Pid = pid,
            FileLength = facts.Size,
            BlobBytes = (ulong)read,
            BlobFormat = "perf-map",
            MissingReason = facts.Size > MaxPerfMapBytes ? $"only the first {MaxPerfMapBytes >> 20} MiB are here" : null,
            SnapshotTime = Clock.Monotonic,
        };
        Blob.Write(output, info, bytes.AsSpan(0, read));
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

    private static int LastNumber(string? text)
    {
        if (text is null)
            return 0;
        var blank = text.LastIndexOfAny(['\t', ' ']);
        return int.TryParse(text.AsSpan(blank + 1), out var value) ? value : 0;
    }
}
