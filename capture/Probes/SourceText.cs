using System.Text;
using TraceKit.Capture.Native;

namespace TraceKit.Capture.Probes;

/// <summary>Source files of this host, for <c>-L</c> and <c>;PATTERN</c>: where debug information says that they are.</summary>
internal static class SourceText
{
    private const int MaxBytes = 16 << 20;

    /// <summary>The lines of a file; null when it is not there.</summary>
    public static IReadOnlyList<string>? Read(string path)
    {
        // What is no plain file is not opened, and a path that a compiler wrote may be anything.
        if (path.Length == 0 || path[0] != '/' || !HostFile.TryFacts(path, out var facts) || !facts.IsRegular || facts.Size > MaxBytes)
            return null;
        return HostFile.TryReadAll(path, out _, MaxBytes) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : null;
    }
}
