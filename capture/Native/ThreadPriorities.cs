namespace TraceKit.Capture.Native;

/// <summary>Nice values, which in Linux belong to threads.</summary>
internal static class ThreadPriorities
{
    /// <summary>Sets the calling thread's nice value; where that is not allowed (lowering needs CAP_SYS_NICE) nothing changes.</summary>
    public static void Set(int nice) => Libc.setpriority(0, (uint)Libc.syscall(Libc.SYS_gettid, 0, 0, 0, 0, 0), nice);
}
