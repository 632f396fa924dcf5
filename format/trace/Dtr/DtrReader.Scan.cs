using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <content>Finding the chunks: header to header, and by search after damage.</content>
public sealed partial class DtrReader
{
    private const int SearchBlock = 1 << 16;

    private static DtrReader Open(DtrSource source, string name, bool salvage)
    {
        var reader = new DtrReader(source, name);
        try
        {
            reader.ReadFileHeader(salvage);
            reader.Scan();
            reader.Judge();
            return reader;
        }
        catch (BadDataException e) when (e.File.Length == 0)
        {
            reader.Dispose();
            throw e.WithFile(name);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private void ReadFileHeader(bool salvage)
    {
        Span<byte> bytes = stackalloc byte[DtrFileHeader.Size];
        var read = _source.Read(0, bytes);
        try
        {
            FileHeader = DtrFileHeader.Read(bytes[..read]);
        }
        catch (BadDataException e) when (salvage && e.Code != BadDataCode.UnsupportedVersion && read == DtrFileHeader.Size)
        {
            _damage.Add(new DtrDamage(0, DtrFileHeader.Size, DtrDamageReason.FileHeader, 0, e.Message));
        }
    }

    private void Scan()
    {
        var salt = FileHeader?.Salt ?? LearnSalt();
        var chunks = new List<ChunkHeader>();
        var next = 0UL;
        var position = (long)DtrFileHeader.Size;
        var badFrom = -1L;
        while (position < Length)
        {
            if (!TryHeaderAt(position, out var chunk))
            {
                if (badFrom < 0)
                    badFrom = position;
                position = FindHeader(position + 8 - (position & 7));
                continue;
            }

            if (chunk.Salt != salt)
            {
                NoteBad(ref badFrom, position, chunks.Count, 0);
                var size = Math.Min(chunk.TotalBytes, Length - position);
                _damage.Add(new DtrDamage(position, size, DtrDamageReason.OtherFile, 0, $"a chunk of another file (salt 0x{chunk.Salt:x8})"));
                position += size;
                continue;
            }

            var missing = chunk.Sequence > next ? chunk.Sequence - next : 0;
            if (badFrom >= 0)
                NoteBad(ref badFrom, position, chunks.Count, missing);
            else if (missing != 0)
                _damage.Add(new DtrDamage(position, 0, DtrDamageReason.SequenceGap, missing, $"chunk {next} expected, found {chunk.Sequence}"));
            if (chunk.Sequence < next)
                _damage.Add(new DtrDamage(position, 0, DtrDamageReason.SequenceBack, 0, $"chunk {next} expected, found {chunk.Sequence}"));
            if (chunk.End > Length)
            {
                _damage.Add(new DtrDamage(position, Length - position, DtrDamageReason.Truncated, 1,
                    $"the file ends inside chunk {chunk.Sequence} ({chunk.Type}, {chunk.TotalBytes} bytes)"));
                position = Length;
                next = chunk.Sequence + 1;
                break;
            }

            chunks.Add(chunk);
            next = Math.Max(next, chunk.Sequence == ulong.MaxValue ? chunk.Sequence : chunk.Sequence + 1);
            position = chunk.End;
        }

        NoteBad(ref badFrom, Length, chunks.Count, 0);
        Chunks = chunks;
    }

    private void NoteBad(ref long from, long to, int after, ulong missing)
    {
        if (from < 0)
            return;
        _damage.Add(to == Length && to - from < ChunkHeader.Size
            ? new DtrDamage(from, to - from, DtrDamageReason.Truncated, 0, "the file ends inside a chunk header")
            : new DtrDamage(from, to - from, DtrDamageReason.NoChunkHeader, missing, $"no valid chunk header after {after} chunks"));
        from = -1;
    }

    /// <summary>Unknown types, the End chunk.</summary>
    private void Judge()
    {
        foreach (var chunk in Chunks)
        {
            if (chunk.Type is >= ChunkType.Host and <= ChunkType.Summary)
                continue;
            if ((chunk.Flags & ChunkFlags.Required) != 0)
                throw Bad(chunk, BadDataCode.Unsupported, "a chunk type that this version knows", $"required type {(ushort)chunk.Type}");
            UnknownChunks++;
        }

        if (Chunks.Count == 0 || Chunks[^1] is not { Type: ChunkType.End } last || last.End != Length)
            return;
        byte[] buffer = [];
        try
        {
            var end = DtrEnd.Decode(ReadPayload(last, ref buffer).Span);
            if (end.Offset == (ulong)last.Offset && end.Chunks == last.Sequence)
                End = end;
        }
        catch (BadDataException)
        {
            // A hint that can't be read: damage is noted by ReadPayload, the chunks before it stand.
            End = null;
        }
    }

    private bool TryHeaderAt(long position, out ChunkHeader chunk)
    {
        Span<byte> bytes = stackalloc byte[ChunkHeader.Size];
        var read = _source.Read(position, bytes);
        return ChunkHeader.TryRead(bytes[..read], position, out chunk);
    }

    /// <summary>The next place at or after <paramref name="from"/> (a multiple of 8) with a valid header of any salt; the file's end when none.</summary>
    private long FindHeader(long from)
    {
        var block = new byte[SearchBlock];
        for (var start = from; start < Length; start += SearchBlock - ChunkHeader.Size)
        {
            var read = _source.Read(start, block);
            for (var at = 0; at + ChunkHeader.Size <= read && at < SearchBlock - ChunkHeader.Size; at += 8)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(at)) == ChunkHeader.Magic &&
                    ChunkHeader.TryRead(block.AsSpan(at), start + at, out _))
                    return start + at;
            }
        }

        return Length;
    }

    /// <summary>The salt of most chunks: what a damaged file header would have said.</summary>
    private uint LearnSalt()
    {
        var counts = new Dictionary<uint, int>();
        var best = 0U;
        var bestCount = 0;
        var position = FindHeader(DtrFileHeader.Size);
        while (position < Length && TryHeaderAt(position, out var chunk))
        {
            var count = counts[chunk.Salt] = counts.GetValueOrDefault(chunk.Salt) + 1;
            if (count > bestCount)
                (best, bestCount) = (chunk.Salt, count);
            position = FindHeader(Math.Min(chunk.End, Length));
        }

        if (bestCount == 0)
            BadDataException.Throw("", 0, BadDataCode.NotThisFormat, "a .dtr file", "no file header and no chunk");
        return best;
    }
}
