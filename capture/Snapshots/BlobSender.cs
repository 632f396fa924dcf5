using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>Sends a module's bytes in parts. They are filled in where they are sent from; a part's room is reused, so nothing is held in memory.</summary>
/// <param name="output">Where to.</param>
/// <param name="module">Whose bytes.</param>
/// <param name="start">Bytes of the blob that were sent before.</param>
/// <param name="parts">Parts that were sent before.</param>
internal ref struct BlobSender(TraceOutput output, uint module, ulong start = 0, uint parts = 0)
{
    /// <summary>Small enough to stay in a cache, and large against a chunk's header.</summary>
    public const int PartBytes = 256 << 10;

    private Span<byte> _part;
    private int _used;

    /// <summary>Bytes of the blob, those sent before included.</summary>
    public ulong Length { get; private set; } = start;

    /// <summary>Parts sent.</summary>
    public uint Parts { get; private set; } = parts;

    /// <summary>Room for the next bytes, at least one; empty when nothing is written any more.</summary>
    public Span<byte> Room
    {
        get
        {
            if (_part.IsEmpty)
                _part = output.BeginPost(BlobPart.HeaderSize + PartBytes);
            return _part.IsEmpty ? default : _part[(BlobPart.HeaderSize + _used)..(BlobPart.HeaderSize + PartBytes)];
        }
    }

    /// <summary>So many bytes were put into <see cref="Room"/>.</summary>
    public void Advance(int count)
    {
        _used += count;
        Length += (ulong)count;
        if (_used == PartBytes)
            Flush();
    }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = Room;
            if (room.IsEmpty)
                return;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Copies from a file; false when it ends before, or cannot be read.</summary>
    public bool Copy(int fd, ulong offset, ulong count)
    {
        while (count > 0)
        {
            var room = Room;
            if (room.IsEmpty)
                return false;
            room = room[..(int)Math.Min((ulong)room.Length, count)];
            if (Native.HostFile.ReadAt(fd, room, (long)offset) != room.Length)
                return false;
            Advance(room.Length);
            offset += (ulong)room.Length;
            count -= (ulong)room.Length;
        }

        return true;
    }

    /// <summary>Sends what waits. Every sender is flushed before another message is posted.</summary>
    public void Flush()
    {
        if (_used > 0)
        {
            BlobPart.WriteHeader(_part, module, Parts++, Length - (ulong)_used);
            output.EndPost(ChunkType.Blob, module, BlobPart.HeaderSize + _used);
        }

        _part = default;
        _used = 0;
    }
}
