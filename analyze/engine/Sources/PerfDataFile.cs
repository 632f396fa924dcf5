using Microsoft.Win32.SafeHandles;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>Positioned reads of a file, of files one after another, or of memory. Never a mapping: a mapped file that shrinks kills the process.</summary>
internal sealed class PerfDataFile : IPerfDataInput, IDisposable
{
    private readonly List<(long Start, long Length, SafeFileHandle Handle)> _files = [];
    private readonly ReadOnlyMemory<byte> _memory;

    public PerfDataFile(SafeFileHandle handle) => Add(handle);

    public PerfDataFile(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        Length = memory.Length;
    }

    /// <inheritdoc/>
    public long Length { get; private set; }

    /// <summary>Appends a file of a folder of data.</summary>
    /// <returns>Where its bytes stand.</returns>
    public (long Start, long End) Add(SafeFileHandle handle)
    {
        var start = Length;
        var length = RandomAccess.GetLength(handle);
        _files.Add((start, length, handle));
        Length += length;
        return (start, Length);
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset >= Length)
            return 0;
        if (_files.Count == 0)
        {
            var count = (int)Math.Min(_memory.Length - offset, buffer.Length);
            _memory.Span.Slice((int)offset, count).CopyTo(buffer);
            return count;
        }

        var done = 0;
        foreach (var (start, length, handle) in _files)
        {
            while (done < buffer.Length && offset + done >= start && offset + done < start + length)
            {
                var piece = buffer.Slice(done, (int)Math.Min(buffer.Length - done, start + length - offset - done));
                var read = RandomAccess.Read(handle, piece, offset + done - start);
                if (read == 0)
                    return done;
                done += read;
            }
        }

        return done;
    }

    public void Dispose()
    {
        foreach (var (_, _, handle) in _files)
            handle.Dispose();
    }
}
