using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>The code bytes of one process that have no file, read while it lived: at each address maybe several times.</summary>
public sealed class JitCode
{
    private const ulong PageBytes = 4096, MaximumJoined = 1 << 20;

    private readonly JitCodePiece[] _pieces;
    private readonly ulong[] _furthest;

    private JitCode(JitCodePiece[] pieces)
    {
        _pieces = pieces;
        _furthest = new ulong[pieces.Length];
        ulong furthest = 0;
        for (var i = 0; i < pieces.Length; i++)
            _furthest[i] = furthest = Math.Max(furthest, pieces[i].Start.Value + (ulong)pieces[i].Bytes.Length);
    }

    /// <summary>Pieces at hand.</summary>
    public int Count => _pieces.Length;

    /// <summary>Sorts pieces for look-up; those that would pass the end of the address space are left out.</summary>
    public static JitCode Build(IEnumerable<JitCodePiece> pieces) =>
        new([.. pieces.Where(p => p.Start.Value + (ulong)p.Bytes.Length > p.Start.Value).OrderBy(p => p.Start.Value).ThenBy(p => p.Time)]);

    /// <summary>The bytes at an address, of each page from the reading nearest to a time among those in which the address held the same code.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="length">Most bytes that are wanted.</param>
    /// <param name="time">Time of the sample.</param>
    /// <param name="from">Readings before this show other code; <see cref="long.MinValue"/> for none.</param>
    /// <param name="to">Readings from here on show other code; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="bytes">At least one byte.</param>
    public bool TryRead(Avma address, ulong length, long time, long from, long to, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        byte[]? joined = null;
        var count = 0;
        while ((ulong)count < length)
        {
            // Page by page: what was read once more is what had changed.
            var at = address.Value + (ulong)count;
            if (Nearest(at, time, from, to) is not { } piece)
                break;
            var skip = (int)(at - piece.Start.Value);
            var take = (int)Math.Min(Math.Min(length - (ulong)count, (ulong)(piece.Bytes.Length - skip)), joined is null && piece.IsAlone ? ulong.MaxValue : PageBytes - at % PageBytes);
            var part = piece.Bytes.Slice(skip, take);
            if (count == 0 && ((ulong)take == length || Nearest(at + (ulong)take, time, from, to) is null))
            {
                bytes = part;
                return true;
            }

            joined ??= new byte[Math.Min(length, MaximumJoined)];
            if (count + take > joined.Length)
                break;
            part.CopyTo(joined.AsMemory(count));
            count += take;
        }

        if (joined is null)
            return false;
        bytes = joined.AsMemory(0, count);
        return true;
    }

    private (Avma Start, ReadOnlyMemory<byte> Bytes, bool IsAlone)? Nearest(ulong address, long time, long from, long to)
    {
        int low = 0, high = _pieces.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_pieces[middle].Start.Value <= address)
                low = middle + 1;
            else
                high = middle;
        }

        var best = -1;
        for (int i = low - 1, steps = 0; i >= 0 && _furthest[i] > address && steps < InputLimits.Depth; i--, steps++)
        {
            var piece = _pieces[i];
            if (address - piece.Start.Value >= (ulong)piece.Bytes.Length || piece.Time < from || piece.Time >= to)
                continue;
            if (best < 0 || Distance(piece.Time, time) < Distance(_pieces[best].Time, time))
                best = i;
        }

        if (best < 0)
            return null;
        var end = _pieces[best].Start.Value + (ulong)_pieces[best].Bytes.Length;
        return (_pieces[best].Start, _pieces[best].Bytes, (best == 0 || _furthest[best - 1] <= address) && (best + 1 == _pieces.Length || _pieces[best + 1].Start.Value >= end));
    }

    private static ulong Distance(long a, long b) => a > b ? (ulong)a - (ulong)b : (ulong)b - (ulong)a;
}
