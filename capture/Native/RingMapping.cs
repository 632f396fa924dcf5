namespace TraceKit.Capture.Native;

/// <summary>The memory a perf event shares with the kernel: one control page, then a power of two of data pages.</summary>
internal sealed unsafe class RingMapping : IDisposable
{
    private byte* _base;
    private readonly nint _length;

    private RingMapping(byte* start, int dataBytes)
    {
        _base = start;
        _length = PageSize + dataBytes;
        DataBytes = dataBytes;
    }

    public static int PageSize { get; } = Environment.SystemPageSize;

    /// <summary>Bytes of the data area, a power of two.</summary>
    public int DataBytes { get; }

    /// <summary><c>struct perf_event_mmap_page</c>.</summary>
    public byte* Control => _base;

    public byte* Data => _base + PageSize;

    /// <summary>Maps the ring of <paramref name="fd"/>; null with the error number.</summary>
    public static RingMapping? TryMap(int fd, int dataBytes, out int error)
    {
        // SAFETY: a new shared mapping of the perf descriptor at an address of the kernel's choice.
        var start = Libc.mmap(null, PageSize + dataBytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, fd, 0);
        if (start == (void*)-1)
        {
            error = Errno.Last;
            return null;
        }

        error = 0;
        return new RingMapping((byte*)start, dataBytes);
    }

    public void Dispose()
    {
        // SAFETY: unmapped once; RingBuffer is not used after its session closed the mapping.
        if (_base != null)
            Libc.munmap(_base, _length);
        _base = null;
    }
}
