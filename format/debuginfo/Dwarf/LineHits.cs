using TraceKit.DebugInfo.Dwarf.Lines;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Finds the rows of some addresses while the line number program runs; the same ones as <see cref="LineTable.TryFind"/>, and no row is kept.</summary>
/// <param name="addresses">Ascending, from 0 to <paramref name="count"/>.</param>
/// <param name="hits">Gets the rows; cleared before.</param>
/// <param name="count">Number of addresses.</param>
/// <param name="addressSize">Bytes of an address.</param>
/// <param name="hasCodeAtZero">Whether code may be at address 0.</param>
internal struct LineHits(ulong[] addresses, LineHit[] hits, int count, int addressSize, bool hasCodeAtZero) : ILineProgramSink
{
    private readonly ulong _tombstone = (addressSize >= 8 ? ulong.MaxValue : (1UL << (8 * addressSize)) - 1) - 1; // -2, and above it -1
    private bool _open, _discarded;
    private ulong _start, _last; // of the sequence
    private ulong _wanted; // the next address within the sequence
    private int _first, _next; // addresses that this sequence has answered; the next one
    private uint _file, _line, _column;

    public void Row(ulong address, uint file, uint line, uint column, LineRowFlags flags, uint discriminator, uint isa, uint opIndex)
    {
        var ends = (flags & LineRowFlags.EndSequence) != 0;
        if (!_open || address < _last || address - _start > uint.MaxValue)
        {
            if (ends)
            {
                Close(Math.Max(address, _last));
                _discarded = false;
                return;
            }

            if (!Open(address))
                return;
        }

        if (address > _wanted)
            Answer(address);
        _last = address;
        (_file, _line, _column) = (file, line, column);
        if (ends)
        {
            Close(address);
            _discarded = false;
        }
    }

    /// <summary>Ends a program that does not end its last sequence: how far its last row reaches is not known.</summary>
    public void Finish() => Close(_last);

    private bool Open(ulong address)
    {
        if (_open)
            Close(Math.Max(address, _last));
        if (_discarded)
            return false;
        if (address >= _tombstone || address == 0 && !hasCodeAtZero)
        {
            _discarded = true;
            return false;
        }

        _open = true;
        _start = _last = address;
        _first = _next = FunctionWalker.LowerBound(addresses.AsSpan(0, count), address);
        _wanted = _next < count ? addresses[_next] : ulong.MaxValue;
        return true;
    }

    /// <summary>The row up to here covers these.</summary>
    private void Answer(ulong end)
    {
        for (; _next < count && addresses[_next] < end; _next++)
            hits[_next].Pending = new LineHit.Place(_file, _line, _column);
        _wanted = _next < count ? addresses[_next] : ulong.MaxValue;
    }

    /// <summary>Of sequences that overlap the one that begins last counts; of those that begin together the shortest.</summary>
    private void Close(ulong end)
    {
        if (!_open)
            return;
        _open = false;
        if (end > _wanted)
            Answer(end);
        for (var i = _first; i < _next; i++)
        {
            ref var hit = ref hits[i];
            if (hit.IsFound && (_start < hit.Start || _start == hit.Start && end > hit.End))
                continue;
            hit.IsFound = true;
            (hit.Start, hit.End, hit.Found) = (_start, end, hit.Pending);
        }
    }
}

/// <summary>What is found for one address.</summary>
internal struct LineHit
{
    /// <summary>Whether a row covers it.</summary>
    public bool IsFound;

    /// <summary>The sequence that has the row.</summary>
    public ulong Start, End;

    /// <summary>The row; the one of the sequence that is being read.</summary>
    public Place Found, Pending;

    /// <summary>A source place as a row has it.</summary>
    public readonly record struct Place(uint File, uint Line, uint Column);
}
