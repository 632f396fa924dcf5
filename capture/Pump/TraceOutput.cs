using Microsoft.Win32.SafeHandles;
using TraceKit.Capture.Native;
using TraceKit.Format.Dtr;

namespace TraceKit.Capture.Pump;

/// <summary>The .dtr file being written; encoder and snapshots share it.</summary>
internal sealed class TraceOutput : IDisposable
{
    private readonly Lock _gate = new();
    private readonly DtrWriter _writer;
    private long _length;

    private TraceOutput(DtrWriter writer)
    {
        _writer = writer;
        _length = writer.Length;
    }

    /// <summary>Bytes of the file.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Why a write failed; null while none has.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>Creates the file for its owner alone; an existing one is kept as <c>PATH.old</c>.</summary>
    public static TraceOutput Create(string path)
    {
        KeepExisting(path);
        var fd = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0x180);
        if (fd < 0)
            throw new CaptureException($"cannot create {path}: {Errno.Text(Errno.Last)}", "write elsewhere with -o FILE");
        return new TraceOutput(new DtrWriter(new SafeFileHandle(fd, ownsHandle: true)));
    }

    /// <summary>Writes one chunk; false when this or an earlier write failed.</summary>
    public bool Write(ChunkType type, uint stream, ulong firstTime, ulong lastTime, ReadOnlySpan<byte> raw)
    {
        lock (_gate)
        {
            try
            {
                var written = _writer.WriteChunk(type, stream, firstTime, lastTime, raw);
                Volatile.Write(ref _length, _writer.Length);
                return written;
            }
            catch (IOException e)
            {
                Failure = e;
                return false;
            }
        }
    }

    /// <summary>Writes index and end.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            try
            {
                _writer.Finish();
                Volatile.Write(ref _length, _writer.Length);
            }
            catch (IOException e)
            {
                Failure = e;
            }
        }
    }

    public void Dispose() => _writer.Dispose();

    private static void KeepExisting(string path)
    {
        if (!HostFile.TryFacts(path, out var facts, followLinks: false))
            return;
        // A device or a folder must not be renamed away.
        if (!facts.IsRegular && !facts.IsLink)
            throw new CaptureException($"-o {path}: exists and is not a regular file", "give the name of a file");
        if (Libc.rename(path, path + ".old") != 0)
            throw new CaptureException($"cannot keep the existing {path} as {path}.old: {Errno.Text(Errno.Last)}", "write elsewhere with -o FILE");
    }
}
