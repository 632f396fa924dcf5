using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Host;

/// <summary>Where the kernel's trace events are described and probes are defined.</summary>
internal static class Tracefs
{
    private const string Home = "/sys/kernel/tracing";
    private static string? _root;

    /// <summary>The folder of tracefs; mounts it where root finds it missing, as perf does.</summary>
    /// <exception cref="CaptureException">There is none and none can be had.</exception>
    public static string Root
    {
        get
        {
            if (_root is not null)
                return _root;
            _root = Find() ?? Mount();
            return _root;
        }
    }

    /// <summary>The folder of a mounted tracefs; null when none is.</summary>
    public static string? Find()
    {
        if (HostFile.Exists(Home + "/events") || IsMounted(Home))
            return Home;
        // Kernels before 4.1, and hosts that mount it there only.
        return HostFile.Exists("/sys/kernel/debug/tracing/events") ? "/sys/kernel/debug/tracing" : null;
    }

    public static bool CanRead => Find() is { } root && HostFile.Exists(root + "/events");

    private static bool IsMounted(string path) =>
        HostFile.TryReadText("/proc/self/mounts")?.Contains($" {path} tracefs ", StringComparison.Ordinal) == true;

    private static string Mount()
    {
        const string Fix = "as root: mount -t tracefs nodev /sys/kernel/tracing";
        if (!HostFile.Exists(Home))
            throw new CaptureException("this kernel has no trace events (no /sys/kernel/tracing)", "a kernel built with CONFIG_FTRACE; cpu-clock and the software events work without");
        if (Libc.mount("nodev", Home, "tracefs", 0, 0) != 0)
            throw new CaptureException($"tracefs is not mounted, and mounting it failed: {Errno.Text(Errno.Last)}", Fix);
        Terminal.Notice($"mounted tracefs at {Home}");
        return Home;
    }
}
