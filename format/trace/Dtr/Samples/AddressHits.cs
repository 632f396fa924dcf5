using System.Runtime.CompilerServices;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>
/// Tells which pieces of a process's memory its samples point into: each piece when it is met first, and now and then again. What is
/// met all the time costs a load and a comparison.
/// </summary>
/// <remarks>
/// <see cref="SampleChunkEncoder"/> hands it user addresses as they enter a chunk: instruction pointers, callchain entries, kept words of
/// stacks. One thread at a time.
/// </remarks>
public sealed class AddressHits
{
    // Odd, so that neighbouring pieces spread over the slots (Fibonacci hashing).
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private readonly ulong[] _seen;
    private readonly int _pieceShift;
    private readonly int _slotShift;
    private readonly Action<ulong> _hit;

    /// <summary>Hits of one process.</summary>
    /// <param name="pieceShift">Log 2 of the piece size in bytes.</param>
    /// <param name="slotBits">Log 2 of how many pieces are remembered.</param>
    /// <param name="hit">Gets an address in a piece that is not remembered.</param>
    public AddressHits(int pieceShift, int slotBits, Action<ulong> hit)
    {
        _pieceShift = pieceShift;
        _slotShift = 64 - slotBits;
        _seen = new ulong[1 << slotBits];
        _hit = hit;
    }

    /// <summary>Notes an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong address)
    {
        // Plus 1: the empty slot is piece -1, which no user address is in.
        var piece = (address >> _pieceShift) + 1;
        ref var slot = ref _seen[(int)((piece * Spread) >> _slotShift)];
        if (slot == piece)
            return;
        slot = piece;
        _hit(address);
    }

    /// <summary>Forgets what was met: mappings changed.</summary>
    public void Clear() => Array.Clear(_seen);
}
