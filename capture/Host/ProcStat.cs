using System.Text;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Host;

/// <summary>What <c>/proc/PID</c> says about a process.</summary>
internal static class ProcStat
{
    /// <summary>When the process was started: clock ticks since boot (field 22 of <c>/proc/PID/stat</c>); 0 when there is no such process.</summary>
    public static ulong StartTime(int pid)
    {
        var text = HostFile.TryReadAll($"/proc/{pid}/stat", out _);
        if (text is null)
            return 0;
        // The name may hold blanks and parentheses: the fields begin after the last one.
        var line = text.AsSpan();
        line = line[(line.LastIndexOf((byte)')') + 1)..];
        for (var field = 2; field < 21; field++)
        {
            var blank = line[1..].IndexOf((byte)' ');
            if (blank < 0)
                return 0;
            line = line[(blank + 1)..];
        }

        return System.Buffers.Text.Utf8Parser.TryParse(line[1..], out ulong value, out _) ? value : 0;
    }

    /// <summary>Ids under <paramref name="folder"/> (<c>/proc</c> or <c>/proc/PID/task</c>).</summary>
    public static List<int> Ids(string folder)
    {
        var ids = new List<int>();
        foreach (var name in HostFile.List(folder, out _))
        {
            if (char.IsAsciiDigit(name[0]) && int.TryParse(name, out var id))
                ids.Add(id);
        }

        return ids;
    }

    /// <summary>Parses a CPU list of /sys (<c>0-3,5</c>).</summary>
    public static List<int> OnlineCpus()
    {
        var text = HostFile.TryReadText("/sys/devices/system/cpu/online");
        if (text is null)
            throw new CaptureException("cannot read /sys/devices/system/cpu/online", "mount sysfs at /sys");
        return Cli.Quantity.ParseCpus(text.Trim(), "/sys/devices/system/cpu/online");
    }

    /// <summary>The value of a line of <c>/proc/PID/status</c>; null when there is none.</summary>
    public static string? StatusField(int pid, string name)
    {
        var bytes = HostFile.TryReadAll($"/proc/{pid}/status", out _);
        if (bytes is null)
            return null;
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.Ordinal))
                return line[(name.Length + 1)..].Trim();
        }

        return null;
    }

    /// <summary>The last of the numbers of a line of <c>/proc/PID/status</c>; 0 when there is none.</summary>
    public static int LastNumber(string? text)
    {
        if (text is null)
            return 0;
        var blank = text.LastIndexOfAny(['\t', ' ']);
        return int.TryParse(text.AsSpan(blank + 1), out var value) ? value : 0;
    }
}
