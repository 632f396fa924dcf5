using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Engine.Symbols;

/// <summary>Source indexes on this machine's disk, by build-id: made once from DWARF, opened in milliseconds from then on.</summary>
/// <remarks>
/// Of a build there may be two: one of all its lines (<see cref="WholeIndex"/>, made when somebody asks for it), and one of the addresses that analyses asked for (<see cref="AskedIndex"/>,
/// kept by <see cref="CachedSource"/>).
/// A cache is never trusted: each file says for which build-id it is and carries a CRC-32C of all that follows; one that does not fit is made anew. Files are written beside
/// and renamed, so that a reader never sees half of one. Layout: 8 bytes <c>TKCACHE1</c>, u32 CRC-32C of the rest, u32 bytes of the build-id, u64 bytes of the index, build-id in 64 bytes, index.
/// </remarks>
public sealed class SourceIndexCache
{
    private const int HeaderBytes = 88, IdBytes = 64;

    /// <summary>Ending of indexes of all lines.</summary>
    public const string WholeIndex = ".tksi";

    /// <summary>Ending of answers to what was asked.</summary>
    public const string AskedIndex = ".tksa";

    /// <summary>Answers are kept up to here in all; then the oldest go.</summary>
    private const long MaximumAskedBytes = 256 << 20;

    private static int s_written;

    private readonly string _folder;

    /// <summary>A cache in a folder, which is made when something is stored.</summary>
    public SourceIndexCache(string folder) => _folder = folder;

    /// <summary>
    /// The folder that is meant when none is named: <c>TRACEKIT_CACHE_DIR</c>, else <c>tracekit</c> in <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>; null when there is no such place.
    /// </summary>
    public static string? DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable("TRACEKIT_CACHE_DIR") is { Length: > 0 } own)
            return own;
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } shared && Path.IsPathRooted(shared))
            return Path.Join(shared, "tracekit");
        return Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Join(home, ".cache", "tracekit") : null;
    }

    /// <summary>The cache that analyses keep without being asked: null where <c>TRACEKIT_CACHE_DIR</c> is set and empty, or there is no place for one.</summary>
    public static SourceIndexCache? ForAnalyses() =>
        Environment.GetEnvironmentVariable("TRACEKIT_CACHE_DIR") is not "" && DefaultFolder() is { } folder ? new SourceIndexCache(folder) : null;

    /// <summary>The stored index of a build.</summary>
    /// <param name="buildId">Of the module.</param>
    /// <param name="index">Its bytes.</param>
    /// <param name="ending">Which one.</param>
    /// <returns>False when there is none that is whole and of this build.</returns>
    public bool TryRead(ReadOnlySpan<byte> buildId, out ReadOnlyMemory<byte> index, string ending = WholeIndex)
    {
        index = default;
        if (!TryPath(buildId, ending, out var path))
            return false;
        byte[] file;
        try
        {
            if (!File.Exists(path))
                return false;
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        var span = file.AsSpan();
        if (span.Length < HeaderBytes || !span.StartsWith("TKCACHE1"u8) || BinaryPrimitives.ReadUInt32LittleEndian(span[12..]) != buildId.Length
            || BinaryPrimitives.ReadUInt64LittleEndian(span[16..]) != (ulong)(span.Length - HeaderBytes) || !span.Slice(24, buildId.Length).SequenceEqual(buildId)
            || BinaryPrimitives.ReadUInt32LittleEndian(span[8..]) != Crc32C.Compute(span[12..]))
            return false;
        index = file.AsMemory(HeaderBytes);
        return true;
    }

    /// <summary>Stores an index.</summary>
    /// <param name="buildId">Of the module.</param>
    /// <param name="index">Its bytes.</param>
    /// <param name="ending">Which one.</param>
    /// <returns>False when it could not be written: then the next run makes it again.</returns>
    public bool TryWrite(ReadOnlySpan<byte> buildId, ReadOnlySpan<byte> index, string ending = WholeIndex)
    {
        if (!TryPath(buildId, ending, out var path))
            return false;
        var header = new byte[HeaderBytes];
        "TKCACHE1"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), (uint)buildId.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), (ulong)index.Length);
        buildId.CopyTo(header.AsSpan(24));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, header.AsSpan(12)), index)));
        var temporary = $"{path}.{Environment.ProcessId}.{Interlocked.Increment(ref s_written)}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 0))
            {
                file.Write(header);
                file.Write(index);
            }

            var isNew = !File.Exists(path);
            File.Move(temporary, path, overwrite: true);
            if (isNew && ending == AskedIndex)
                Sweep();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            return false;
        }
    }

    /// <summary>Takes the oldest answers away where there are too many.</summary>
    private void Sweep()
    {
        var files = new DirectoryInfo(_folder).GetFiles("*" + AskedIndex, SearchOption.AllDirectories);
        var bytes = files.Sum(f => f.Length);
        if (bytes <= MaximumAskedBytes)
            return;
        foreach (var file in files.OrderBy(f => f.LastWriteTimeUtc))
        {
            if (bytes <= MaximumAskedBytes / 2)
                return;
            bytes -= file.Length;
            TryDelete(file.FullName);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is a file of this process's own name: the next run of that number replaces it.
            return;
        }
    }

    private bool TryPath(ReadOnlySpan<byte> buildId, string ending, out string path)
    {
        path = "";
        if (buildId.Length is < 4 or > IdBytes)
            return false;
        var id = Convert.ToHexStringLower(buildId);
        path = Path.Join(_folder, id[..2], id[2..] + ending);
        return true;
    }
}
