using System.Globalization;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.Engine.DebugFiles;

/// <summary>This machine's kernel: for recordings that were made here.</summary>
internal static class RunningKernel
{
    /// <summary>What stands for the vDSO of this process among places.</summary>
    public const string VdsoPlace = "[vdso] of this process";

    private const int MaximumVdso = 1 << 20;

    /// <summary>Build-id in lower-case hex; empty when unknown.</summary>
    public static string BuildId() => Convert.ToHexStringLower(KernelNotes.BuildId(TryRead("/sys/kernel/notes")));

    /// <summary><c>uname -r</c>; empty when unknown.</summary>
    public static string Release() => System.Text.Encoding.UTF8.GetString(TryRead("/proc/sys/kernel/osrelease")).Trim();

    /// <summary>The vDSO: every process of this kernel has the same image. Null when it cannot be read.</summary>
    public static byte[]? Vdso()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/maps"))
            {
                if (!line.EndsWith(" [vdso]", StringComparison.Ordinal))
                    continue;
                var range = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
                var start = ulong.Parse(range[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                var length = ulong.Parse(range[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) - start;
                if (length > MaximumVdso)
                    return null;
                var bytes = new byte[length];
                using var memory = File.OpenHandle("/proc/self/mem");
                return RandomAccess.Read(memory, bytes, (long)start) == bytes.Length ? bytes : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException or NotSupportedException)
        {
            return null;
        }

        return null;
    }

    private static byte[] TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
