using TraceKit.Capture.Native;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Events;

/// <summary>Asks the kernel whether an event exists by opening it on ourselves, never enabled.</summary>
internal static class EventProbe
{
    public static bool Opens(uint type, ulong config) => Opens(type, config, PerfAttrFlags.exclude_kernel, 0, out _);

    /// <param name="type"><c>perf_event_attr.type</c>.</param>
    /// <param name="config"><c>perf_event_attr.config</c>.</param>
    /// <param name="flags">What else to ask for.</param>
    /// <param name="pid">0 for ourselves, -1 for a whole CPU (the first).</param>
    /// <param name="error">Why not.</param>
    public static bool Opens(uint type, ulong config, ulong flags, int pid, out int error)
    {
        var attr = new PerfEventAttr { Type = type, Config = config, SamplePeriodOrFrequency = 1_000_000, Flags = flags | PerfAttrFlags.disabled };
        var fd = PerfEvent.Open(attr.Bytes, pid, pid < 0 ? 0 : -1, out error);
        if (fd >= 0)
            Libc.close(fd);
        return fd >= 0;
    }
}
