using System.Globalization;

namespace TraceKit.Probes;

/// <summary>
/// The kernel-side group of the probes of one run: <c>tk_PID_STARTTIME_GROUP</c>. It is never one that somebody else uses (the kernel merges
/// two events of one name silently), and it says whose it is, so that a later run can remove what a killed one left.
/// </summary>
public static class RunGroup
{
    private const string Prefix = "tk_";

    /// <summary>Composes the group.</summary>
    /// <param name="pid">The agent's process.</param>
    /// <param name="startTime">When it was started: field 22 of <c>/proc/PID/stat</c>, clock ticks since boot. With the pid it names one process for ever.</param>
    /// <param name="group">The visible group; cut where the whole would be too long, the visible name is kept in the file.</param>
    public static string Compose(int pid, ulong startTime, string group)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{pid}_{startTime}_{group}");
        return name.Length <= ProbeNames.MaxLength ? name : name[..ProbeNames.MaxLength];
    }

    /// <summary>Reads pid and start time back; false when the group is not one of ours.</summary>
    public static bool TryParse(string group, out int pid, out ulong startTime)
    {
        pid = 0;
        startTime = 0;
        if (!group.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var rest = group.AsSpan(Prefix.Length);
        var first = rest.IndexOf('_');
        if (first < 1)
            return false;
        var second = rest[(first + 1)..].IndexOf('_');
        return second > 0
            && int.TryParse(rest[..first], NumberStyles.None, CultureInfo.InvariantCulture, out pid)
            && ulong.TryParse(rest.Slice(first + 1, second), NumberStyles.None, CultureInfo.InvariantCulture, out startTime);
    }
}
