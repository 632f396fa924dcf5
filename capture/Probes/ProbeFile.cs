using System.Text;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Probes;

/// <summary>
/// One of tracefs' <c>kprobe_events</c> and <c>uprobe_events</c>. Only ever appended to: opening it truncated would remove everybody's probes.
/// </summary>
internal sealed class ProbeFile(string name)
{
    private string Path => $"{Tracefs.Root}/{name}";

    public string Name => name;

    public bool Exists => HostFile.Exists(Path);

    /// <summary>The definitions there now, ours and others'.</summary>
    public string[] Read()
    {
        var bytes = HostFile.TryReadAll(Path, out _);
        return bytes is null ? [] : Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Adds or removes a definition; 0 or the error number.</summary>
    public int Append(string line)
    {
        var fd = Libc.open(Path, Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CLOEXEC, 0);
        if (fd < 0)
            return Errno.Last;
        var error = HostFile.WriteAll(fd, Encoding.UTF8.GetBytes(line + "\n")) ? 0 : Errno.Last;
        Libc.close(fd);
        return error;
    }

    /// <summary>
    /// What the kernel's <c>error_log</c> says about a line it refused, in one line: the message and the word its caret points at; null when it says nothing.
    /// </summary>
    public static string? Explain(string line)
    {
        var log = HostFile.TryReadText(Tracefs.Root + "/error_log");
        return log is null ? null : ExplainFrom(log, line);
    }

    /// <summary>
    /// Reads the last entry about <paramref name="line"/>:
    /// <code>
    /// [ 1772.155313] trace_uprobe: error: Unknown type is specified
    ///   Command: p:foo/bar /bin/bash:0x1000 +0(%di):strin
    ///                                               ^
    /// </code>
    /// </summary>
    internal static string? ExplainFrom(string log, string line)
    {
        const string Command = "  Command: ", Error = ": error: ";
        var lines = log.Split('\n');
        for (var i = lines.Length - 1; i > 0; i--)
        {
            if (!lines[i].StartsWith(Command, StringComparison.Ordinal) || lines[i][Command.Length..].Trim() != line)
                continue;
            var error = lines[i - 1].IndexOf(Error, StringComparison.Ordinal);
            if (error < 0)
                return null;
            var message = lines[i - 1][(error + Error.Length)..];
            var caret = i + 1 < lines.Length ? lines[i + 1].IndexOf('^') : -1;
            if (caret < Command.Length || caret >= lines[i].Length)
                return message;
            var end = lines[i].IndexOf(' ', caret);
            return $"{message}, at '{(end < 0 ? lines[i][caret..] : lines[i][caret..end])}'";
        }

        return null;
    }
}
