namespace TraceKit.Engine.Filters;

/// <summary>Spans of time in nanoseconds, both ends inclusive, in order and apart.</summary>
public sealed class TimeWindows
{
    private readonly (long From, long To)[] _windows;

    /// <param name="windows">In any order; they may overlap.</param>
    public TimeWindows(IReadOnlyCollection<(long From, long To)> windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        var apart = new List<(long From, long To)>();
        foreach (var window in windows.Order())
        {
            if (apart.Count > 0 && window.From <= apart[^1].To)
                apart[^1] = (apart[^1].From, Math.Max(apart[^1].To, window.To));
            else
                apart.Add(window);
        }

        _windows = [.. apart];
        From = _windows.Length == 0 ? long.MaxValue : _windows[0].From;
        To = _windows.Length == 0 ? long.MinValue : _windows[^1].To;
    }

    /// <summary>Where the first begins.</summary>
    public long From { get; }

    /// <summary>Where the last ends.</summary>
    public long To { get; }

    /// <summary>The spans.</summary>
    public IReadOnlyList<(long From, long To)> Windows => _windows;

    /// <summary>Whether a time lies in one of them.</summary>
    public bool Contains(long time) => time >= From && time <= To && (_windows.Length == 1 || Overlap(time, time));

    /// <summary>Nanoseconds of them in a span whose end is outside.</summary>
    public long Length(long from, long end)
    {
        long sum = 0;
        foreach (var window in _windows)
            sum += Math.Max(0, Math.Min(end - 1, window.To) - Math.Max(from, window.From) + 1);
        return sum;
    }

    /// <summary>Whether one of them has a time of a span, both ends inclusive.</summary>
    public bool Overlap(long from, long to)
    {
        int low = 0, high = _windows.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_windows[middle].To < from)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _windows.Length && _windows[low].From <= to;
    }
}
