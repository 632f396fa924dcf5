using TraceKit.Engine.Fields;
using TraceKit.Engine.Run;
using TraceKit.Engine.Sources;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Streams;

/// <summary>All records of a trace in order of time (<see cref="SampleMerge"/>), decoded. Damaged blocks are passed over and counted.</summary>
public sealed class EventStream
{
    private readonly Trace _trace;
    private readonly SampleFilter _filter;
    private readonly AnalysisOptions _options;
    private readonly SampleMerge _merge;
    private readonly SideBandStream? _sideBand;
    private readonly DecodedRecord _current;
    private readonly FilterSample _filterSample;
    private bool _sideBandReady;

    private EventStream(Trace trace, AnalysisOptions options, bool sideBand, int maxStack)
    {
        _trace = trace;
        _options = options;
        _filter = new SampleFilter(trace, options);
        if (_filter.NeedsLines)
            options = _options = options with { Source = options.Source | SourceDetail.Lines };
        var names = new AddressNames(trace.Parts, options.Names);
        _filterSample = new FilterSample(names);
        _current = new DecodedRecord(trace, options, names) { MaxStack = maxStack };
        _merge = new SampleMerge(trace, trace.Source.Blocks.Where(Overlaps));

        if (!sideBand)
            return;
        _sideBand = new SideBandStream(trace);
        _sideBandReady = _sideBand.MoveNext();
    }

    /// <summary>The record at hand.</summary>
    public EventRecord Current => _current;

    /// <summary>Records that could not be decoded, or whose event the trace does not describe.</summary>
    public long Undecodable { get; private set; }

    /// <summary>Samples that the options left out, or the recording's own filters.</summary>
    public long Filtered { get; private set; }

    /// <summary>Of <see cref="Filtered"/> those that the recording's own filters left out.</summary>
    public long LeftOutByRecording { get; private set; }

    /// <summary>Chunks that could not be read to their end.</summary>
    public int DamagedChunks => _merge.DamagedChunks;

    /// <summary>Starts at the first record.</summary>
    /// <param name="trace">An open trace.</param>
    /// <param name="options">What to leave out; the options about what to keep do not matter here.</param>
    /// <param name="sideBand">Whether side-band records (comm, mmap, fork, exit, lost) come too.</param>
    /// <param name="maxStack">Most addresses of a chain; of one with an unwound part, of each part.</param>
    public static EventStream Open(Trace trace, AnalysisOptions options, bool sideBand = false, int maxStack = int.MaxValue) => new(trace, options, sideBand, maxStack);

    /// <summary>Goes to the next record; false at the end.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            var next = _merge.Peek();
            if (_sideBandReady && (next is null || _sideBand!.Time <= next.Time))
            {
                _current.SetSideBand(_sideBand!.Record, _sideBand.Id);
                _sideBandReady = _sideBand.MoveNext();
                if (WantsSideBand())
                    return true;
                continue;
            }

            if (next is null)
                return false;
            var isTaken = TryTake(next);
            _merge.Advance();
            if (isTaken)
                return true;
        }
    }

    private bool TryTake(CpuStream stream)
    {
        if ((uint)stream.EventIndex >= (uint)_trace.EventSources.Count || !_current.TrySetSample(stream.Record, _trace.EventSources[stream.EventIndex], stream.Cpu, stream.StackFiltered))
        {
            Undecodable++;
            return false;
        }

        var wanted = _filter.EventWanted[stream.EventIndex] && _filter.Times.Contains(_current.Time)
            && (!_filter.HasCpus || _filter.WantsCpu(_current.Cpu)) && _filter.WantsThread(_current.Thread) && MatchesExpressions(stream.EventIndex);
        if (!wanted)
            Filtered++;
        return wanted;
    }

    private bool MatchesExpressions(int eventIndex)
    {
        if (!_filter.HasExpression(eventIndex))
            return true;
        _filterSample.Set(_current.Source!, _current.Thread, _current, _current);
        var outcome = _filter.Ask(eventIndex, _filterSample);
        if (outcome == FilterOutcome.LeftOutByRecording)
            LeftOutByRecording++;
        return outcome == FilterOutcome.Wanted;
    }

    private bool WantsSideBand() => _filter.Times.Contains(_current.Time)
        && (_options.Pids.Count == 0 || _options.Pids.Contains(_current.Pid)) && (_options.Tids.Count == 0 || _options.Tids.Contains(_current.Tid));

    private bool Overlaps(SampleBlock chunk) =>
        chunk.LastTime == 0 || _filter.Times.Overlap((long)chunk.FirstTime, (long)chunk.LastTime);
}
