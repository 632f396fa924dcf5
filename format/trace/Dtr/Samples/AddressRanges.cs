namespace TraceKit.Format.Dtr.Samples;

/// <summary>Sorted, disjoint ranges of addresses; immutable.</summary>
public sealed class AddressRanges
{
    private readonly ulong[] _starts;
    private readonly ulong[] _ends;

    /// <summary>Sorts and joins ranges.</summary>
    /// <param name="ranges">Start inclusive, end exclusive; empty ones are left out.</param>
    public AddressRanges(ReadOnlySpan<(ulong Start, ulong End)> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted, static (a, b) => a.Start.CompareTo(b.Start));
        _starts = new ulong[sorted.Length];
        _ends = new ulong[sorted.Length];
        var count = 0;
        foreach (var (start, end) in sorted)
        {
            if (end <= start)
                continue;
            if (count > 0 && start <= _ends[count - 1])
            {
                _ends[count - 1] = Math.Max(_ends[count - 1], end);
                continue;
            }

            _starts[count] = start;
            _ends[count++] = end;
        }

        Array.Resize(ref _starts, count);
        Array.Resize(ref _ends, count);
        IsPageAligned = true;
        for (var i = 0; i < count; i++)
            IsPageAligned &= ((_starts[i] | _ends[i]) & 0xfff) == 0;
    }

    /// <summary>No addresses.</summary>
    public static AddressRanges Empty { get; } = new([]);

    /// <summary>Ranges after joining.</summary>
    public int Count => _starts.Length;

    /// <summary>The least address; 0 when empty.</summary>
    public ulong Min => _starts.Length == 0 ? 0 : _starts[0];

    /// <summary>Past the greatest address; 0 when empty.</summary>
    public ulong Max => _ends.Length == 0 ? 0 : _ends[^1];

    /// <summary>Whether each range begins and ends at a multiple of 4096.</summary>
    public bool IsPageAligned { get; }

    /// <summary>Whether an address is in a range.</summary>
    public bool Contains(ulong address)
    {
        int low = 0, high = _starts.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (_starts[middle] <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && address < _ends[low - 1];
    }
}
