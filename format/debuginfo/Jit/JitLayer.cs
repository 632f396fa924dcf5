namespace TraceKit.DebugInfo.Jit;

/// <summary>
/// What each address meant when, from claims in order of time: addresses are cut wherever any claim begins or ends; each piece has its claims in order of
/// time. Nearly always there is one: then the time does not matter.
/// </summary>
internal sealed class JitLayer
{
    /// <summary>Bounds memory where claims lie over each other: real maps have one or two claims for each piece.</summary>
    private const int MaximumHistory = 1 << 24;

    private readonly ulong[] _starts;
    private readonly int[] _first;
    private readonly (long From, int Claim)[] _history;
    private readonly int[] _used;

    /// <param name="claims">By time, then by order.</param>
    public JitLayer(IReadOnlyList<(ulong Start, ulong End, long From, int Claim)> claims)
    {
        var cuts = new ulong[claims.Count * 2];
        for (var i = 0; i < claims.Count; i++)
            (cuts[2 * i], cuts[2 * i + 1]) = (claims[i].Start, claims[i].End);
        Array.Sort(cuts);
        var count = 0;
        for (var i = 0; i < cuts.Length; i++)
        {
            if (count == 0 || cuts[count - 1] != cuts[i])
                cuts[count++] = cuts[i];
        }

        _starts = cuts[..count];
        var counts = new int[count + 1];
        long total = 0;
        var ranges = new (int First, int Last)[claims.Count];
        for (var i = 0; i < claims.Count; i++)
        {
            var first = Array.BinarySearch(_starts, claims[i].Start);
            var last = Array.BinarySearch(_starts, claims[i].End);
            ranges[i] = (first, last);
            total += last - first;
            if (total > MaximumHistory)
            {
                Dropped = claims.Count - i;
                ranges = ranges[..i];
                break;
            }

            for (var piece = first; piece < last; piece++)
                counts[piece + 1]++;
        }

        for (var i = 0; i < count; i++)
            counts[i + 1] += counts[i];
        _first = counts;
        _history = new (long, int)[counts[count]];
        var next = counts.AsSpan(0, count).ToArray();
        for (var i = 0; i < ranges.Length; i++)
        {
            for (var piece = ranges[i].First; piece < ranges[i].Last; piece++)
            {
                // Of claims of one time the later one holds alone.
                if (next[piece] > counts[piece] && _history[next[piece] - 1].From == claims[i].From)
                    next[piece]--;
                _history[next[piece]++] = (claims[i].From, claims[i].Claim);
            }
        }

        _used = new int[count];
        for (var i = 0; i < count; i++)
            _used[i] = next[i] - counts[i];
    }

    /// <summary>Claims that were too many.</summary>
    public int Dropped { get; }

    /// <summary>Whether any address meant more than one thing.</summary>
    public bool HasChanges
    {
        get
        {
            foreach (var used in _used)
            {
                if (used > 1)
                    return true;
            }

            return false;
        }
    }

    /// <summary>The claim that holds at a time: the last one not younger; before all of them, the first.</summary>
    public bool TryFind(ulong address, long time, out int claim, out bool changes)
    {
        var history = HistoryOf(address);
        changes = history.Length > 1;
        claim = history.IsEmpty ? -1 : history[Math.Max(0, After(history, time) - 1)].Claim;
        return claim >= 0;
    }

    /// <summary>When the claim of a time gives way to the next; <see cref="long.MaxValue"/> when it does not.</summary>
    public long Until(ulong address, long time)
    {
        var history = HistoryOf(address);
        var after = Math.Max(1, After(history, time));
        return after < history.Length ? history[after].From : long.MaxValue;
    }

    private ReadOnlySpan<(long From, int Claim)> HistoryOf(ulong address)
    {
        int low = 0, high = _starts.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_starts[middle] <= address)
                low = middle + 1;
            else
                high = middle;
        }

        var piece = low - 1;
        return piece < 0 ? default : _history.AsSpan(_first[piece], _used[piece]);
    }

    /// <summary>Number of claims that are not younger than a time.</summary>
    private static int After(ReadOnlySpan<(long From, int Claim)> history, long time)
    {
        int low = 0, high = history.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (history[middle].From <= time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
