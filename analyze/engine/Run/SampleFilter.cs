using TraceKit.Engine.Filters;
using TraceKit.Engine.Model;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Run;

/// <summary>The options that leave samples out, made ready: everything that does not depend on a single sample is decided once.</summary>
internal sealed class SampleFilter
{
    private readonly HashSet<int> _pids;
    private readonly HashSet<int> _tids;
    private readonly HashSet<int> _cpus;
    private readonly HashSet<string> _comms;
    private readonly EventFilter?[] _stored;
    private readonly EventFilter?[] _asked;
    private readonly IReadOnlyList<BoundNode>[] _carried;

    public SampleFilter(Trace trace, AnalysisOptions options)
    {
        _pids = [.. options.Pids];
        _tids = [.. options.Tids];
        _cpus = [.. options.Cpus];
        _comms = new HashSet<string>(options.Comms, StringComparer.Ordinal);
        Times = options.Time.Resolve(trace.SampleTimes.First, trace.SampleTimes.Last);
        var sources = trace.EventSources;
        _stored = new EventFilter?[sources.Count];
        _asked = new EventFilter?[sources.Count];
        _carried = new IReadOnlyList<BoundNode>[sources.Count];
        for (var e = 0; e < sources.Count; e++)
        {
            var bits = 0;
            _stored[e] = options.IgnoreStoredFilters ? null : EventFilter.Make(sources[e].StoredFilter, ref bits);
            _asked[e] = EventFilter.Make(options.Filter?.Bind(sources[e].FilterFields.FilterFields, FilterPatterns.Instance, []), ref bits);
            if (bits > EventFilter.MostConditions)
                throw new FilterSyntaxException(options.Filter?.Text ?? "", 0, $"at most {EventFilter.MostConditions} groups of conditions on the record among conditions on the stack (cpu == 1 || stack has x): take the filter apart", $"{bits} for {sources[e].Event.Name}");
            _carried[e] = options.IgnoreFrameFilters ? [] : [.. _stored[e]?.Carried ?? [], .. _asked[e]?.Carried ?? []];
            var needs = (_stored[e]?.Whole.Needs ?? FilterNeeds.None) | (_asked[e]?.Whole.Needs ?? FilterNeeds.None);
            HasLate |= !options.IgnoreFrameFilters && needs.HasFlag(FilterNeeds.Frames);
            NeedsLines |= needs.HasFlag(FilterNeeds.Lines);
            HasAny |= HasExpression(e);
        }

        EventWanted = [.. trace.Events.Select(e => e.IsAmong(options.Events))];
    }

    /// <summary>What time is looked at.</summary>
    public TimeWindows Times { get; }

    /// <summary>By event index.</summary>
    public bool[] EventWanted { get; }

    /// <summary>Whether any CPU is left out.</summary>
    public bool HasCpus => _cpus.Count > 0;

    public bool WantsCpu(int cpu) => _cpus.Contains(cpu);

    public bool WantsThread(TraceThread thread) =>
        (_pids.Count == 0 || _pids.Contains(thread.Pid)) && (_tids.Count == 0 || _tids.Contains(thread.Tid)) && (_comms.Count == 0 || _comms.Contains(thread.Comm));

    /// <summary>Whether samples of an event must be asked at all.</summary>
    public bool HasExpression(int eventIndex) => _stored[eventIndex] is not null || _asked[eventIndex] is not null;

    /// <summary>Whether samples of any event must be asked.</summary>
    public bool HasAny { get; }

    /// <summary>Whether something is left to ask when frames have names.</summary>
    public bool HasLate { get; }

    /// <summary>Whether lines of the source are asked for.</summary>
    public bool NeedsLines { get; }

    /// <summary>The recording's own filter of an event; null for none.</summary>
    public EventFilter? Stored(int eventIndex) => _stored[eventIndex];

    /// <summary>The options' filter of an event; null for none.</summary>
    public EventFilter? Asked(int eventIndex) => _asked[eventIndex];

    /// <summary>Conditions whose answers a sample of the event carries to the end.</summary>
    public IReadOnlyList<BoundNode> Carried(int eventIndex) => _carried[eventIndex];

    /// <summary>Asks the recording's own filter, then that of the options: one record, with all that is known of it.</summary>
    public FilterOutcome Ask(int eventIndex, IFilterValues sample)
    {
        if (_stored[eventIndex] is { } stored && !stored.Whole.Matches(sample))
            return FilterOutcome.LeftOutByRecording;
        return _asked[eventIndex] is not { } asked || asked.Whole.Matches(sample) ? FilterOutcome.Wanted : FilterOutcome.LeftOut;
    }
}

/// <summary>What the filters say of a sample.</summary>
internal enum FilterOutcome
{
    /// <summary>All hold.</summary>
    Wanted,

    /// <summary>The options' filter does not hold.</summary>
    LeftOut,

    /// <summary>The recording's own filter does not hold: the kernel could not evaluate that part.</summary>
    LeftOutByRecording,
}
