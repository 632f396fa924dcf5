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
    private readonly BoundFilter?[] _stored;
    private readonly BoundFilter?[] _asked;

    public SampleFilter(Trace trace, AnalysisOptions options)
    {
        _pids = [.. options.Pids];
        _tids = [.. options.Tids];
        _cpus = [.. options.Cpus];
        _comms = new HashSet<string>(options.Comms, StringComparer.Ordinal);
        (From, To) = options.Time.Resolve(trace.SampleTimes.First, trace.SampleTimes.Last);
        _stored = [.. trace.EventSources.Select(s => options.IgnoreStoredFilters ? null : s.StoredFilter)];
        _asked = [.. trace.EventSources.Select(s => options.Filter?.Bind(s.FilterFields.FilterFields, []))];
        EventWanted = [.. trace.Events.Select(e => options.Events.Count == 0 || options.Events.Any(name => Names(e.Name, name)))];
    }

    /// <summary>Nanoseconds, inclusive.</summary>
    public long From { get; }

    /// <summary>Nanoseconds, inclusive.</summary>
    public long To { get; }

    /// <summary>By event index.</summary>
    public bool[] EventWanted { get; }

    /// <summary>Whether any CPU is left out.</summary>
    public bool HasCpus => _cpus.Count > 0;

    public bool WantsCpu(int cpu) => _cpus.Contains(cpu);

    public bool WantsThread(TraceThread thread) =>
        (_pids.Count == 0 || _pids.Contains(thread.Pid)) && (_tids.Count == 0 || _tids.Contains(thread.Tid)) && (_comms.Count == 0 || _comms.Contains(thread.Comm));

    /// <summary>Whether samples of an event must be asked at all.</summary>
    public bool HasExpression(int eventIndex) => _stored[eventIndex] is not null || _asked[eventIndex] is not null;

    /// <summary>Asks the recording's own filter, then that of the options.</summary>
    public FilterOutcome Ask(int eventIndex, IFilterValues sample)
    {
        if (_stored[eventIndex] is { } stored && !stored.Matches(sample))
            return FilterOutcome.LeftOutByRecording;
        return _asked[eventIndex] is not { } asked || asked.Matches(sample) ? FilterOutcome.Wanted : FilterOutcome.LeftOut;
    }

    /// <summary><c>group:name</c> in full, or the name alone.</summary>
    private static bool Names(string full, string wanted) =>
        full == wanted || (full.Length > wanted.Length && full.EndsWith(wanted, StringComparison.Ordinal) && full[full.Length - wanted.Length - 1] == ':');
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
