using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <summary>The payload of an End chunk, 24 bytes: u64 chunks before it, u64 offset of the Index chunk (0 none), u64 offset of the End chunk.</summary>
/// <param name="Chunks">Chunks before this one; also its own sequence number.</param>
/// <param name="IndexOffset">Where the Index chunk begins; 0 when there is none.</param>
/// <param name="Offset">Where this chunk begins.</param>
public readonly record struct DtrEnd(ulong Chunks, ulong IndexOffset, ulong Offset)
{
    /// <summary>The payload.</summary>
    public byte[] Encode()
    {
        var payload = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, Chunks);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(8), IndexOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(16), Offset);
        return payload;
    }

    /// <summary>Reads the payload.</summary>
    /// <exception cref="BadDataException">Under 24 bytes.</exception>
    public static DtrEnd Decode(ReadOnlySpan<byte> payload)
    {
        var cursor = new SpanCursor(payload, "End");
        return new DtrEnd(cursor.ReadUInt64("chunks"), cursor.ReadUInt64("index offset"), cursor.ReadUInt64("offset"));
    }
}
