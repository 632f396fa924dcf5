using TraceKit.Engine.Model;
using TraceKit.Engine.Samples;

namespace TraceKit.Engine.OffCpu;

/// <summary>Time that threads were off CPU, of <c>sched:sched_switch</c> and the wakeups beside it.</summary>
/// <remarks>
/// The result is an analysis like any other: its one event is <see cref="EventName"/>, a sample is one part of an interval, its weight nanoseconds, its stack that
/// of the switch away, its field <see cref="StateField"/> why: asleep, preempted, or woken and waiting for a CPU.
/// </remarks>
public sealed class OffCpuAnalysis
{
    /// <summary>What its event is called.</summary>
    public const string EventName = "off-cpu";

    /// <summary>The field that says why a thread was off CPU.</summary>
    public const string StateField = "state";

    private const string SwitchEvent = "sched:sched_switch";
    private static readonly string[] WakeEvents = ["sched:sched_wakeup", "sched:sched_wakeup_new", "sched:sched_waking"];
    private static readonly string[] Fields = ["prev_pid", "prev_state", "next_pid", "pid"];

    private OffCpuAnalysis(Analysis analysis, OffCpuTotals totals, bool hasWakeups)
    {
        Analysis = analysis;
        Totals = totals;
        HasWakeups = hasWakeups;
    }

    /// <summary>Parts of intervals as samples.</summary>
    public Analysis Analysis { get; }

    /// <summary>What was not matched.</summary>
    public OffCpuTotals Totals { get; }

    /// <summary>Whether wakeups were recorded, so that waiting for a CPU is told from sleeping.</summary>
    public bool HasWakeups { get; }

    /// <summary>Whether a recording has what it takes.</summary>
    public static bool IsPossible(Trace trace) => trace.Events.Any(e => e.Name == SwitchEvent && Array.TrueForAll(["prev_pid", "prev_state", "next_pid"], f => e.Fields.Any(x => x.Name == f)));

    /// <summary>Makes it.</summary>
    /// <param name="trace">A recording for which <see cref="IsPossible"/> holds.</param>
    /// <param name="options">
    /// What to look at. Events, filters and threads are not asked: a thread's return is told by whoever leaves the CPU to it, so all switches are needed; CPUs are
    /// those that threads left.
    /// </param>
    /// <param name="cancel">Ends the work early.</param>
    public static OffCpuAnalysis Run(Trace trace, AnalysisOptions options, CancellationToken cancel = default)
    {
        var wakes = WakeEvents.Where(name => trace.Events.Any(e => e.Name == name)).ToArray();
        var analysis = Analysis.Run(trace, options with
        {
            Events = [SwitchEvent, .. wakes],
            Fields = Fields,
            KeepSamples = true,
            KeepCpus = true,
            Filter = null,
            Comms = [],
            Pids = [],
            Tids = [],
            Cpus = [],
        }, cancel);
        var source = trace.EventSources.First(s => s.Event.Name == SwitchEvent);
        var matcher = new OffCpuMatcher(SwitchStates.Parse(source.Format?.PrintText ?? ""));
        Match(analysis, matcher);
        var parts = matcher.Parts.Where(p => options.Cpus.Count == 0 || options.Cpus.Contains(analysis.Samples.Cpus[p.Row])).OrderBy(p => p.Time).ToArray();
        return new OffCpuAnalysis(analysis.WithSamples([Event(source.Event)], Samples(analysis, parts)), matcher.Totals, wakes.Length > 0);
    }

    private static void Match(Analysis analysis, OffCpuMatcher matcher)
    {
        var samples = analysis.Samples;
        var columns = Array.ConvertAll(Fields, name => samples.Field(name)!);
        var names = analysis.Events.Select(e => e.Name).ToArray();
        for (var row = 0; row < samples.Count; row++)
        {
            var name = names[samples.Events[row]];
            var time = samples.Times[row];
            if (name != SwitchEvent)
            {
                if (columns[3].Has(row))
                    matcher.Wake((int)columns[3].Values[row], time, name == WakeEvents[2]);
            }
            else if (columns[0].Has(row) && columns[1].Has(row) && columns[2].Has(row))
            {
                matcher.Switch(row, time, (int)columns[0].Values[row], columns[1].Values[row], (int)columns[2].Values[row], samples.HasCpus ? samples.Cpus[row] : -1);
            }
        }

        matcher.End();
    }

    private static TraceEvent Event(TraceEvent switches) => new()
    {
        Index = 0,
        Name = EventName,
        IsTracepoint = false,
        Fields = [new TraceEventField(StateField, "char[]", true)],
        WeightIsTime = true,
        HasStacks = switches.HasStacks,
        HasStackDumps = switches.HasStackDumps,
    };

    private static SampleTable Samples(Analysis analysis, OffCpuMatcher.Part[] parts)
    {
        var switches = analysis.Samples;
        var texts = parts.Select(p => p.State).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var states = Array.ConvertAll(parts, p => (long)Array.BinarySearch(texts, p.State, StringComparer.Ordinal));
        var threads = ThreadsThatLeft(analysis);
        ReadOnlySpan<int> stacks = switches.Stacks, cpus = switches.Cpus;
        var (stackOf, threadOf, cpuOf) = (new int[parts.Length], new int[parts.Length], new int[parts.Length]);
        for (var i = 0; i < parts.Length; i++)
            (stackOf[i], threadOf[i], cpuOf[i]) = (stacks[parts[i].Row], threads[parts[i].Row], cpus[parts[i].Row]);
        var present = new bool[parts.Length];
        Array.Fill(present, true);
        var ones = new long[parts.Length];
        Array.Fill(ones, 1);
        return new SampleTable(stackOf, threadOf, new int[parts.Length], Array.ConvertAll(parts, p => p.Duration), ones, Array.ConvertAll(parts, p => p.Time), cpuOf, [new FieldColumn(StateField, states, present, texts)]);
    }

    /// <summary>The thread of each row. Of one that is exiting the kernel has no number any more and samples say -1; the switch itself still tells who left.</summary>
    private static int[] ThreadsThatLeft(Analysis analysis)
    {
        var samples = analysis.Samples;
        var threads = samples.Threads.ToArray();
        if (samples.Field(Fields[0]) is not { } left)
            return threads;
        var known = new Dictionary<long, int>();
        for (var thread = 0; thread < analysis.Threads.Count; thread++)
            known[analysis.Threads[thread].Tid] = thread;
        for (var row = 0; row < threads.Length; row++)
        {
            if (!left.Has(row))
                continue;
            if (analysis.Threads[threads[row]].Tid == left.Values[row])
                known[left.Values[row]] = threads[row];
            else if (known.TryGetValue(left.Values[row], out var thread))
                threads[row] = thread;
        }

        return threads;
    }
}
