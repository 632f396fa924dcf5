using System.Globalization;
using System.Text;
using TraceKit.Probes.Plan;

namespace TraceKit.Probes;

/// <summary>The lines of <c>kprobe_events</c> and <c>uprobe_events</c>: composing ours, reading what is there.</summary>
/// <remarks>
/// <code>
/// p:GROUP/EVENT [MODULE:]SYMBOL[+OFFSET] [ARGUMENTS]      kprobe_events
/// r:GROUP/EVENT [MODULE:]SYMBOL [ARGUMENTS]
/// p:GROUP/EVENT PATH:0xFILE_OFFSET [ARGUMENTS]            uprobe_events
/// r:GROUP/EVENT PATH:0xFILE_OFFSET [ARGUMENTS]
/// -:GROUP/EVENT                                           removes one
/// </code>
/// </remarks>
public static class KernelProbeText
{
    /// <summary>The line that defines a planned probe.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="group">The group in the kernel, which need not be the visible one.</param>
    /// <param name="eventName">The event's name in the kernel.</param>
    /// <param name="path">A path without blanks by which the kernel finds the file; null for the plan's own, and for kernel probes.</param>
    public static string Compose(PlannedProbe probe, string group, string eventName, string? path = null)
    {
        var place = probe.Place;
        var line = new StringBuilder();
        line.Append(place.IsReturn ? 'r' : 'p');
        if (place is { IsReturn: true, Path: null, MaxActive: > 0 })
            line.Append(CultureInfo.InvariantCulture, $"{place.MaxActive}");
        line.Append(':').Append(group).Append('/').Append(eventName).Append(' ');
        if (place.Path is not null)
        {
            line.Append(path ?? place.Path).Append(CultureInfo.InvariantCulture, $":0x{place.FileOffset.Value:x}");
            if (place.Semaphore is { } counter)
                line.Append(CultureInfo.InvariantCulture, $"(0x{counter.Value:x})");
        }
        else
        {
            if (place.Module is not null)
                line.Append(place.Module).Append(':');
            line.Append(place.Symbol);
            if (place.Offset != 0)
                line.Append(CultureInfo.InvariantCulture, $"+{place.Offset}");
        }

        if (probe.RawArguments is { } raw)
            return raw.Length == 0 ? line.ToString() : line.Append(' ').Append(raw).ToString();
        foreach (var argument in probe.Arguments)
        {
            foreach (var fetch in argument.Fetches)
            {
                line.Append(' ').Append(fetch.Name).Append('=').Append(fetch.Text);
                if (fetch.Type is not null)
                    line.Append(':').Append(fetch.Type);
            }
        }

        return line.ToString();
    }

    /// <summary>The line that removes an event.</summary>
    public static string ForRemoval(string group, string eventName) => $"-:{group}/{eventName}";

    /// <summary>Finds group and event in a line that the kernel prints (<c>r16:probe/vfs_read vfs_read …</c>).</summary>
    public static bool TryParseName(ReadOnlySpan<char> line, out string group, out string eventName)
    {
        group = eventName = "";
        var colon = line.IndexOf(':');
        var space = line.IndexOf(' ');
        if (colon < 1 || space < colon)
            return false;
        var name = line[(colon + 1)..space];
        var slash = name.IndexOf('/');
        if (slash < 1 || slash == name.Length - 1)
            return false;
        group = name[..slash].ToString();
        eventName = name[(slash + 1)..].ToString();
        return true;
    }
}
