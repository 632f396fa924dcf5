using System.Text;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Host;

/// <summary>What this kernel is and has.</summary>
internal static class KernelFeatures
{
    private static byte[]? _kallsyms;

    public static string Release => HostFile.TryReadText("/proc/sys/kernel/osrelease") ?? "unknown";

    /// <summary>Major and minor version; (0, 0) when the release does not begin with them.</summary>
    public static (int Major, int Minor) Number
    {
        get
        {
            var parts = Release.Split('.', '-');
            return parts.Length >= 2 && int.TryParse(parts[0], out var major) && int.TryParse(parts[1], out var minor) ? (major, minor) : (0, 0);
        }
    }

    /// <summary>Whether the kernel has a symbol; null when /proc/kallsyms cannot tell.</summary>
    public static bool? HasSymbol(string name)
    {
        _kallsyms ??= HostFile.TryReadAll("/proc/kallsyms", out _);
        if (_kallsyms is not { Length: > 1000 })
            return null;
        return _kallsyms.AsSpan().IndexOf(Encoding.UTF8.GetBytes($" {name}\n")) >= 0;
    }

    /// <summary>A setting under /proc/sys/kernel; null when the file is missing.</summary>
    public static long? Setting(string name) => HostFile.TryReadNumber("/proc/sys/kernel/" + name);
}
