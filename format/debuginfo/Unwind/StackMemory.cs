using System.Buffers.Binary;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>A copied piece of a thread's stack: what <c>PERF_SAMPLE_STACK_USER</c> dumped. Reads outside of it fail.</summary>
/// <remarks>Lives as long as the bytes it was made over.</remarks>
public readonly ref struct StackMemory
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Makes the view.</summary>
    /// <param name="start">Address in the process of the first byte: the stack pointer at the sample.</param>
    /// <param name="bytes">What was dumped: only what <c>dyn_size</c> says is real.</param>
    /// <param name="isFiltered">See <see cref="IsFiltered"/>.</param>
    public StackMemory(ulong start, ReadOnlySpan<byte> bytes, bool isFiltered = false)
    {
        Start = start;
        _bytes = bytes;
        IsFiltered = isFiltered;
    }

    /// <summary>
    /// Only words that point into code or stacks were kept (<c>--stacks pointers</c>): a word that reads as 0 may have been anything else that is
    /// neither; see <see cref="IsDropped"/>.
    /// </summary>
    public bool IsFiltered { get; }

    /// <summary>Address of the first byte.</summary>
    public ulong Start { get; }

    /// <summary>Bytes at hand.</summary>
    public int Length => _bytes.Length;

    /// <summary>Reads 64 bits, little-endian.</summary>
    public bool TryReadUInt64(ulong address, out ulong value)
    {
        var at = address - Start;
        if (at > (ulong)_bytes.Length || (ulong)_bytes.Length - at < 8)
        {
            value = 0;
            return false;
        }

        value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[(int)at..]);
        return true;
    }

    /// <summary>Whether a word that was read as this value is in fact not known: the filter left it out.</summary>
    public bool IsDropped(ulong value) => IsFiltered && value == 0;

    /// <summary>Reads 1 to 8 bytes, little-endian, zero-extended.</summary>
    public bool TryRead(ulong address, int size, out ulong value)
    {
        value = 0;
        var at = address - Start;
        if (size is < 1 or > 8 || at > (ulong)_bytes.Length || (ulong)_bytes.Length - at < (ulong)size)
            return false;
        for (var i = size - 1; i >= 0; i--)
            value = value << 8 | _bytes[(int)at + i];
        return true;
    }
}
