using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr.Metadata;

/// <summary>A Blob chunk: u32 module id, u32 part number from 0, u64 offset in the blob, then the bytes.</summary>
/// <remarks>The chunk's stream is the module id too, so that a reader finds the parts by headers alone.</remarks>
public static class BlobPart
{
    /// <summary>Bytes before the blob's.</summary>
    public const int HeaderSize = 16;

    /// <summary>Most bytes of a part that this build writes.</summary>
    public const int MaxPartBytes = 1 << 20;

    /// <summary>Writes a blob in parts.</summary>
    /// <returns>False when the writer had failed before.</returns>
    /// <exception cref="IOException">A write failed.</exception>
    public static bool Write(DtrWriter writer, uint moduleId, ReadOnlySpan<byte> blob)
    {
        var payload = new byte[HeaderSize + Math.Min(blob.Length, MaxPartBytes)];
        uint part = 0;
        for (var offset = 0; offset < blob.Length; offset += MaxPartBytes, part++)
        {
            var count = Math.Min(MaxPartBytes, blob.Length - offset);
            WriteHeader(payload, moduleId, part, (ulong)offset);
            blob.Slice(offset, count).CopyTo(payload.AsSpan(HeaderSize));
            if (!writer.WriteChunk(ChunkType.Blob, moduleId, 0, 0, payload.AsSpan(0, HeaderSize + count)))
                return false;
        }

        return true;
    }

    /// <summary>Writes the 16 bytes before a part, for who streams a blob.</summary>
    public static void WriteHeader(Span<byte> payload, uint moduleId, uint part, ulong offset)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(payload, moduleId);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], part);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], offset);
    }

    /// <summary>Puts a module's blob together.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="module">Its module.</param>
    /// <param name="maxBytes">Most bytes to allocate.</param>
    /// <param name="missingBytes">Bytes of lost parts; they read as zero.</param>
    /// <returns>The blob, <see cref="ModuleInfo.BlobBytes"/> long.</returns>
    /// <exception cref="BadDataException">More than <paramref name="maxBytes"/>, or more than the parts in the file can hold.</exception>
    public static byte[] ReadAll(DtrReader reader, ModuleInfo module, long maxBytes, out long missingBytes)
    {
        var limit = 0UL;
        var largest = 0;
        foreach (var chunk in reader.Chunks)
        {
            if (chunk.Type != ChunkType.Blob || chunk.Stream != module.Id || chunk.RawBytes <= HeaderSize)
                continue;
            limit += chunk.RawBytes - HeaderSize;
            largest = Math.Max(largest, (int)Math.Min(chunk.RawBytes, InputLimits.ChunkRawBytes));
        }

        // A lost part leaves a hole; an invented length must not allocate.
        if (module.BlobBytes > (ulong)Math.Min(maxBytes, Array.MaxLength) || module.BlobBytes > limit + ((ulong)reader.Length * 256))
            throw new BadDataException(reader.Name, $"module {module.Id}", 0, BadDataCode.LimitExceeded, $"a blob of at most {maxBytes} bytes", $"{module.BlobBytes}");
        if (limit == 0)
        {
            missingBytes = (long)module.BlobBytes;
            return [];
        }

        // Parts come one after the other, as a rule: then nothing has to be zeroed before it is written.
        var blob = GC.AllocateUninitializedArray<byte>((int)module.BlobBytes);
        var (have, filled) = (0L, 0);
        var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(largest);
        var buffer = rented;
        foreach (var chunk in reader.Chunks)
        {
            if (chunk.Type != ChunkType.Blob || chunk.Stream != module.Id || !TryPart(reader, chunk, ref buffer, out var offset, out var bytes))
                continue;
            if (offset > (ulong)blob.Length || (ulong)bytes.Length > (ulong)blob.Length - offset)
                continue;
            if (offset > (ulong)filled)
                blob.AsSpan(filled..(int)offset).Clear();
            bytes.Span.CopyTo(blob.AsSpan((int)offset));
            filled = Math.Max(filled, (int)offset + bytes.Length);
            have += bytes.Length;
        }

        System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        blob.AsSpan(filled).Clear();
        missingBytes = Math.Max(0, blob.Length - have);
        return blob;
    }

    private static bool TryPart(DtrReader reader, in ChunkHeader chunk, ref byte[] buffer, out ulong offset, out ReadOnlyMemory<byte> bytes)
    {
        offset = 0;
        bytes = default;
        ReadOnlyMemory<byte> payload;
        try
        {
            payload = reader.ReadPayload(chunk, ref buffer);
        }
        catch (BadDataException)
        {
            // In the reader's damage list; the caller sees the missing bytes.
            return false;
        }

        if (payload.Length < HeaderSize)
            return false;
        offset = BinaryPrimitives.ReadUInt64LittleEndian(payload.Span[8..]);
        bytes = payload[HeaderSize..];
        return true;
    }
}
