using Microsoft.Win32.SafeHandles;

namespace TraceKit.Format.Dtr;

/// <summary>Positioned reads of a file or of memory. Never a mapping: a mapped file that shrinks kills the process.</summary>
internal sealed class DtrSource : IDisposable
{
    private readonly SafeFileHandle? _handle;
    private readonly ReadOnlyMemory<byte> _data;

    public DtrSource(SafeFileHandle handle)
    {
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    public DtrSource(ReadOnlyMemory<byte> data)
    {
        _data = data;
        Length = data.Length;
    }

    public long Length { get; }

    /// <summary>Fills <paramref name="buffer"/>; less only at the end of the file.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        if (_handle is null)
        {
            var count = (int)Math.Clamp(_data.Length - offset, 0, buffer.Length);
            _data.Span.Slice((int)Math.Min(offset, _data.Length), count).CopyTo(buffer);
            return count;
        }

        var done = 0;
        while (done < buffer.Length)
        {
            var read = RandomAccess.Read(_handle, buffer[done..], offset + done);
            if (read == 0)
                break;
            done += read;
        }

        return done;
    }

    public void Dispose() => _handle?.Dispose();
}
