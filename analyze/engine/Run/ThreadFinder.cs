using TraceKit.Engine.Model;

namespace TraceKit.Engine.Run;

/// <summary>Threads that only samples tell of, for all workers; numbered from -1 downwards until all are known.</summary>
internal sealed class GuessedThreads
{
    private readonly Dictionary<(int Pid, int Tid), TraceThread> _threads = [];
    private readonly Lock _gate = new();

    /// <summary>A thread's entry; its <see cref="TraceThread.Index"/> is negative.</summary>
    public TraceThread Get(TraceModel model, int pid, int tid, long time)
    {
        lock (_gate)
        {
            if (_threads.TryGetValue((pid, tid), out var thread))
                return thread;

            // A thread whose own record is lost still has its process's mappings.
            var space = model.FindThread(pid, pid, time)?.Space ?? new AddressSpace(pid, null, 0, null);
            thread = new TraceThread
            {
                Index = -1 - _threads.Count,
                Pid = pid,
                Tid = tid,
                Comm = TraceModelBuilder.UnknownComm(tid),
                Start = long.MinValue,
                IsGuessed = true,
                Space = space,
            };
            _threads.Add((pid, tid), thread);
            return thread;
        }
    }

    /// <summary>All threads in an order that does not depend on who was met first, and for each guessed one (by -1 - index) its final number.</summary>
    public (IReadOnlyList<TraceThread> All, int[] FinalNumber) Freeze(TraceModel model)
    {
        if (_threads.Count == 0)
            return (model.Threads, []);
        var all = new List<TraceThread>(model.Threads);
        var final = new int[_threads.Count];
        foreach (var guessed in _threads.Values.OrderBy(t => t.Pid).ThenBy(t => t.Tid))
        {
            final[-1 - guessed.Index] = all.Count;
            all.Add(new TraceThread { Index = all.Count, Pid = guessed.Pid, Tid = guessed.Tid, Comm = guessed.Comm, Start = guessed.Start, IsGuessed = true, Space = guessed.Space });
        }

        return (all, final);
    }
}

/// <summary>One worker's way from (pid, tid, time) to a thread: samples of one CPU come from few threads in turn.</summary>
internal sealed class ThreadFinder(TraceModel model, GuessedThreads guessed, SampleFilter filter)
{
    private const int CacheSize = 1 << 9;
    private readonly Entry[] _cache = new Entry[CacheSize];

    /// <summary>What is known of a thread for a span of time.</summary>
    internal struct Entry
    {
        public TraceThread? Thread;
        public int Pid;
        public int Tid;
        public long From;
        public long Until;
        public int OnlyVersion; // of the address space; int.MinValue when the time decides
        public bool IsWanted;
    }

    public ref readonly Entry Find(int pid, int tid, long time)
    {
        ref var entry = ref _cache[tid & (CacheSize - 1)];
        if (entry.Tid != tid || entry.Pid != pid || entry.Thread is null || time < entry.From || time >= entry.Until)
            Load(ref entry, pid, tid, time);
        return ref entry;
    }

    private void Load(ref Entry entry, int pid, int tid, long time)
    {
        var thread = model.FindThread(pid, tid, time, out var from, out var until) ?? guessed.Get(model, pid, tid, time);
        entry = new Entry
        {
            Thread = thread,
            Pid = pid,
            Tid = tid,
            From = from,
            Until = until,
            OnlyVersion = thread.Space.Versions == 1 ? thread.Space.VersionAt(time) : int.MinValue,
            IsWanted = filter.WantsThread(thread),
        };
    }
}
