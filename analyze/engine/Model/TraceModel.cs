namespace TraceKit.Engine.Model;

/// <summary>
/// The history of processes, threads and mappings, made from the side-band records in order of time. Immutable: a sample needs only
/// (pid, tid, time) to be placed, so any core may take any chunk.
/// </summary>
public sealed partial class TraceModel
{
    private readonly Dictionary<int, int[]> _threadsByTid;

    internal TraceModel(IReadOnlyList<TraceModule> modules, Mapping[] mappings, IReadOnlyList<AddressSpace> spaces, IReadOnlyList<TraceThread> threads)
    {
        Modules = modules;
        Mappings = mappings;
        Spaces = spaces;
        Threads = threads;
        _threadsByTid = threads.GroupBy(t => t.Tid).ToDictionary(g => g.Key, g => g.Select(t => t.Index).ToArray());
    }

    /// <summary>Everything that code was mapped from.</summary>
    public IReadOnlyList<TraceModule> Modules { get; }

    /// <summary>Every mapping; <see cref="AddressSpace.Find"/> gives an index here.</summary>
    public Mapping[] Mappings { get; }

    /// <summary>Every address space.</summary>
    public IReadOnlyList<AddressSpace> Spaces { get; }

    /// <summary>Every thread under each of its names, by thread number, then time.</summary>
    public IReadOnlyList<TraceThread> Threads { get; }

    /// <summary>The thread with that number at that time; null when no record told of it.</summary>
    /// <remarks>
    /// A little early is as good: the record of a new thread may carry a later time than its first sample on another CPU. And a
    /// little late: the last samples of a thread may come after the record of its end.
    /// </remarks>
    public TraceThread? FindThread(int pid, int tid, long time) => FindThread(pid, tid, time, out _, out _);

    /// <summary>The same, and the span of time (until: exclusive) for which the answer holds.</summary>
    internal TraceThread? FindThread(int pid, int tid, long time, out long from, out long until)
    {
        (from, until) = (long.MinValue, long.MaxValue);
        if (!_threadsByTid.TryGetValue(tid, out var indexes))
            return null;
        TraceThread? best = null;
        foreach (var index in indexes)
        {
            var thread = Threads[index];
            if (thread.Pid != pid)
                continue;
            if (best is not null && thread.Start > time)
            {
                until = thread.Start;
                break;
            }

            if (best is not null)
                from = thread.Start;
            best = thread;
        }

        return best;
    }
}
