using TraceKit.Engine.Model;

namespace TraceKit.Engine.Spans;

/// <summary>The open spans of one definition, by key. What it holds is bounded by what is open.</summary>
internal sealed class SpanMatcher
{
    private readonly SpanDefinition _definition;
    private readonly TraceModel _model;
    private readonly LossTimes _losses;
    private readonly bool _isOfThread;
    private readonly Dictionary<SpanKey, OpenSpan> _open = [];
    private readonly long[] _unmatched;
    private readonly Dictionary<SpanKey, long>? _lastEnds;

    /// <param name="definition">What is matched.</param>
    /// <param name="trace">Knows when threads ended.</param>
    /// <param name="losses">When records were lost.</param>
    /// <param name="unmatched">Counts by <see cref="SpanUnmatched"/>.</param>
    public SpanMatcher(SpanDefinition definition, Trace trace, LossTimes losses, long[] unmatched)
    {
        _definition = definition;
        _model = trace.Model;
        _losses = losses;
        _unmatched = unmatched;
        _lastEnds = losses.Any && definition.Order == SpanOrder.Earliest ? [] : null;
        _isOfThread = definition.Key.Any(k => k is { Start: "tid", End: "tid" });
    }

    /// <summary>A span begins; false when it is passed over.</summary>
    public bool Begin(SpanKey key, OpenSpan span)
    {
        _open.TryGetValue(key, out var top);
        top = OfLivingThread(key, top, span.Thread);
        if (top is null)
        {
            span.Last = span;
            span.Since = _lastEnds?.GetValueOrDefault(key, long.MinValue) ?? 0;
            _open[key] = span;
            return true;
        }

        switch (_definition.Order)
        {
            case SpanOrder.Nested:
                span.Next = top;
                _open[key] = span;
                return true;
            case SpanOrder.Queue:
                top.Last!.Next = span;
                top.Last = span;
                return true;
            case SpanOrder.Latest:
                if (!_definition.IsBetween)
                    _unmatched[(int)(_losses.AnyBetween(top.Time, span.Time) ? SpanUnmatched.EndLost : SpanUnmatched.Restarted)]++;
                _open[key] = span;
                return true;
            default:
                _unmatched[(int)SpanUnmatched.PassedOver]++;
                return false;
        }
    }

    /// <summary>The span that ends; null when none is open.</summary>
    public OpenSpan? End(SpanKey key, TraceThread thread, long time, long recordingStart)
    {
        _open.TryGetValue(key, out var top);
        top = OfLivingThread(key, top, thread);
        while (top is { IsLeft: true })
        {
            _unmatched[(int)ReasonOfLeft(top, time)]++;
            top = Remove(key, top);
        }

        _lastEnds?[key] = time;

        if (top is null)
        {
            if (!_definition.IsBetween)
                _unmatched[(int)ReasonOfEnd(thread, time, recordingStart)]++;
            return null;
        }

        Remove(key, top);
        return top;
    }

    /// <summary>The recording is over: what is open stays so.</summary>
    /// <param name="end">Time of the last record.</param>
    /// <param name="until">How far records were looked at: threads go on to end after the last of these events.</param>
    public void Finish(long end, long until)
    {
        if (_definition.IsBetween)
            return;
        foreach (var top in _open.Values)
        {
            for (var span = top; span is not null; span = span.Next)
            {
                var reason = span.IsLeft ? ReasonOfLeft(span, end)
                    : _isOfThread && EndOf(span.Thread) is < long.MaxValue and var left && left <= until ? SpanUnmatched.ThreadEnded
                    : _losses.AnyBetween(span.Time, end) ? SpanUnmatched.EndLost : SpanUnmatched.StillOpen;
                _unmatched[(int)reason]++;
            }
        }
    }

    /// <summary>Whether records were lost so that a pair may not be one.</summary>
    /// <remarks>
    /// Of nested spans and of one at a time a start or an end that is missing shows in spans that were open then. Of a queue everything after it is shifted; where the earliest start counts, it may be
    /// the earliest that was lost.
    /// </remarks>
    public bool IsDoubtful(OpenSpan span, long end) => _losses.Any && _losses.AnyBetween(_definition.Order switch
    {
        SpanOrder.Queue => long.MinValue,
        SpanOrder.Earliest => span.Since,
        _ => span.Time,
    }, end);

    private SpanUnmatched ReasonOfLeft(OpenSpan span, long end) => _losses.AnyBetween(span.Time, end) ? SpanUnmatched.EndLost : SpanUnmatched.CallerReturned;

    private OpenSpan? Remove(SpanKey key, OpenSpan top)
    {
        if (top.Next is null)
        {
            _open.Remove(key);
            return null;
        }

        if (_definition.Order == SpanOrder.Queue)
            top.Next.Last = top.Last;
        _open[key] = top.Next;
        return top.Next;
    }

    /// <summary>The kernel gives numbers of threads again: what a dead one left open is not the new one's.</summary>
    private OpenSpan? OfLivingThread(SpanKey key, OpenSpan? top, TraceThread thread)
    {
        if (top is null || !_isOfThread || IsSame(_model, top.Thread, thread))
            return top;
        for (var span = top; span is not null; span = span.Next)
            _unmatched[(int)(span.IsLeft ? ReasonOfLeft(span, thread.Start) : SpanUnmatched.ThreadEnded)]++;
        _open.Remove(key);
        return null;
    }

    private SpanUnmatched ReasonOfEnd(TraceThread thread, long time, long recordingStart)
    {
        if (_losses.AnyBetween(long.MinValue, time))
            return SpanUnmatched.StartLost;
        return _isOfThread && !thread.IsGuessed && StartOf(thread) > recordingStart ? SpanUnmatched.NoStart : SpanUnmatched.BeganBefore;
    }

    /// <summary>Whether two entries are one thread under several names.</summary>
    public static bool IsSame(TraceModel model, TraceThread one, TraceThread other)
    {
        if (ReferenceEquals(one, other))
            return true;
        if (one.Pid != other.Pid || one.Tid != other.Tid)
            return false;
        var (first, last) = one.Start <= other.Start ? (one, other) : (other, one);
        if ((uint)first.Index >= (uint)model.Threads.Count || (uint)last.Index >= (uint)model.Threads.Count || model.Threads[first.Index] != first || model.Threads[last.Index] != last)
            return true; // no record told of it: nothing says that it ended
        for (var i = first.Index; i < last.Index; i++)
        {
            if (model.Threads[i].End < model.Threads[i + 1].Start)
                return false;
        }

        return true;
    }

    private long StartOf(TraceThread thread)
    {
        for (var i = thread.Index; i > 0 && IsEntry(i, thread) && IsEntry(i - 1, thread) && _model.Threads[i - 1].End >= thread.Start; i--)
            thread = _model.Threads[i - 1];
        return thread.Start;
    }

    private long EndOf(TraceThread thread)
    {
        for (var i = thread.Index; IsEntry(i, thread) && IsEntry(i + 1, thread) && thread.End >= _model.Threads[i + 1].Start; i++)
            thread = _model.Threads[i + 1];
        return thread.End;
    }

    private bool IsEntry(int index, TraceThread thread) => (uint)index < (uint)_model.Threads.Count && _model.Threads[index].Tid == thread.Tid && _model.Threads[index].Pid == thread.Pid;
}
