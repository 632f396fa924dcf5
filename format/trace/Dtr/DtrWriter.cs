using K4os.Compression.LZ4;
using Microsoft.Win32.SafeHandles;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr;

/// <summary>Appends chunks to a .dtr file, each with one positioned write.</summary>
/// <remarks>
/// One thread at a time. No allocation after construction but in <see cref="Finish"/> and as the index grows.
/// When a write fails, the file is cut back to its last whole chunk and stays valid; the failure is thrown once, later chunks are
/// dropped and counted.
/// </remarks>
public sealed class DtrWriter : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly IDisposable? _owner;
    private readonly uint _salt;
    private readonly byte[] _buffer = new byte[ChunkHeader.Size + LZ4Codec.MaximumOutputSize(InputLimits.ChunkRawBytes) + 8];
    private readonly List<ChunkHeader> _index = [];
    private ulong _sequence;
    private bool _finished;

    /// <summary>Writes the file header.</summary>
    /// <param name="handle">A new, empty file open for writing; the caller made it with the permissions it wants (<see cref="DtrFile.CreateNew"/>).</param>
    /// <param name="fileId">Random; default makes one.</param>
    /// <param name="createdUnixNanoseconds">CLOCK_REALTIME; 0 takes the clock.</param>
    /// <param name="owner">Disposed with the writer, after the handle.</param>
    /// <exception cref="IOException">The header could not be written.</exception>
    public DtrWriter(SafeFileHandle handle, Guid fileId = default, ulong createdUnixNanoseconds = 0, IDisposable? owner = null)
    {
        _handle = handle;
        _owner = owner;
        FileHeader = new DtrFileHeader(DtrFileHeader.CurrentMajor, DtrFileHeader.CurrentMinor, fileId == default ? Guid.NewGuid() : fileId,
            createdUnixNanoseconds == 0 ? (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100 : createdUnixNanoseconds);
        _salt = FileHeader.Salt;
        FileHeader.Write(_buffer);
        RandomAccess.Write(_handle, _buffer.AsSpan(0, DtrFileHeader.Size), 0);
        Length = DtrFileHeader.Size;
    }

    private DtrWriter(SafeFileHandle handle, DtrFileHeader header, IReadOnlyList<ChunkHeader> before, IDisposable? owner)
    {
        _handle = handle;
        _owner = owner;
        FileHeader = header;
        _salt = header.Salt;
        _index.AddRange(before);
        Length = before.Count == 0 ? DtrFileHeader.Size : before[^1].Offset + before[^1].TotalBytes;
        _sequence = before.Count == 0 ? 0 : before[^1].Sequence + 1;
        RandomAccess.SetLength(handle, Length);
    }

    /// <summary>
    /// Goes on after the last chunk of a file, in place of its Index and End, which are made anew by <see cref="Finish"/>. Everything before, damage
    /// included, stays as it is; what is torn at the end goes.
    /// </summary>
    /// <param name="handle">A copy of the file, open for writing. Until <see cref="Finish"/> it is a file that did not end in order.</param>
    /// <param name="source">The file.</param>
    /// <param name="owner">Disposed with the writer, after the handle.</param>
    /// <exception cref="BadDataException">Its header is damaged: its chunks could not be told from others.</exception>
    /// <exception cref="IOException">The copy cannot be cut.</exception>
    public static DtrWriter Continue(SafeFileHandle handle, DtrReader source, IDisposable? owner = null)
    {
        if (source.FileHeader is not { } header)
            throw new BadDataException(source.Name, "file header", 0, BadDataCode.InvalidValue, "a whole file header", "a damaged one");
        return new DtrWriter(handle, header, [.. source.Chunks.Where(c => c.Type is not (ChunkType.Index or ChunkType.End))], owner);
    }

    /// <summary>What was written at the file's start.</summary>
    public DtrFileHeader FileHeader { get; }

    /// <summary>Bytes of the file so far: all of them whole chunks.</summary>
    public long Length { get; private set; }

    /// <summary>Chunks written.</summary>
    public ulong Chunks => _sequence;

    /// <summary>Bytes of payload before compression.</summary>
    public long RawBytes { get; private set; }

    /// <summary>Whether a write failed.</summary>
    public bool Failed { get; private set; }

    /// <summary>Chunks that weren't written because an earlier write failed.</summary>
    public ulong DroppedChunks { get; private set; }

    /// <summary>Compresses (unless that gains nothing), writes one chunk.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="stream">CPU of samples, module id of Module and Blob, else <see cref="ChunkHeader.NoStream"/>.</param>
    /// <param name="firstTime">Least time inside, 0 with none.</param>
    /// <param name="lastTime">Greatest time inside.</param>
    /// <param name="raw">At most <see cref="InputLimits.ChunkRawBytes"/>.</param>
    /// <returns>False when an earlier write failed: the chunk is dropped and counted.</returns>
    /// <exception cref="IOException">This write failed (disk full …); thrown once in a writer's life.</exception>
    public bool WriteChunk(ChunkType type, uint stream, ulong firstTime, ulong lastTime, ReadOnlySpan<byte> raw)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(raw.Length, InputLimits.ChunkRawBytes);
        ObjectDisposedException.ThrowIf(_finished, this);
        return Append(type, stream, firstTime, lastTime, raw);
    }

    /// <summary>Hands what was written to the disk (fsync).</summary>
    public void Flush() => RandomAccess.FlushToDisk(_handle);

    /// <summary>Writes Index and End. The file is readable without; with them a reader knows that nothing is missing.</summary>
    /// <exception cref="IOException">A write failed, and none had before.</exception>
    public void Finish()
    {
        if (_finished)
            return;
        var indexOffset = 0L;
        if (DtrIndex.Fits(_index.Count))
        {
            indexOffset = Length;
            if (!Append(ChunkType.Index, ChunkHeader.NoStream, 0, 0, DtrIndex.Encode(_index)))
                return;
        }

        Append(ChunkType.End, ChunkHeader.NoStream, 0, 0, new DtrEnd(_sequence, (ulong)indexOffset, (ulong)Length).Encode());
        _finished = true;
    }

    /// <summary>Closes the file as it is; call <see cref="Finish"/> first when the recording ended in order.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        _owner?.Dispose();
    }

    private bool Append(ChunkType type, uint stream, ulong firstTime, ulong lastTime, ReadOnlySpan<byte> raw)
    {
        if (Failed)
        {
            DroppedChunks++;
            return false;
        }

        var flags = type is ChunkType.Events or ChunkType.SideBand or ChunkType.Samples ? ChunkFlags.Required : ChunkFlags.None;
        var body = _buffer.AsSpan(ChunkHeader.Size);
        var stored = raw.Length < 64 ? -1 : LZ4Codec.Encode(raw, body, LZ4Level.L00_FAST);
        if (stored > 0 && stored < raw.Length)
        {
            flags |= ChunkFlags.Lz4;
        }
        else
        {
            raw.CopyTo(body);
            stored = raw.Length;
        }

        var header = new ChunkHeader(type, flags, _sequence, _salt, (uint)stored, (uint)raw.Length, stream, firstTime, lastTime, 0)
        {
            Offset = Length,
        };
        var padded = (int)header.PaddedBytes;
        body[stored..padded].Clear();
        header = header with { PayloadCrc = Crc32C.Compute(body[..padded]) };
        header.Write(_buffer);
        try
        {
            RandomAccess.Write(_handle, _buffer.AsSpan(0, ChunkHeader.Size + padded), Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed = true;
            DroppedChunks++;
            CutBack();
            if (e is IOException)
                throw;
            throw new IOException(e.Message, e);
        }

        Length += ChunkHeader.Size + padded;
        RawBytes += raw.Length;
        _sequence++;
        _index.Add(header);
        return true;
    }

    /// <summary>Takes a torn chunk off the end. A reader copes with one, so failing here loses nothing.</summary>
    private void CutBack()
    {
        try
        {
            RandomAccess.SetLength(_handle, Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return;
        }
    }
}
