namespace TraceKit.DebugInfo.Elf;

/// <summary>Part of a file that is read on demand, as a stream.</summary>
internal sealed class SparseStream(SparseImage image, ulong start, ulong length) : Stream
{
    private readonly byte[] _piece = new byte[(int)Math.Min(length, 256 << 10)];
    private ulong _read; // of the part, by now
    private int _at, _filled;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => (long)length;

    public override long Position
    {
        get => (long)_read - _filled + _at;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <returns>0 at the end, and where the file cannot be read any more: whoever expects more then says so.</returns>
    public override int Read(Span<byte> buffer)
    {
        if (_at == _filled)
        {
            var next = _piece.AsSpan(0, (int)Math.Min((ulong)_piece.Length, length - _read));
            if (next.IsEmpty || !image.TryReadTo(start + _read, next))
                return 0;
            (_at, _filled) = (0, next.Length);
            _read += (ulong)next.Length;
        }

        var count = Math.Min(buffer.Length, _filled - _at);
        _piece.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
