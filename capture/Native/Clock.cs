namespace TraceKit.Capture.Native;

/// <summary>The kernel's clocks, nanoseconds.</summary>
internal static unsafe class Clock
{
    private const int CLOCK_PROCESS_CPUTIME_ID = 2;

    /// <summary>CLOCK_MONOTONIC: the clock of every record.</summary>
    public static ulong Monotonic => Read(Libc.CLOCK_MONOTONIC);

    public static ulong Realtime => Read(Libc.CLOCK_REALTIME);

    /// <summary>User and system time of this process.</summary>
    public static ulong ProcessCpu => Read(CLOCK_PROCESS_CPUTIME_ID);

    private static ulong Read(int clock)
    {
        var pair = stackalloc long[2];
        // SAFETY: struct timespec is two 8-byte words on 64-bit Linux.
        return Libc.clock_gettime(clock, pair) == 0 ? ((ulong)pair[0] * 1_000_000_000) + (ulong)pair[1] : 0;
    }
}
