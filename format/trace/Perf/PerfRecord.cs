using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TraceKit.Format.Perf;

/// <summary>One record as the kernel wrote it: an 8-byte <c>perf_event_header</c> (u32 type, u16 misc, u16 size) and its body.</summary>
/// <remarks>Borrows the bytes: valid while they are.</remarks>
public readonly ref struct PerfRecord
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 8;

    /// <summary>Wraps a whole record.</summary>
    /// <param name="bytes">Exactly the record; its header's size must be their count (checked by <see cref="TryRead"/>, not here).</param>
    public PerfRecord(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    /// <summary>The whole record with its header.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary><see cref="PerfRecordType"/>.</summary>
    public uint Type => BinaryPrimitives.ReadUInt32LittleEndian(Bytes);

    /// <summary><see cref="PerfRecordMisc"/> bits.</summary>
    public ushort Misc => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[4..]);

    /// <summary>Bytes of the record with its header.</summary>
    public ushort Size => (ushort)Bytes.Length;

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Body => Bytes[HeaderSize..];

    /// <summary>Takes the record that stands at the start of <paramref name="data"/>.</summary>
    /// <returns>False when the data ends inside it, or its size is under 8.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, out PerfRecord record)
    {
        if (data.Length >= HeaderSize)
        {
            int size = MemoryMarshal.Read<ushort>(data[6..]);
            if (size >= HeaderSize && size <= data.Length)
            {
                record = new PerfRecord(data[..size]);
                return true;
            }
        }

        record = default;
        return false;
    }
}
