using System.Runtime.InteropServices;

namespace TraceKit.Engine.OffCpu;

/// <summary>Pairs each thread's leaving of a CPU with its coming back.</summary>
/// <param name="states">What the states are called.</param>
internal sealed class OffCpuMatcher(SwitchStates states)
{
    private readonly Dictionary<int, Off> _off = [];
    private readonly Dictionary<int, (long Into, long OutOf)> _idle = [];

    [StructLayout(LayoutKind.Auto)]
    private record struct Off(int Row, long Time, long State, long Wakeup, long Waking);

    /// <summary>A part of the time that a thread was off CPU.</summary>
    /// <param name="Row">The row of the switch away.</param>
    /// <param name="Time">When the part began.</param>
    /// <param name="Duration">Nanoseconds.</param>
    /// <param name="State">In which state.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Part(int Row, long Time, long Duration, string State);

    public OffCpuTotals Totals { get; } = new();

    /// <summary>In order of their ends.</summary>
    public List<Part> Parts { get; } = [];

    /// <summary>One thread leaves a CPU, another gets it.</summary>
    public void Switch(int row, long time, int previous, long state, int next, int cpu = -1)
    {
        if (cpu >= 0 && (previous == 0) != (next == 0))
        {
            ref var idle = ref CollectionsMarshal.GetValueRefOrAddDefault(_idle, cpu, out _);
            idle = next == 0 ? (idle.Into + 1, idle.OutOf) : (idle.Into, idle.OutOf + 1);
        }

        // Process 0 is every CPU's idle loop: it is never off.
        if (previous != 0)
        {
            Totals.Switches++;
            if (states.IsDead(state))
            {
                Totals.Exited++;
                _off.Remove(previous);
            }
            else
            {
                if (_off.ContainsKey(previous))
                    Totals.WithoutEnd++;
                _off[previous] = new Off(row, time, state, -1, -1);
            }
        }

        if (next == 0 || next == previous)
            return;
        if (_off.Remove(next, out var off))
            Close(off, time);
        else
            Totals.WithoutStart++;
    }

    /// <summary>A thread is made runnable.</summary>
    /// <param name="tid">Whose wakeup.</param>
    /// <param name="time">When.</param>
    /// <param name="isBegun">Of <c>sched_waking</c>: somebody began to; else it is on a queue now.</param>
    public void Wake(int tid, long time, bool isBegun)
    {
        ref var off = ref CollectionsMarshal.GetValueRefOrNullRef(_off, tid);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref off))
            return;
        if (isBegun && off.Waking < 0)
            off.Waking = time;
        else if (!isBegun && off.Wakeup < 0)
            off.Wakeup = time;
    }

    /// <summary>After the last record.</summary>
    public void End()
    {
        Totals.OpenAtEnd = _off.Count;
        // Into idleness once may be the end of the recording; twice without a way out between cannot be.
        var silent = _idle.Where(c => c.Value is { Into: > 1, OutOf: 0 }).Select(c => c.Key).Order().ToArray();
        if (silent.Length > 0)
            Totals.SilentIdleCpus = silent;
    }

    private void Close(Off off, long time)
    {
        Totals.Intervals++;
        var name = states.Name(off.State);
        var woken = off.Wakeup >= 0 ? off.Wakeup : off.Waking;
        if (name == SwitchStates.Preempted || woken < 0)
        {
            if (name != SwitchStates.Preempted)
                Totals.WithoutWakeup++;
            Parts.Add(new Part(off.Row, off.Time, time - off.Time, name));
            return;
        }

        Parts.Add(new Part(off.Row, off.Time, woken - off.Time, name));
        Parts.Add(new Part(off.Row, woken, time - woken, SwitchStates.Woken));
    }
}
