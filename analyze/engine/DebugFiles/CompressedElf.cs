using System.IO.Compression;
using SharpCompress.Compressors.Xz;

namespace TraceKit.Engine.DebugFiles;

/// <summary>Kernel modules as distributions compress them: <c>.ko.gz</c>, <c>.ko.xz</c>, <c>.ko.zst</c>.</summary>
internal static class CompressedElf
{
    /// <summary>The largest modules have some 50 MB with their debug information.</summary>
    private const int MaximumBytes = 512 << 20;

    public static bool IsNameOf(string path) =>
        path.EndsWith(".ko.gz", StringComparison.Ordinal) || path.EndsWith(".ko.xz", StringComparison.Ordinal) || path.EndsWith(".ko.zst", StringComparison.Ordinal);

    public static ElfOnDisk? TryOpen(string path, out DebugFileOutcome outcome, out string detail)
    {
        (outcome, detail) = (DebugFileOutcome.NotThere, "");
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using Stream whole = path[^2] switch { 'g' => new GZipStream(file, CompressionMode.Decompress), 'x' => new XZStream(file), _ => new ZstdSharp.DecompressionStream(file) };
            using var limited = new LimitedStream(whole, MaximumBytes);
            using var bytes = new MemoryStream();
            limited.CopyTo(bytes);
            return ElfOnDisk.TryParse(bytes.ToArray(), path, out outcome, out detail);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The packages throw whatever their arithmetic runs into on damaged streams.
            (outcome, detail) = (DebugFileOutcome.NotReadable, e.Message);
            return null;
        }
    }
}
