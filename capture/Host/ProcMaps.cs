using System.Buffers.Text;
using System.Text;

namespace TraceKit.Capture.Host;

/// <summary>One line of <c>/proc/PID/maps</c>.</summary>
/// <param name="Path">The rest of the line, with <c>\012</c> turned back into a newline; empty for anonymous memory.</param>
internal readonly record struct ProcMapping(
    ulong Start, ulong End, bool Readable, bool Writable, bool Executable, bool Shared, ulong FileOffset, uint DeviceMajor, uint DeviceMinor, ulong Inode, string Path);

/// <summary>Parses <c>/proc/PID/maps</c> (proc_pid_maps(5)).</summary>
/// <remarks><c>START-END PERM OFFSET MAJ:MIN INODE          PATH</c>; the path may hold spaces: it is what is left of the line.</remarks>
internal static class ProcMaps
{
    /// <summary>All mappings of the text, in its order; a line that is not one is skipped.</summary>
    /// <param name="executableOnly">Skips the others before their path is looked at.</param>
    public static List<ProcMapping> Parse(ReadOnlySpan<byte> text, bool executableOnly)
    {
        var mappings = new List<ProcMapping>();
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (TryParseLine(line, executableOnly, out var mapping))
                mappings.Add(mapping);
        }

        return mappings;
    }

    private static bool TryParseLine(ReadOnlySpan<byte> line, bool executableOnly, out ProcMapping mapping)
    {
        mapping = default;
        if (!TakeHex(ref line, (byte)'-', out var start) || !TakeHex(ref line, (byte)' ', out var end) || line.Length < 5)
            return false;
        var permissions = line[..4];
        if (executableOnly && permissions[2] != 'x')
            return false;
        line = line[5..];
        if (!TakeHex(ref line, (byte)' ', out var offset) || !TakeHex(ref line, (byte)':', out var major) || !TakeHex(ref line, (byte)' ', out var minor)
            || !Utf8Parser.TryParse(line, out ulong inode, out var used))
        {
            return false;
        }

        var path = line[used..].TrimStart((byte)' ');
        mapping = new ProcMapping(
            start, end, permissions[0] == 'r', permissions[1] == 'w', permissions[2] == 'x', permissions[3] == 's',
            offset, (uint)major, (uint)minor, inode, Unescape(path));
        return true;
    }

    /// <summary>The kernel writes a newline in a path as <c>\012</c> (seq_file's mangling with "\n"); nothing else is changed.</summary>
    private static string Unescape(ReadOnlySpan<byte> path)
    {
        var text = Encoding.UTF8.GetString(path);
        return text.Contains("\\012", StringComparison.Ordinal) ? text.Replace("\\012", "\n", StringComparison.Ordinal) : text;
    }

    private static bool TakeHex(ref ReadOnlySpan<byte> line, byte separator, out ulong value)
    {
        if (!Utf8Parser.TryParse(line, out value, out var used, 'x') || used >= line.Length || line[used] != separator)
            return false;
        line = line[(used + 1)..];
        return true;
    }
}
