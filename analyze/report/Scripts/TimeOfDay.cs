using System.Globalization;
using TraceKit.Engine;

namespace TraceKit.Report.Scripts;

/// <summary>Times of a recording's clock as the time of day.</summary>
internal static class TimeOfDay
{
    /// <summary>Nanoseconds to add to the recording's times so that they count from 1970; null when the recording does not say.</summary>
    public static long? OffsetOf(Trace trace)
    {
        if (trace.PerfData?.Metadata.Facts.ClockData is { } clock)
            return (long)(clock.TimeOfDay - clock.ClockTime);
        return trace.Host.RealtimeOffset == 0 ? null : trace.Host.RealtimeOffset;
    }

    /// <summary>Date and time in this machine's zone: <c>2026-11-27 00:17:54.795624</c>.</summary>
    public static string Text(long nanoseconds, bool nanosecondDigits)
    {
        var day = DateTime.UnixEpoch.AddTicks(Math.Clamp(nanoseconds / 100, 0, 100_000_000_000_000_000)).ToLocalTime();
        var fraction = Math.Max(0, nanoseconds % 1_000_000_000);
        return day.ToString("yyyy-MM-dd HH:mm:ss.", CultureInfo.InvariantCulture)
            + (nanosecondDigits ? fraction.ToString("D9", CultureInfo.InvariantCulture) : (fraction / 1000).ToString("D6", CultureInfo.InvariantCulture));
    }
}
