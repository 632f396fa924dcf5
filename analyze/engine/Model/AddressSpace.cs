namespace TraceKit.Engine.Model;

/// <summary>What was mapped where in one program run of one process (a new one begins with fork and with exec).</summary>
/// <remarks>
/// <para>
/// Cut at every address where any mapping ever began or ended; each piece has its mappings in order of time. Nearly always
/// there is one in each piece: then the time does not matter, which also gives samples a home that came before their
/// mapping's record did.
/// </para>
/// <para>
/// <see cref="VersionAt"/> numbers the times between which no address changed its meaning: within one version an address
/// alone tells what is there. Immutable, so any thread may ask.
/// </para>
/// </remarks>
public sealed class AddressSpace
{
    private readonly ulong[] _starts;
    private readonly ulong[] _ends;
    private readonly int[] _first; // piece i: _history[_first[i] .. _first[i + 1]]
    private readonly PieceMapping[] _history;
    private readonly long[] _versionTimes;

    internal AddressSpace(int firstVersion, int pid, ulong[] starts, ulong[] ends, int[] first, PieceMapping[] history, long[] versionTimes)
    {
        FirstVersion = firstVersion;
        Pid = pid;
        _starts = starts;
        _ends = ends;
        _first = first;
        _history = history;
        _versionTimes = versionTimes;
    }

    /// <summary>A piece's mapping from a time on.</summary>
    internal readonly record struct PieceMapping(long From, int Mapping);

    /// <summary>Process it belonged to when it was made.</summary>
    public int Pid { get; }

    /// <summary>The number of its first version; numbers are unique in the trace.</summary>
    public int FirstVersion { get; }

    /// <summary>How many versions it has: 1 when no mapping ever took the place of another.</summary>
    public int Versions => _versionTimes.Length + 1;

    /// <summary>Distinct ranges.</summary>
    public int Pieces => _starts.Length;

    /// <summary>The number, unique in the trace, of the state that holds at a time.</summary>
    public int VersionAt(long time)
    {
        if (_versionTimes.Length == 0)
            return FirstVersion;
        var at = Array.BinarySearch(_versionTimes, time);
        return FirstVersion + (at >= 0 ? at + 1 : ~at);
    }

    /// <summary>What is mapped at an address at a time.</summary>
    /// <param name="address">In the process.</param>
    /// <param name="time">Nanoseconds.</param>
    /// <returns>Index in <see cref="TraceModel.Mappings"/>, or -1.</returns>
    public int Find(ulong address, long time)
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

        var piece = low - 1;
        if (piece < 0 || address >= _ends[piece])
            return -1;

        // The last one not younger than the time; before all of them, the first: its record may have come late.
        var history = _history.AsSpan(_first[piece], _first[piece + 1] - _first[piece]);
        var found = history[0].Mapping;
        for (var i = 1; i < history.Length && history[i].From <= time; i++)
            found = history[i].Mapping;
        return found;
    }
}
