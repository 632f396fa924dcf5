using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Filters;
using TraceKit.Engine.Run;
using TraceKit.Engine.Streams;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Spans;

public sealed partial class SpanAnalysis
{
    /// <summary>Goes through the trace once, in order of time.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="options">Which samples; its events are those of the definitions.</param>
    /// <param name="spans">Which spans.</param>
    public static SpanAnalysis Run(Trace trace, AnalysisOptions options, SpanOptions spans)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spans.By.Count, SpanOptions.MostGroupKeys);
        var analysis = new SpanAnalysis(spans);
        new Runner(trace, StreamOptions(trace, options, spans), analysis).Run();
        return analysis;
    }

    /// <summary>The stream that spans are made from: the same records each time it is opened.</summary>
    internal static AnalysisOptions StreamOptions(Trace trace, AnalysisOptions options, SpanOptions spans) => options with
    {
        Events = [.. spans.Definitions.SelectMany(d => d.Start.Events.Concat(d.End.Events)).Distinct().Order().Select(e => trace.Events[e].Name)],
    };

    /// <summary>A definition made ready.</summary>
    private sealed class Rule
    {
        public required int Index { get; init; }

        public required SpanDefinition Definition { get; init; }

        public required SpanMatcher Matcher { get; init; }

        public required string[] StartKey { get; init; }

        public required string[] EndKey { get; init; }

        /// <summary>By event index: whether it begins one, and on which condition.</summary>
        public required (bool Is, BoundFilter? If)[] Starts { get; init; }

        /// <summary>By event index: whether it ends one, and on which condition.</summary>
        public required (bool Is, BoundFilter? If)[] Ends { get; init; }
    }

    private sealed class Runner
    {
        private readonly SpanAnalysis _analysis;
        private readonly SpanOptions _spans;
        private readonly EventStream _stream;
        private readonly DecodedRecord _record;
        private readonly LossTimes _losses;
        private readonly CallStacks _calls;
        private readonly RecordKeys _keys;
        private readonly FilterSample _filterSample;
        private readonly RecordLabels[] _labels;
        private readonly Rule[][] _rulesOfEvent;
        private readonly Rule[] _rules;
        private readonly Dictionary<(int Rule, SpanLabels Labels), SpanGroup> _groups = [];
        private readonly PriorityQueue<Span, (long Duration, long Newest)> _longest = new();
        private readonly long _start;
        private readonly long _until;
        private long _sequence;

        public Runner(Trace trace, AnalysisOptions options, SpanAnalysis analysis)
        {
            _analysis = analysis;
            _spans = analysis.Options;
            _stream = EventStream.Open(trace, options);
            _record = (DecodedRecord)_stream.Current;
            _losses = new LossTimes(trace);
            _calls = new CallStacks(trace.Model);
            _keys = new RecordKeys(trace);
            _start = trace.SampleTimes.First;
            _until = options.Time.Resolve(trace.SampleTimes.First, trace.SampleTimes.Last).To;
            var names = new AddressNames(trace.Parts, options.Names);
            _filterSample = new FilterSample(names);
            _labels = [.. _spans.By.Select(b => new RecordLabels(b.Key, names))];
            _rules = [.. _spans.Definitions.Select((d, i) => new Rule
            {
                Index = i,
                Definition = d,
                Matcher = new SpanMatcher(d, trace, _losses, analysis.Unmatched[i]),
                StartKey = [.. d.Key.Select(k => k.Start)],
                EndKey = [.. d.Key.Select(k => k.End)],
                Starts = SideOf(trace, d.Start),
                Ends = SideOf(trace, d.End),
            })];
            _rulesOfEvent = [.. trace.Events.Select(e => _rules.Where(r => r.Starts[e.Index].Is || r.Ends[e.Index].Is).ToArray())];
        }

        public void Run()
        {
            for (; _stream.MoveNext(); _sequence++)
            {
                var index = _record.Source!.Event.Index;
                _analysis.Times = (_sequence == 0 ? _record.Time : _analysis.Times.First, _record.Time);
                foreach (var rule in _rulesOfEvent[index])
                {
                    // A record that does both ends one span and begins the next.
                    if (rule.Ends[index].Is && Fulfils(rule.Ends[index].If))
                        End(rule);
                    if (rule.Starts[index].Is && Fulfils(rule.Starts[index].If))
                        Begin(rule);
                }
            }

            foreach (var rule in _rules)
                rule.Matcher.Finish(_analysis.Times.Last, _until);
            _analysis.Records = _sequence;
            _analysis.Undecodable = _stream.Undecodable;
            _analysis.LeftOutByRecording = _stream.LeftOutByRecording;
            _analysis.Groups = [.. _groups.Values.OrderBy(g => g.Definition).ThenByDescending(g => g.Durations.Count).ThenBy(g => string.Join('\0', g.Labels), StringComparer.Ordinal)];
            var longest = new List<Span>(_longest.Count);
            while (_longest.TryDequeue(out var span, out _))
                longest.Add(span);
            longest.Reverse();
            _analysis.Longest = longest;
        }

        private static (bool Is, BoundFilter? If)[] SideOf(Trace trace, SpanSide side)
        {
            var all = new (bool, BoundFilter?)[trace.Events.Count];
            foreach (var index in side.Events)
                all[index] = (true, side.Filter?.Bind(trace.EventSources[index].FilterFields.FilterFields, FilterPatterns.Instance, []));
            return all;
        }

        private bool Fulfils(BoundFilter? filter)
        {
            if (filter is null)
                return true;
            _filterSample.Set(_record.Source!, _record.Thread, _record, _record);
            return filter.Matches(_filterSample);
        }

        private void Begin(Rule rule)
        {
            if (!_keys.TryRead(_record, rule.StartKey, out var key))
            {
                _analysis.Unmatched[rule.Index][(int)SpanUnmatched.NoKey]++;
                return;
            }

            var span = new OpenSpan { Time = _record.Time, Sequence = _sequence, Thread = _record.Thread, Cpu = _record.Cpu, Labels = Labels(default, atEnd: false) };
            if (rule.Matcher.Begin(key, span) && rule.Definition.IsCall)
                _calls.Begin(span);
        }

        private void End(Rule rule)
        {
            if (!_keys.TryRead(_record, rule.EndKey, out var key))
            {
                // Counted once where the same record is a start as well.
                if (!rule.Definition.IsBetween)
                    _analysis.Unmatched[rule.Index][(int)SpanUnmatched.NoKey]++;
                return;
            }

            if (rule.Matcher.End(key, _record.Thread, _record.Time, _start) is not { } span)
                return;
            var duration = _record.Time - span.Time;
            if (rule.Definition.IsCall)
                _calls.End(span, duration);
            if (rule.Matcher.IsDoubtful(span, _record.Time))
            {
                _analysis.AcrossLosses[rule.Index]++;
                if (!_spans.AcrossLosses)
                    return;
            }

            var labels = Labels(span.Labels, atEnd: true);
            if (!_groups.TryGetValue((rule.Index, labels), out var group))
                _groups.Add((rule.Index, labels), group = new SpanGroup(rule.Index, [.. _labels.Select((l, i) => l[labels[i]])], new ValueCounts(limit: _spans.ExactValues)));
            group.Durations.Add(duration);
            group.Self += duration - span.Inside;
            KeepLongest(rule, span, group, duration);
        }

        private SpanLabels Labels(SpanLabels labels, bool atEnd)
        {
            for (var i = 0; i < _labels.Length; i++)
            {
                if (_spans.By[i].AtEnd == atEnd)
                    labels = labels.With(i, _labels[i].Of(_record));
            }

            return labels;
        }

        private void KeepLongest(Rule rule, OpenSpan span, SpanGroup group, long duration)
        {
            if (_spans.Longest == 0)
                return;
            // Of equal ones the earliest stay: the least of the queue goes first.
            var rank = (duration, -span.Sequence);
            if (_longest.Count >= _spans.Longest && _longest.TryPeek(out _, out var least) && rank.CompareTo(least) <= 0)
                return;
            if (_longest.Count >= _spans.Longest)
                _longest.Dequeue();
            _longest.Enqueue(
                new Span
                {
                    Definition = rule.Index, Start = span.Time, End = _record.Time, Self = duration - span.Inside, Depth = span.Depth, Thread = span.Thread, EndThread = _record.Thread,
                    Cpu = span.Cpu, EndCpu = _record.Cpu, Labels = group.Labels, StartSequence = span.Sequence, EndSequence = _sequence,
                },
                rank);
        }
    }
}
