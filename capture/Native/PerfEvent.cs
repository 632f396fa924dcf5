using System.Text;

namespace TraceKit.Capture.Native;

/// <summary><c>perf_event_open(2)</c> and the requests that its descriptors take.</summary>
internal static unsafe class PerfEvent
{
    private const nuint PERF_EVENT_IOC_ENABLE = 0x2400, PERF_EVENT_IOC_DISABLE = 0x2401, PERF_EVENT_IOC_SET_OUTPUT = 0x2405,
        PERF_EVENT_IOC_SET_FILTER = 0x40082406, PERF_EVENT_IOC_ID = 0x80082407;

    private const nint PERF_FLAG_FD_CLOEXEC = 8;

    /// <summary>Opens an event.</summary>
    /// <param name="attr"><c>struct perf_event_attr</c>, its size field set.</param>
    /// <returns>The descriptor, or -1 with <paramref name="error"/>.</returns>
    public static int Open(ReadOnlySpan<byte> attr, int pid, int cpu, out int error)
    {
        // SAFETY: the kernel reads attr.size bytes; the caller's struct says its own length there. It may write the size it supports back.
        fixed (byte* p = attr)
        {
            var fd = (int)Libc.syscall(Libc.SYS_perf_event_open, (nint)p, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
            error = fd < 0 ? Errno.Last : 0;
            return fd;
        }
    }

    public static bool Enable(int fd) => Libc.ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) == 0;

    public static bool Disable(int fd) => Libc.ioctl(fd, PERF_EVENT_IOC_DISABLE, 0) == 0;

    /// <summary>Sends the records of <paramref name="fd"/> to the ring of <paramref name="ringOwner"/>.</summary>
    public static bool SetOutput(int fd, int ringOwner) => Libc.ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ringOwner) == 0;

    /// <summary>The id that the kernel puts into this event's records.</summary>
    public static ulong Id(int fd)
    {
        ulong id = 0;
        // SAFETY: the request writes 8 bytes.
        return Libc.ioctl(fd, PERF_EVENT_IOC_ID, (nint)(&id)) == 0 ? id : 0;
    }

    /// <summary>Attaches a tracepoint filter; 0 or the error number.</summary>
    public static int SetFilter(int fd, string filter)
    {
        var text = Encoding.UTF8.GetBytes(filter + "\0");
        // SAFETY: the kernel reads a C string; it ends in NUL.
        fixed (byte* p = text)
            return Libc.ioctl(fd, PERF_EVENT_IOC_SET_FILTER, (nint)p) == 0 ? 0 : Errno.Last;
    }

    /// <summary>Reads the counter's words in the attr's read_format; number of words.</summary>
    public static int ReadValues(int fd, Span<ulong> values)
    {
        // SAFETY: pinned, and the size is passed in bytes.
        fixed (ulong* p = values)
        {
            var n = Libc.read(fd, (byte*)p, values.Length * 8);
            return n < 0 ? 0 : (int)(n / 8);
        }
    }
}
