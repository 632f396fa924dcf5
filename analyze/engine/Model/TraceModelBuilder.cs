namespace TraceKit.Engine.Model;

/// <summary>
/// Makes a <see cref="TraceModel"/> from what happened, told in order of time. Time 0 is before the recording: what was found
/// running, not what was seen to begin.
/// </summary>
internal sealed class TraceModelBuilder
{
    private readonly List<Mapping> _mappings = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<int, Process> _processes = [];
    private readonly Dictionary<int, Entry> _threads = []; // by tid: the one that lives now

    private sealed class Process(int pid, MappingLog log)
    {
        public int Pid { get; } = pid;

        public MappingLog Log { get; set; } = log;

        /// <summary>Entries that began under the present program; some have ended.</summary>
        public List<Entry> Entries { get; } = [];
    }

    private sealed class Entry(Process process, MappingLog log, int tid, long start)
    {
        public Process Process { get; } = process;

        public MappingLog Log { get; } = log;

        public int Tid { get; } = tid;

        public string Comm { get; set; } = "";

        public long Start { get; } = start;

        public long End { get; set; } = long.MaxValue;

        public bool IsGuessed { get; set; }
    }

    /// <summary>A thread's name; with <paramref name="exec"/>, its process runs another program from now on.</summary>
    public void Comm(long time, int pid, int tid, string comm, bool exec)
    {
        var process = ProcessOf(pid);
        if (exec && time > 0)
        {
            // The other threads died in the exec; whichever called it goes on under the number of the process.
            process.Log = new MappingLog(null, 0) { Replaced = MappingLog.Shortest(process.Log, process.Log.Length) };
            foreach (var entry in process.Entries)
                entry.End = Math.Min(entry.End, time);
            process.Entries.Clear();
        }

        _threads.TryGetValue(tid, out var before);
        if (before is not null && before.Process != process)
            before = null;
        if (before is not null && before.Log == process.Log)
        {
            if (before is { IsGuessed: true, Start: long.MinValue } && time <= 0)
            {
                before.Comm = comm;
                before.IsGuessed = false;
            }

            if (before.Comm == comm)
                return;
        }
        else if (before is null && time > 0)
        {
            Begin(process, process.Log, tid, UnknownComm(tid), long.MinValue, guessed: true);
        }

        Begin(process, process.Log, tid, comm, StartOf(time), guessed: false);
    }

    /// <summary>A new thread, or with another <paramref name="pid"/> than its parent's, a new process.</summary>
    public void Fork(long time, int pid, int tid, int parentPid, int parentTid)
    {
        if (pid == parentPid)
        {
            var same = ProcessOf(pid);
            if (!(time <= 0 && _threads.ContainsKey(tid)))
                Begin(same, same.Log, tid, CommOf(parentTid, tid), StartOf(time), guessed: !_threads.ContainsKey(parentTid));
            return;
        }

        if (time <= 0)
        {
            // Found running: its own mappings are told one by one.
            if (!_threads.ContainsKey(tid))
                Begin(ProcessOf(pid), ProcessOf(pid).Log, tid, UnknownComm(tid), long.MinValue, guessed: true);
            return;
        }

        var parent = ProcessOf(parentPid);
        var (log, length) = MappingLog.Shortest(parent.Log, parent.Log.Length);
        var child = new Process(pid, new MappingLog(log, length));
        _processes[pid] = child;
        Begin(child, child.Log, tid, CommOf(parentTid, tid), time, guessed: !_threads.ContainsKey(parentTid));
    }

    /// <summary>A thread ended.</summary>
    public void Exit(long time, int tid)
    {
        if (_threads.TryGetValue(tid, out var entry))
            entry.End = Math.Min(entry.End, time);
    }

    /// <summary>A mapping; it takes the place of what it overlaps.</summary>
    public void Map(long time, int pid, Mapping mapping)
    {
        if (mapping.End <= mapping.Start)
            return;
        var process = ProcessOf(pid);
        if (!_threads.ContainsKey(pid))
            Begin(process, process.Log, pid, UnknownComm(pid), long.MinValue, guessed: true);
        _mappings.Add(mapping);
        process.Log.Add(StartOf(time), _mappings.Count - 1, mapping);
    }

    public TraceModel Build(IReadOnlyList<TraceModule> modules)
    {
        var spaces = new Dictionary<(MappingLog, int), AddressSpace>();
        var all = new List<AddressSpace>();
        var threads = new List<TraceThread>(_entries.Count);
        foreach (var entry in _entries.OrderBy(e => e.Tid).ThenBy(e => e.Start))
        {
            var key = MappingLog.Shortest(entry.Log, entry.Log.Length);
            if (!spaces.TryGetValue(key, out var space))
            {
                spaces.Add(key, space = Space(entry.Process.Pid, key));
                all.Add(space);
            }

            threads.Add(new TraceThread
            {
                Index = threads.Count,
                Pid = entry.Process.Pid,
                Tid = entry.Tid,
                Comm = entry.Comm,
                Start = entry.Start,
                End = entry.End,
                IsGuessed = entry.IsGuessed,
                Space = space,
            });
        }

        return new TraceModel(modules, [.. _mappings], all, threads);
    }

    private static AddressSpace Space(int pid, (MappingLog Log, int Length) key) =>
        new(pid, key.Log, key.Length, OriginOf(key.Log).Replaced is { } before ? new AddressSpace(pid, before.Log, before.Length, null) : null);

    /// <summary>The log that the oldest entries are in: that of the program which was started last.</summary>
    private static MappingLog OriginOf(MappingLog log)
    {
        while (log.Parent is { } parent)
            log = parent;
        return log;
    }

    /// <summary>How perf names a thread whose name it does not know; the idle task has no records and one name.</summary>
    public static string UnknownComm(int tid) => tid == 0 ? "swapper" : $":{tid}";

    private static long StartOf(long time) => time <= 0 ? long.MinValue : time;

    private Process ProcessOf(int pid)
    {
        if (!_processes.TryGetValue(pid, out var process))
            _processes.Add(pid, process = new Process(pid, new MappingLog(null, 0)));
        return process;
    }

    private string CommOf(int parentTid, int tid) => _threads.TryGetValue(parentTid, out var parent) && !parent.IsGuessed ? parent.Comm : UnknownComm(tid);

    private Entry Begin(Process process, MappingLog log, int tid, string comm, long start, bool guessed)
    {
        // Whoever had the number before is gone, even if its exit was lost.
        if (_threads.TryGetValue(tid, out var before))
            before.End = Math.Min(before.End, Math.Max(start, before.Start));
        var entry = new Entry(process, log, tid, start) { Comm = comm, IsGuessed = guessed };
        _entries.Add(entry);
        process.Entries.Add(entry);
        _threads[tid] = entry;
        return entry;
    }
}
