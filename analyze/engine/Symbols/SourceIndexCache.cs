using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Engine.Symbols;

/// <summary>Source indexes on this machine's disk, by build-id: made once from DWARF, opened in milliseconds from then on.</summary>
/// <remarks>
/// A cache is never trusted: each file says for which build-id it is and carries a CRC-32C of all that follows; one that does not fit is made anew. Files are written beside
/// and renamed, so that a reader never sees half of one. Layout: 8 bytes <c>TKCACHE1</c>, u32 CRC-32C of the rest, u32 bytes of the build-id, u64 bytes of the index, build-id in 64 bytes, index.
/// </remarks>
public sealed class SourceIndexCache
{
    private const int HeaderBytes = 88, IdBytes = 64;

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

    /// <summary>The stored index of a build.</summary>
    /// <returns>False when there is none that is whole and of this build.</returns>
    public bool TryRead(ReadOnlySpan<byte> buildId, out ReadOnlyMemory<byte> index)
    {
        index = default;
        if (!TryPath(buildId, out var path))
            return false;
        byte[] file;
        try
        {
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
    /// <returns>False when it could not be written: then the next run makes it again.</returns>
    public bool TryWrite(ReadOnlySpan<byte> buildId, ReadOnlySpan<byte> index)
    {
        if (!TryPath(buildId, out var path))
            return false;
        var header = new byte[HeaderBytes];
        "TKCACHE1"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), (uint)buildId.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), (ulong)index.Length);
        buildId.CopyTo(header.AsSpan(24));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, header.AsSpan(12)), index)));
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 0))
            {
                file.Write(header);
                file.Write(index);
            }

            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            return false;
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

    private bool TryPath(ReadOnlySpan<byte> buildId, out string path)
    {
        path = "";
        if (buildId.Length is < 4 or > IdBytes)
            return false;
        var id = Convert.ToHexStringLower(buildId);
        path = Path.Join(_folder, id[..2], id[2..] + ".tksi");
        return true;
    }
}
