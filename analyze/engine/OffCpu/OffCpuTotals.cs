namespace TraceKit.Engine.OffCpu;

/// <summary>What became of the switches of a recording.</summary>
public sealed record OffCpuTotals
{
    /// <summary>Switches away from a thread that was not a CPU's idle loop.</summary>
    public long Switches { get; internal set; }

    /// <summary>Times off CPU whose both ends were seen.</summary>
    public long Intervals { get; internal set; }

    /// <summary>Threads that were still off CPU at the end: how long is not known, their time is not counted.</summary>
    public long OpenAtEnd { get; internal set; }

    /// <summary>Threads that came back, and were not seen leaving: off before the recording began, or the switch was lost.</summary>
    public long WithoutStart { get; internal set; }

    /// <summary>Threads that left twice in a row: what came between was lost, the first is not counted.</summary>
    public long WithoutEnd { get; internal set; }

    /// <summary>Threads that left for good: they exited.</summary>
    public long Exited { get; internal set; }

    /// <summary>
    /// CPUs that switched to their idle thread again and again and of which no switch away from it was reported (some virtual machines' kernels do not trace it): whoever came back there
    /// out of idleness was not seen.
    /// </summary>
    public IReadOnlyList<int> SilentIdleCpus { get; internal set; } = [];

    /// <summary>Sleeps that ended without a wakeup that was recorded: how long the thread waited for a CPU is in its sleep.</summary>
    public long WithoutWakeup { get; internal set; }
}
