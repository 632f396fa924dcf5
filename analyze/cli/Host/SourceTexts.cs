namespace TraceKit.Cli.Host;

/// <summary>Source files by the paths that debug information has: there, or below folders that somebody named.</summary>
internal sealed class SourceTexts(IReadOnlyList<string> folders)
{
    private const long MaxBytes = 64 << 20;

    private readonly Dictionary<string, IReadOnlyList<string>?> _read = new(StringComparer.Ordinal);

    /// <summary>Lines of a file; null when it is not at hand.</summary>
    public IReadOnlyList<string>? Read(string path)
    {
        if (!_read.TryGetValue(path, out var lines))
            _read.Add(path, lines = Find(path));
        return lines;
    }

    private string[]? Find(string path)
    {
        // As the path says, then its ends, the longest first: /build/src/a.c is DIR/build/src/a.c, DIR/src/a.c, DIR/a.c.
        foreach (var folder in folders)
        {
            for (var rest = path.TrimStart('/'); rest.Length > 0; rest = rest[(rest.IndexOf('/') + 1)..])
            {
                if (TryRead(Path.Combine(folder, rest)) is { } found)
                    return found;
                if (!rest.Contains('/'))
                    break;
            }
        }

        return Path.IsPathRooted(path) ? TryRead(path) : null;
    }

    private static string[]? TryRead(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length is > 0 and < MaxBytes ? File.ReadAllLines(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
