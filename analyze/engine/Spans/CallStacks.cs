using TraceKit.Engine.Model;

namespace TraceKit.Engine.Spans;

/// <summary>The open calls of each thread, of all traced functions together: a call that returns takes with it what its callees left open.</summary>
internal sealed class CallStacks(TraceModel model)
{
    private readonly Dictionary<int, OpenSpan> _top = [];

    /// <summary>A call begins.</summary>
    public void Begin(OpenSpan span)
    {
        var tid = span.Thread.Tid;
        if (_top.TryGetValue(tid, out var caller) && SpanMatcher.IsSame(model, caller.Thread, span.Thread))
        {
            span.Caller = caller;
            span.Depth = caller.Depth + 1;
        }

        _top[tid] = span;
    }

    /// <summary>A call returns.</summary>
    public void End(OpenSpan span, long duration)
    {
        var tid = span.Thread.Tid;
        if (!_top.TryGetValue(tid, out var top))
            return;
        for (; top is not null && top != span; top = top.Caller)
            top.IsLeft = true;
        if (span.Caller is null)
        {
            _top.Remove(tid);
            return;
        }

        _top[tid] = span.Caller;
        span.Caller.Inside += duration;
        span.Caller = null;
    }
}
