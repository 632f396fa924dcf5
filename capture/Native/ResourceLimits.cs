namespace TraceKit.Capture.Native;

/// <summary>The process's own limits.</summary>
internal static unsafe class ResourceLimits
{
    /// <summary>Raises the number of open files to the hard limit: one descriptor for each event on each CPU of each thread.</summary>
    public static void RaiseOpenFiles()
    {
        var pair = stackalloc ulong[2];
        // SAFETY: struct rlimit is two unsigned longs.
        if (Libc.getrlimit(Libc.RLIMIT_NOFILE, pair) == 0 && pair[0] < pair[1])
        {
            pair[0] = pair[1];
            Libc.setrlimit(Libc.RLIMIT_NOFILE, pair);
        }
    }

    /// <summary>Soft limit of a resource; <see cref="ulong.MaxValue"/> for none.</summary>
    public static ulong Soft(int resource)
    {
        var pair = stackalloc ulong[2];
        // SAFETY: as above.
        return Libc.getrlimit(resource, pair) == 0 ? pair[0] : 0;
    }
}
