using System.Buffers;
using K4os.Compression.LZ4;
using Microsoft.Win32.SafeHandles;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <summary>Reads a .dtr file: finds every whole chunk, lists every loss.</summary>
/// <remarks>
/// Opening walks the chunk headers only. <see cref="ReadPayload"/> may be called from several threads at once.
/// </remarks>
public sealed partial class DtrReader : IDisposable
{
    private readonly DtrSource _source;
    private readonly List<DtrDamage> _damage = [];
    private readonly HashSet<(long Offset, DtrDamageReason Reason)> _reported = [];
    private readonly Lock _damageLock = new();

    private DtrReader(DtrSource source, string name)
    {
        _source = source;
        Name = name;
    }

    /// <summary>The file's name as given.</summary>
    public string Name { get; }

    /// <summary>Bytes of the file when it was opened.</summary>
    public long Length => _source.Length;

    /// <summary>The file header; null only when it is damaged and the file was opened to salvage it.</summary>
    public DtrFileHeader? FileHeader { get; private set; }

    /// <summary>Every whole chunk of this file, in file order, unknown skippable types included. Their payloads are not checked yet.</summary>
    public IReadOnlyList<ChunkHeader> Chunks { get; private set; } = [];

    /// <summary>Chunks of types that this build does not know and may skip.</summary>
    public int UnknownChunks { get; private set; }

    /// <summary>The End chunk's content; null when the recording did not end in order, or the end is lost.</summary>
    public DtrEnd? End { get; private set; }

    /// <summary>Whether the file ends with an End chunk and nothing is missing before it (payloads not checked).</summary>
    public bool IsComplete => End is not null && Damage.Count == 0;

    /// <summary>Every loss known so far; <see cref="ReadPayload"/> adds to it. A copy.</summary>
    public IReadOnlyList<DtrDamage> Damage
    {
        get
        {
            lock (_damageLock)
                return [.. _damage];
        }
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="salvage">Go on when the file header is damaged: the salt is learned from the chunks.</param>
    /// <exception cref="BadDataException">Not a .dtr file, a greater major version, a damaged header, or a chunk that must be understood and isn't.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static DtrReader Open(string path, bool salvage = false) =>
        Open(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), path, salvage);

    /// <summary>Opens a file that is open.</summary>
    /// <param name="handle">Closed with the reader.</param>
    /// <param name="name">How to call it in messages.</param>
    /// <param name="salvage">Go on when the file header is damaged.</param>
    /// <inheritdoc cref="Open(string, bool)"/>
    public static DtrReader Open(SafeFileHandle handle, string name, bool salvage = false)
    {
        DtrSource source;
        try
        {
            source = new DtrSource(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        return Open(source, name, salvage);
    }

    /// <summary>Opens a file that is in memory.</summary>
    /// <inheritdoc cref="Open(string, bool)"/>
    public static DtrReader Open(ReadOnlyMemory<byte> data, string name, bool salvage = false) => Open(new DtrSource(data), name, salvage);

    /// <summary>Reads, checks and decompresses a chunk's payload.</summary>
    /// <param name="chunk">One of <see cref="Chunks"/>.</param>
    /// <param name="buffer">Reused; replaced by a greater one when it is too small. One per thread.</param>
    /// <returns>A view of <paramref name="buffer"/>: valid until the next call with it.</returns>
    /// <exception cref="BadDataException">Damaged (also added to <see cref="Damage"/>), or compressed in a way unknown here.</exception>
    public ReadOnlyMemory<byte> ReadPayload(in ChunkHeader chunk, ref byte[] buffer)
    {
        var raw = (int)chunk.RawBytes;
        var stored = (int)chunk.StoredBytes;
        var padded = (int)chunk.PaddedBytes;
        var compression = chunk.Flags & ChunkFlags.CompressionMask;
        if (compression is not (ChunkFlags.None or ChunkFlags.Lz4) || (chunk.Flags & ~(ChunkFlags.CompressionMask | ChunkFlags.Required)) != 0)
            throw Bad(chunk, BadDataCode.Unsupported, "a payload stored or LZ4", $"flags 0x{(ushort)chunk.Flags:x4}");

        var scratch = ArrayPool<byte>.Shared.Rent(padded);
        try
        {
            var bytes = scratch.AsSpan(0, padded);
            if (_source.Read(chunk.Offset + ChunkHeader.Size, bytes) < padded)
                throw Lost(chunk, DtrDamageReason.Truncated, BadDataCode.Truncated, $"{padded} bytes of payload", "the end of the file");
            var crc = Crc32C.Compute(bytes);
            if (crc != chunk.PayloadCrc)
                throw Lost(chunk, DtrDamageReason.PayloadChecksum, BadDataCode.ChecksumMismatch, $"CRC-32C 0x{chunk.PayloadCrc:x8}", $"0x{crc:x8}");
            if (buffer.Length < raw)
                buffer = new byte[Math.Max(raw, 4096)];
            if (compression == ChunkFlags.None)
            {
                if (raw != stored)
                    throw Lost(chunk, DtrDamageReason.PayloadContent, BadDataCode.InvalidValue, $"{stored} raw bytes of a stored chunk", $"{raw}");
                bytes[..stored].CopyTo(buffer);
            }
            else
            {
                var made = raw == 0 ? -1 : LZ4Codec.Decode(bytes[..stored], buffer.AsSpan(0, raw));
                if (made != raw)
                    throw Lost(chunk, DtrDamageReason.PayloadContent, BadDataCode.InvalidValue, $"{raw} bytes from LZ4", made < 0 ? "no LZ4 block" : $"{made}");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        return buffer.AsMemory(0, raw);
    }

    /// <summary>Notes that a chunk whose checksum is right has content that can't be read, so that it is told with the other losses.</summary>
    public void ReportBadContent(in ChunkHeader chunk, BadDataException reason) =>
        AddDamage(new DtrDamage(chunk.Offset, chunk.TotalBytes, DtrDamageReason.PayloadContent, 0, reason.Message));

    /// <summary>Reads and checks every payload, so that <see cref="Damage"/> is whole.</summary>
    /// <returns>Count of chunks whose payload is good.</returns>
    public int VerifyAll()
    {
        byte[] buffer = [];
        var good = 0;
        foreach (var chunk in Chunks)
        {
            try
            {
                ReadPayload(chunk, ref buffer);
                good++;
            }
            catch (BadDataException)
            {
                // Already in the list; or compressed in a way that a newer version knows: not damage, and not verified either.
                continue;
            }
        }

        return good;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _source.Dispose();

    /// <summary>The chunk's stored bytes with header and padding as they are in the file, for copying.</summary>
    internal int ReadWhole(in ChunkHeader chunk, Span<byte> destination) => _source.Read(chunk.Offset, destination[..(int)chunk.TotalBytes]);

    private static string Section(in ChunkHeader chunk) => $"chunk {chunk.Sequence} ({chunk.Type}) at 0x{chunk.Offset:x}";

    private BadDataException Bad(in ChunkHeader chunk, BadDataCode code, string expected, string found) =>
        new(Name, Section(chunk), ChunkHeader.Size, code, expected, found);

    private BadDataException Lost(in ChunkHeader chunk, DtrDamageReason reason, BadDataCode code, string expected, string found)
    {
        AddDamage(new DtrDamage(chunk.Offset, chunk.TotalBytes, reason, 0, $"{Section(chunk)}: expected {expected}, found {found}"));
        return Bad(chunk, code, expected, found);
    }

    private void AddDamage(DtrDamage damage)
    {
        lock (_damageLock)
        {
            // A chunk that is read again is not lost again.
            if (_reported.Add((damage.Offset, damage.Reason)))
                _damage.Add(damage);
        }
    }
}
