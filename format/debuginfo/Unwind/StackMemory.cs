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
    public StackMemory(ulong start, ReadOnlySpan<byte> bytes)
    {
        Start = start;
        _bytes = bytes;
    }

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
