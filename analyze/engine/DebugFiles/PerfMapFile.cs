namespace TraceKit.Engine.DebugFiles;

/// <summary>A perf-map that was found on this machine.</summary>
/// <param name="Path">Where.</param>
/// <param name="Text">Its content.</param>
internal sealed record PerfMapFile(string Path, byte[] Text)
{
    /// <summary>More are no map: the largest seen have 20 MB.</summary>
    private const long MaximumBytes = 256 << 20;

    /// <summary>Reads the first place that is a regular file; null when none is.</summary>
    public static PerfMapFile? Read(IEnumerable<string> places)
    {
        foreach (var path in places)
        {
            try
            {
                var file = new FileInfo(path);
                if (!file.Exists || file.LinkTarget is not null || file.Length is 0 or > MaximumBytes || (file.UnixFileMode & UnixFileMode.OtherWrite) != 0)
                    continue; // anybody may make files in /tmp: no links are followed
                return new PerfMapFile(path, File.ReadAllBytes(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }

        return null;
    }
}
