using TraceKit.Engine.Fields;
using TraceKit.Engine.Run;
using TraceKit.Engine.Sources;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Streams;

/// <summary>All records of a trace in order of time: a merge over its streams that holds one block of each that has come and not gone.</summary>
/// <remarks>
/// Within a stream the order is its own (of a CPU, that of the kernel's ring); between streams, of time, equal times by stream: the order of the file. Damaged blocks are passed over and counted.
/// </remarks>
public sealed class EventStream
{
    private readonly Trace _trace;
    private readonly SampleFilter _filter;
    private readonly AnalysisOptions _options;
    private readonly PriorityQueue<CpuStream, (long Time, int Number)> _queue = new();
    private readonly Queue<(long FirstTime, int Number, IReadOnlyList<SampleBlock> Blocks)> _waiting;
    private readonly SideBandStream? _sideBand;
    private readonly DecodedRecord _current;
    private readonly FilterSample _filterSample;
    private CpuStream? _open;
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
        var streams = trace.Source.Blocks.Where(Overlaps).GroupBy(b => b.Stream).OrderBy(g => g.Key).Select((g, i) => ((long)g.Min(b => b.FirstTime), i, (IReadOnlyList<SampleBlock>)[.. g]));
        _waiting = new(streams.OrderBy(s => s.Item1).ThenBy(s => s.i));

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
    public int DamagedChunks { get; private set; }

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
            // The stream that gave the last record moves on only now: its buffer held that record. Mostly it has the next one too.
            if (_open is { } open)
            {
                if (!open.MoveNext())
                {
                    _open = null;
                    DamagedChunks += open.DamagedChunks;
                }
                else if (IsNext(open))
                {
                    if (TryTake(open))
                        return true;
                    continue;
                }
                else
                {
                    _open = null;
                    _queue.Enqueue(open, (open.Time, open.Number));
                }
            }

            // A stream is opened when its time has come, so that few are open at once.
            while (_waiting.TryPeek(out var first) && (!_queue.TryPeek(out _, out var head) || (first.FirstTime, first.Number).CompareTo(head) < 0))
            {
                _waiting.Dequeue();
                Enqueue(new CpuStream(_trace, first.Number, first.Blocks));
            }

            var haveSample = _queue.TryPeek(out var next, out var key);
            if (_sideBandReady && (!haveSample || _sideBand!.Time <= key.Time))
            {
                _current.SetSideBand(_sideBand!.Record, _sideBand.Id);
                _sideBandReady = _sideBand.MoveNext();
                if (WantsSideBand())
                    return true;
                continue;
            }

            if (!haveSample)
                return false;
            _queue.Dequeue();
            _open = next;
            if (TryTake(next!))
                return true;
        }
    }

    /// <summary>Whether nothing else comes before the record at hand of a stream.</summary>
    private bool IsNext(CpuStream stream)
    {
        var key = (stream.Time, stream.Number);
        return !(_sideBandReady && _sideBand!.Time <= key.Time)
            && !(_queue.TryPeek(out _, out var head) && head.CompareTo(key) < 0)
            && !(_waiting.TryPeek(out var first) && (first.FirstTime, first.Number).CompareTo(key) < 0);
    }

    private void Enqueue(CpuStream stream)
    {
        if (stream.MoveNext())
            _queue.Enqueue(stream, (stream.Time, stream.Number));
        else
            DamagedChunks += stream.DamagedChunks;
    }

    private bool TryTake(CpuStream stream)
    {
        if ((uint)stream.EventIndex >= (uint)_trace.EventSources.Count || !_current.TrySetSample(stream.Record, _trace.EventSources[stream.EventIndex], stream.Cpu, stream.StackFiltered))
        {
            Undecodable++;
            return false;
        }

        var wanted = _filter.EventWanted[stream.EventIndex] && _current.Time >= _filter.From && _current.Time <= _filter.To
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

    private bool WantsSideBand() => _current.Time >= _filter.From && _current.Time <= _filter.To
        && (_options.Pids.Count == 0 || _options.Pids.Contains(_current.Pid)) && (_options.Tids.Count == 0 || _options.Tids.Contains(_current.Tid));

    private bool Overlaps(SampleBlock chunk) =>
        chunk.LastTime == 0 || ((long)chunk.LastTime >= _filter.From && (long)chunk.FirstTime <= _filter.To);
}
