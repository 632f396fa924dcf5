namespace TraceKit.Capture.Native;

/// <summary>epoll over the rings, the signals and nothing else; the number given to <see cref="Add"/> comes back from <see cref="Wait"/>.</summary>
internal sealed unsafe class Poller : IDisposable
{
    private const int MaxEvents = 64;
    private readonly int _epoll;
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * 16, pinned: true);

    public Poller()
    {
        _epoll = Libc.epoll_create1(Libc.O_CLOEXEC);
        if (_epoll < 0)
            throw new CaptureException($"epoll_create1: {Errno.Text(Errno.Last)}");
    }

    public void Add(int fd, int token)
    {
        Span<byte> value = stackalloc byte[16];
        BitConverter.TryWriteBytes(value, Libc.EPOLLIN);
        BitConverter.TryWriteBytes(value[(Libc.EpollEventSize - 8)..], (long)token);
        // SAFETY: struct epoll_event has 12 (packed, x86-64) or 16 bytes; the buffer has 16.
        fixed (byte* p = value)
        {
            if (Libc.epoll_ctl(_epoll, Libc.EPOLL_CTL_ADD, fd, p) != 0)
                throw new CaptureException($"epoll_ctl: {Errno.Text(Errno.Last)}");
        }
    }

    public void Remove(int fd)
    {
        Span<byte> value = stackalloc byte[16];
        // SAFETY: ignored by the kernel for a removal; not null for old kernels.
        fixed (byte* p = value)
            Libc.epoll_ctl(_epoll, Libc.EPOLL_CTL_DEL, fd, p);
    }

    /// <summary>Waits; the number of events, which <see cref="Token"/> and <see cref="IsHangUp"/> then describe.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        // SAFETY: the array is pinned for life and holds MaxEvents events.
        fixed (byte* p = _events)
        {
            var n = Libc.epoll_wait(_epoll, p, MaxEvents, timeoutMilliseconds);
            return Math.Max(n, 0);
        }
    }

    public int Token(int index) => BitConverter.ToInt32(_events, index * Libc.EpollEventSize + Libc.EpollEventSize - 8);

    public bool IsHangUp(int index) => (BitConverter.ToUInt32(_events, index * Libc.EpollEventSize) & (Libc.EPOLLHUP | Libc.EPOLLERR)) != 0;

    public void Dispose() => Libc.close(_epoll);
}
