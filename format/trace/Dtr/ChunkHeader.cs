using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <summary>The 64 bytes before each payload.</summary>
/// <remarks>
/// <code>
///  0 u32 magic "DCHK"     16 u32 salt            32 u64 first time       48 u32 CRC of stored bytes + padding
///  4 u16 type             20 u32 stored bytes    40 u64 last time        52 u64 zero
///  6 u16 flags            24 u32 raw bytes                               60 u32 CRC of bytes 0..59
///  8 u64 sequence         28 u32 stream
/// </code>
/// </remarks>
/// <param name="Type">What the payload is.</param>
/// <param name="Flags">Compression and whether the type must be understood.</param>
/// <param name="Sequence">0 for the first chunk of the file, one more for each.</param>
/// <param name="Salt">CRC-32C of the file id: a chunk left over from another file has another.</param>
/// <param name="StoredBytes">Bytes of the payload in the file, without padding.</param>
/// <param name="RawBytes">Bytes of the payload decompressed.</param>
/// <param name="Stream">CPU of samples, module id of Module and Blob, else <see cref="NoStream"/>.</param>
/// <param name="FirstTime">Least time in the payload, nanoseconds of the recording's clock; 0 with no time.</param>
/// <param name="LastTime">Greatest time in the payload.</param>
/// <param name="PayloadCrc">CRC-32C of the stored bytes and the padding.</param>
public readonly record struct ChunkHeader(ChunkType Type, ChunkFlags Flags, ulong Sequence, uint Salt, uint StoredBytes, uint RawBytes,
    uint Stream, ulong FirstTime, ulong LastTime, uint PayloadCrc)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 64;

    /// <summary>"DCHK", little-endian.</summary>
    public const uint Magic = 0x4b484344;

    /// <summary>Stream of a chunk that belongs to none.</summary>
    public const uint NoStream = uint.MaxValue;

    /// <summary>Most stored bytes: a payload that does not shrink is stored as it is.</summary>
    public const int MaxStoredBytes = InputLimits.ChunkRawBytes;

    /// <summary>Where the chunk begins in the file; not part of the 64 bytes.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes of stored payload and its zero padding to 8.</summary>
    public uint PaddedBytes => (StoredBytes + 7) & ~7U;

    /// <summary>Bytes of header, payload and padding.</summary>
    public long TotalBytes => Size + (long)PaddedBytes;

    /// <summary>Where the next chunk begins.</summary>
    public long End => Offset + TotalBytes;

    /// <summary>Writes the 64 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var header = destination[..Size];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)Type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], StoredBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], RawBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Stream);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], FirstTime);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], LastTime);
        BinaryPrimitives.WriteUInt32LittleEndian(header[48..], PayloadCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(header[60..], Crc32C.Compute(header[..60]));
    }

    /// <summary>Reads 64 bytes whose magic and checksum are right.</summary>
    /// <returns>False when they are no chunk header, or a damaged one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, long offset, out ChunkHeader header)
    {
        header = default;
        if (data.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(data) != Magic ||
            BinaryPrimitives.ReadUInt32LittleEndian(data[60..]) != Crc32C.Compute(data[..60]))
            return false;
        header = new ChunkHeader(
            (ChunkType)BinaryPrimitives.ReadUInt16LittleEndian(data[4..]),
            (ChunkFlags)BinaryPrimitives.ReadUInt16LittleEndian(data[6..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[28..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[48..]))
        {
            Offset = offset,
        };
        return header.StoredBytes <= MaxStoredBytes && header.RawBytes <= InputLimits.ChunkRawBytes;
    }
}
