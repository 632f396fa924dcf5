using System.Text;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Pump;

/// <summary>Follows forks, execs, mappings and exits in the side-band.</summary>
internal sealed class ProcessTracker(SampleLayout layout)
{
    private const int PROT_EXEC = 4;

    // A process is kept for some rounds after its exit: other CPUs may still hold samples of it.
    private const int RoundsAfterExit = 8;

    private readonly Dictionary<int, TrackedProcess> _processes = [];
    private readonly List<TrackedProcess> _changed = [];
    private readonly List<TrackedProcess> _exited = [];
    private int _round = 1;

    /// <summary>A mapping was made in a process that has had samples.</summary>
    public Action<TrackedProcess, TrackedMapping>? MappedInSampled { get; set; }

    /// <summary>A process that had samples ended.</summary>
    public Action<TrackedProcess>? SampledExited { get; set; }

    public TrackedProcess? Find(int pid) => _processes.GetValueOrDefault(pid);

    public TrackedProcess Get(int pid)
    {
        if (!_processes.TryGetValue(pid, out var process))
            _processes.Add(pid, process = new TrackedProcess(pid));
        return process;
    }

    public Dictionary<int, TrackedProcess>.ValueCollection All => _processes.Values;

    /// <summary>Takes one side-band record.</summary>
    public void Apply(PerfRecord record)
    {
        switch (record.Type)
        {
            case PerfRecordType.PERF_RECORD_MMAP2 when Mmap2Record.TryParse(record, layout, out var map):
                if ((map.Protection & PROT_EXEC) != 0)
                    Map((int)map.Pid, ToMapping(map));
                break;
            case PerfRecordType.PERF_RECORD_MMAP when MmapRecord.TryParse(record, layout, out var map):
                // A kernel without MMAP2; kernel text itself has pid -1.
                if ((int)map.Pid > 0)
                    Map((int)map.Pid, new TrackedMapping { Start = map.Address, End = map.Address + map.Length, FileOffset = map.PageOffset, Path = Encoding.UTF8.GetString(map.Filename) });
                break;
            case PerfRecordType.PERF_RECORD_COMM when CommRecord.TryParse(record, layout, out var comm):
                if (comm.IsExec)
                {
                    var process = Get((int)comm.Pid);
                    process.Exec();
                    _changed.Add(process);
                }

                break;
            case PerfRecordType.PERF_RECORD_FORK when ForkRecord.TryParse(record, layout, out var fork):
                if (fork.IsNewProcess)
                    Fork((int)fork.Pid, (int)fork.ParentPid);
                break;
            case PerfRecordType.PERF_RECORD_EXIT when ForkRecord.TryParse(record, layout, out var exit):
                if (exit.Pid == exit.Tid && _processes.TryGetValue((int)exit.Pid, out var ended) && ended.ExitRound == 0)
                {
                    ended.ExitRound = _round;
                    _exited.Add(ended);
                    if (ended.IsSampled)
                        SampledExited?.Invoke(ended);
                }

                break;
        }
    }

    /// <summary>The round's samples are encoded: what ended before them may be forgotten.</summary>
    public void EndRound()
    {
        _round++;
        foreach (var process in _changed)
            process.ForgetRetired();
        _changed.Clear();
        for (var i = _exited.Count - 1; i >= 0; i--)
        {
            var process = _exited[i];
            if (_round - process.ExitRound <= RoundsAfterExit)
                continue;
            _exited.RemoveAt(i);
            // A new process may have its number by now, or the leader ended and its threads live on.
            if (_processes.GetValueOrDefault(process.Pid) == process && !Native.HostFile.Exists($"/proc/{process.Pid}"))
                _processes.Remove(process.Pid);
        }
    }

    private void Map(int pid, TrackedMapping mapping)
    {
        var process = Get(pid);
        process.Map(mapping);
        if (process.IsSampled)
            MappedInSampled?.Invoke(process, mapping);
    }

    private void Fork(int pid, int parentPid)
    {
        if (_processes.TryGetValue(pid, out var old) && old.ExitRound == 0 && old.Mappings.Count > 0)
            return; // known from /proc already, as the fork's own child
        var child = new TrackedProcess(pid);
        _processes[pid] = child;
        if (_processes.TryGetValue(parentPid, out var parent))
            child.Inherit(parent);
    }

    private static TrackedMapping ToMapping(Mmap2Record map) => new()
    {
        Start = map.Address,
        End = map.Address + map.Length,
        FileOffset = map.PageOffset,
        Path = Encoding.UTF8.GetString(map.Filename),
        BuildId = map.BuildId.ToArray(),
        DeviceMajor = map.Major,
        DeviceMinor = map.Minor,
        Inode = map.Inode,
        InodeGeneration = map.InodeGeneration,
    };
}
