using Microsoft.Win32.SafeHandles;
using TraceKit.Capture.Native;
using TraceKit.Format.Dtr;

namespace TraceKit.Capture.Pump;

/// <summary>
/// The .dtr file being written. One thread writes at a time: the encoder's. Snapshots are posted to it: their thread has low priority, and
/// must never hold something that the encoder waits for.
/// </summary>
internal sealed class TraceOutput : IDisposable
{
    private readonly object _gate = new();
    private readonly DtrWriter _writer;
    private byte[] _posted = [];
    private (ChunkType Type, uint Stream, int Length) _post;
    private bool _hasPost;
    private bool _stopped;
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

    /// <summary>Called when something was posted.</summary>
    public Action? Posted { get; set; }

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

    /// <summary>Room for a chunk that is filled in place; waits while the one before it is not written. <see cref="EndPost"/> follows, or another begin.</summary>
    /// <returns>Empty when nothing is written any more.</returns>
    public Span<byte> BeginPost(int size)
    {
        lock (_gate)
        {
            while (_hasPost && !_stopped)
                Monitor.Wait(_gate);
            if (_stopped || Failure is not null)
                return default;
        }

        // Between posts the buffer is the poster's; there is one.
        if (_posted.Length < size)
            _posted = GC.AllocateUninitializedArray<byte>(size);
        return _posted.AsSpan(0, size);
    }

    /// <summary>Hands the chunk to the encoder's thread.</summary>
    public void EndPost(ChunkType type, uint stream, int length)
    {
        lock (_gate)
        {
            _post = (type, stream, length);
            _hasPost = true;
        }

        Posted?.Invoke();
    }

    /// <summary>Hands a chunk to the encoder's thread; waits while the one before it is not written.</summary>
    /// <returns>false when nothing is written any more.</returns>
    public bool Post(ChunkType type, uint stream, ReadOnlySpan<byte> raw)
    {
        var room = BeginPost(raw.Length);
        if (room.Length != raw.Length)
            return false;
        raw.CopyTo(room);
        EndPost(type, stream, raw.Length);
        return true;
    }

    /// <summary>Writes what was posted; false when there is nothing.</summary>
    public bool WritePosted()
    {
        lock (_gate)
        {
            if (!_hasPost)
                return false;
        }

        // The buffer is ours until the flag falls.
        Write(_post.Type, _post.Stream, 0, 0, _posted.AsSpan(0, _post.Length));
        lock (_gate)
        {
            _hasPost = false;
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    /// <summary>Nothing is taken any more: who waits to post is let go.</summary>
    public void StopPosts()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Writes index and end.</summary>
    public void Finish()
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
