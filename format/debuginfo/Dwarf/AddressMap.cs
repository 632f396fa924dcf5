namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Which units may have an address. Units may overlap: after LTO, around dropped code, and in damaged files.</summary>
internal sealed class AddressMap
{
    /// <summary>How far back a range is looked for that covers an address: bounds what nested ranges cost.</summary>
    private const int MostSteps = 256;

    private readonly List<(ulong Start, ulong End, int Unit)> _ranges = [];
    private ulong[] _furthest = [];

    /// <summary>Number of ranges.</summary>
    public int Count => _ranges.Count;

    /// <summary>Adds addresses of a unit.</summary>
    public void Add(ulong start, ulong end, int unit)
    {
        if (_ranges.Count > 0 && _ranges[^1] is var last && last.Unit == unit && last.End == start)
            _ranges[^1] = (last.Start, end, unit);
        else
            _ranges.Add((start, end, unit));
    }

    /// <summary>Ends adding.</summary>
    public void Finish()
    {
        _ranges.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.End != b.End ? b.End.CompareTo(a.End) : b.Unit.CompareTo(a.Unit));
        _furthest = new ulong[_ranges.Count];
        ulong furthest = 0;
        for (var i = 0; i < _furthest.Length; i++)
            _furthest[i] = furthest = Math.Max(furthest, _ranges[i].End);
    }

    /// <summary>Where some unit's addresses begin or end, ascending: between two of these every address has the same units.</summary>
    public ulong[] Boundaries()
    {
        var all = new ulong[_ranges.Count * 2];
        for (var i = 0; i < _ranges.Count; i++)
            (all[2 * i], all[2 * i + 1]) = (_ranges[i].Start, _ranges[i].End);
        Array.Sort(all);
        var count = 0;
        foreach (var boundary in all)
        {
            if (count == 0 || all[count - 1] != boundary)
                all[count++] = boundary;
        }

        return all[..count];
    }

    /// <summary>The unit whose range begins last and covers the address; of equal ranges the first unit's.</summary>
    /// <param name="address">The address.</param>
    /// <param name="choice">0 for the best unit, 1 for the next one…</param>
    /// <returns>-1 when there is none.</returns>
    public int Find(ulong address, int choice)
    {
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ranges[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        for (int i = low - 1, steps = 0; i >= 0 && _furthest[i] > address && steps < MostSteps; i--, steps++)
        {
            if (_ranges[i].End > address && choice-- == 0)
                return _ranges[i].Unit;
        }

        return -1;
    }
}
