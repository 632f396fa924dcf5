using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <summary>The payload of an Index chunk: u32 count, u32 zero, then 48 bytes for each chunk before it.</summary>
/// <remarks>u64 offset, u64 sequence, u16 type, u16 flags, u32 stored bytes, u32 raw bytes, u32 stream, u64 first time, u64 last time.
/// A hint: a reader that trusts it must still check each chunk's own header.</remarks>
public static class DtrIndex
{
    private const int EntrySize = 48;

    /// <summary>Whether that many entries fit one chunk. A file with more has no index.</summary>
    public static bool Fits(int count) => 8 + (long)count * EntrySize <= InputLimits.ChunkRawBytes;

    /// <summary>The payload for these chunks.</summary>
    public static byte[] Encode(IReadOnlyList<ChunkHeader> chunks)
    {
        var payload = new byte[8 + chunks.Count * EntrySize];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)chunks.Count);
        for (var i = 0; i < chunks.Count; i++)
        {
            var entry = payload.AsSpan(8 + i * EntrySize, EntrySize);
            var chunk = chunks[i];
            BinaryPrimitives.WriteUInt64LittleEndian(entry, (ulong)chunk.Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], chunk.Sequence);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[16..], (ushort)chunk.Type);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[18..], (ushort)chunk.Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[20..], chunk.StoredBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], chunk.RawBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[28..], chunk.Stream);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], chunk.FirstTime);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], chunk.LastTime);
        }

        return payload;
    }

    /// <summary>Reads the entries. Salt and checksum aren't in it and are zero.</summary>
    /// <exception cref="BadDataException">The count does not fit the payload.</exception>
    public static List<ChunkHeader> Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8)
            BadDataException.Throw("Index", 0, BadDataCode.Truncated, "8 bytes", $"{payload.Length}");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if ((ulong)count * EntrySize > (ulong)(payload.Length - 8))
            BadDataException.Throw("Index", 0, BadDataCode.InvalidValue, $"at most {(payload.Length - 8) / EntrySize} entries", $"{count}");
        var chunks = new List<ChunkHeader>((int)count);
        for (var i = 0; i < (int)count; i++)
        {
            var entry = payload.Slice(8 + i * EntrySize, EntrySize);
            chunks.Add(new ChunkHeader(
                (ChunkType)BinaryPrimitives.ReadUInt16LittleEndian(entry[16..]),
                (ChunkFlags)BinaryPrimitives.ReadUInt16LittleEndian(entry[18..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                0,
                BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[28..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]),
                0)
            {
                Offset = (long)BinaryPrimitives.ReadUInt64LittleEndian(entry),
            });
        }

        return chunks;
    }
}
