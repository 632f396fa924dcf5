using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;

namespace TraceKit.Capture.Snapshots;

/// <summary>What sampled processes with a just-in-time compiler leave for recorders (perf-map, jitdump), and the code itself.</summary>
internal sealed class JitSnapshots(TraceOutput output, SnapshotBudget budget)
{
    /// <summary>Each holds a descriptor or two.</summary>
    private const int MaxProcesses = 256;

    private readonly Dictionary<int, JitProcess> _processes = [];
    private readonly HashSet<int> _dropped = [];
    private int _late;

    private sealed class JitProcess
    {
        public required int Directory { get; init; }

        public required PerfMapFile Map { get; init; }

        public required MadeCode Code { get; init; }

        public List<JitDumpFile> Dumps { get; } = [];

        public HashSet<string> DumpPaths { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Whether there is something to look at from time to time.</summary>
    public bool IsWatching => _processes.Count > 0;

    /// <summary>A sampled process has memory for made code, or maps a jitdump file.</summary>
    public void Watch(int pid, TrackedMapping mapping)
    {
        if (Process(pid) is not { } process || !mapping.IsJitDump || !process.DumpPaths.Add(mapping.Path))
            return;
        if (JitDumpFile.TryOpen(pid, mapping) is { } dump)
            process.Dumps.Add(dump);
    }

    /// <summary>A sample points into made code. The memory for it was seen before; hits that come in after the process ended come too late.</summary>
    public void CodeHit(int pid, ulong address)
    {
        if (_processes.TryGetValue(pid, out var process))
            process.Code.Take(address);
        else
            _late++;
    }

    /// <summary>Looks how long the maps are.</summary>
    public void Look()
    {
        foreach (var process in _processes.Values)
        {
            process.Map.Look();
            process.Code.Flush();
        }
    }

    /// <summary>A process ended: what it wrote in its last moments is there now.</summary>
    public void Ended(int pid)
    {
        if (_processes.Remove(pid, out var process))
            Take(process);
    }

    public void Finish()
    {
        foreach (var process in _processes.Values)
        {
            process.Code.TakeAgain();
            Take(process);
        }

        _processes.Clear();
        if (_dropped.Count > 0)
            Terminal.Notice($"perf-maps and code of {_dropped.Count} more processes were not taken: at most {MaxProcesses} are watched at once");
        if (_late > 0)
            Terminal.Detail($"{_late} pages of code made at run time were hit in processes that had ended before they could be read");
    }

    private void Take(JitProcess process)
    {
        process.Map.Look();
        process.Map.Close();
        process.Code.Close();
        foreach (var dump in process.Dumps)
            dump.Take(output, budget);
        if (process.Directory >= 0)
            Libc.close(process.Directory);
    }

    private JitProcess? Process(int pid)
    {
        if (_processes.TryGetValue(pid, out var process))
            return process;
        if (!HostFile.Exists($"/proc/{pid}"))
            return null;
        if (_processes.Count >= MaxProcesses)
        {
            _dropped.Add(pid);
            return null;
        }

        var directory = Libc.open($"/proc/{pid}/root/tmp", Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        var innermost = ProcStat.LastNumber(ProcStat.StatusField(pid, "NSpid"));
        // Real, effective, saved, file system: of the user that files are made as.
        var owner = (uint)ProcStat.LastNumber(ProcStat.StatusField(pid, "Uid"));
        process = new JitProcess
        {
            Directory = directory,
            Map = new PerfMapFile(output, budget, directory, $"perf-{(innermost == 0 ? pid : innermost)}.map", pid, owner),
            Code = new MadeCode(output, budget, pid),
        };
        _processes.Add(pid, process);
        process.Map.Look();
        Terminal.Detail($"process {pid} makes code at run time: watching for its perf-map");
        return process;
    }
}
