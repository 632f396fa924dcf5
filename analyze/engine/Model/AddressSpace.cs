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
/// alone tells what is there. Cut on first use: a recording of a busy server has thousands of processes that no sample
/// hit. Any thread may ask.
/// </para>
/// </remarks>
public sealed partial class AddressSpace
{
    private readonly MappingLog? _log;
    private readonly int _logLength;
    private readonly AddressSpace? _before;
    private Cut? _cut;

    /// <param name="pid">Process.</param>
    /// <param name="log">Its mappings.</param>
    /// <param name="logLength">Entries of the log that count.</param>
    /// <param name="before">What the process had mapped before its last exec.</param>
    internal AddressSpace(int pid, MappingLog? log, int logLength, AddressSpace? before)
    {
        _before = before;
        Pid = pid;
        _log = log;
        _logLength = logLength;
    }

    /// <summary>Process it was made by; children that were forked off and mapped nothing share it.</summary>
    public int Pid { get; }

    /// <summary>How many versions it has: 1 when no mapping ever took the place of another.</summary>
    public int Versions => Pieces.Times.Length + 1;

    /// <summary>Distinct ranges.</summary>
    public int PieceCount => Pieces.Starts.Length;

    /// <summary>Mappings that could not be kept because there were too many; see <see cref="MaximumHistory"/>.</summary>
    public int Dropped => Pieces.Dropped;

    /// <summary>Where anything was ever mapped: start inclusive, end exclusive.</summary>
    internal (ulong Start, ulong End)[] Ranges()
    {
        var cut = Pieces;
        return [.. cut.Starts.Zip(cut.Ends)];
    }

    private Cut Pieces => Volatile.Read(ref _cut) ?? MakePieces();

    private Cut MakePieces()
    {
        // Whoever comes first: versions are numbered in it, so all have to see the same one.
        var made = Cut.Make(_log, _logLength);
        return Interlocked.CompareExchange(ref _cut, made, null) ?? made;
    }

    /// <summary>The number, unique in the process that runs this code, of the state that holds at a time.</summary>
    public int VersionAt(long time)
    {
        var cut = Pieces;
        if (cut.Times.Length == 0)
            return cut.FirstVersion;
        var at = Array.BinarySearch(cut.Times, time);
        return cut.FirstVersion + (at >= 0 ? at + 1 : ~at);
    }

    /// <summary>What is mapped at an address at a time.</summary>
    /// <remarks>
    /// Until an exec returns, the registers are those of the program before it, though its mappings are gone: an address where the new program
    /// never had anything is looked for there, in its last state.
    /// </remarks>
    /// <param name="address">In the process.</param>
    /// <param name="time">Nanoseconds.</param>
    /// <returns>Index in <see cref="TraceModel.Mappings"/>, or -1.</returns>
    public int Find(ulong address, long time)
    {
        var found = FindOwn(address, time);
        return found < 0 && _before is not null ? _before.FindOwn(address, long.MaxValue) : found;
    }

    private int FindOwn(ulong address, long time)
    {
        var cut = Pieces;
        int low = 0, high = cut.Starts.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (cut.Starts[middle] <= address)
                low = middle + 1;
            else
                high = middle;
        }

        var piece = low - 1;
        if (piece < 0 || address >= cut.Ends[piece])
            return -1;

        // The last one not younger than the time; before all of them, the first: its record may have come late.
        var history = cut.History.AsSpan(cut.First[piece], cut.First[piece + 1] - cut.First[piece]);
        var found = history[0].Mapping;
        for (var i = 1; i < history.Length && history[i].From <= time; i++)
            found = history[i].Mapping;
        return found;
    }
}
