using System.Formats.Tar;
using System.IO.Compression;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Xz;

namespace TraceKit.Engine.DebugFiles;

/// <summary>What <c>perf archive</c> packed: a build-id directory (<c>~/.debug</c>) as a tar file, compressed by bzip2, gzip, xz, zstd or not at all.</summary>
/// <remarks>
/// Members are links <c>.build-id/xx/rest</c> and the folders that they show, with <c>elf</c>, <c>debug</c>, <c>vdso</c>, <c>kallsyms</c>. It is read once, into memory: compressed tar files
/// have no random access, and nothing is unpacked to the disk. <c>perf archive --all</c> packs such a file within another (<c>perf.symbols.tar.bz2</c>).
/// </remarks>
internal sealed class BuildIdArchive
{
    /// <summary>Bytes of members that are held: the programs and libraries of a recording with their debug files.</summary>
    internal const long MaximumBytes = 1L << 30;

    /// <summary>Bytes that are inflated before it is given up: what is not held is still read over.</summary>
    private const long MaximumInflated = 8L << 30;

    private const int MaximumMembers = 1 << 16;
    private const string LinkFolder = ".build-id/";

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private long _bytes;

    private BuildIdArchive(string path) => Path = path;

    /// <summary>The tar file.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it, or was left out; empty when nothing.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Members that are held.</summary>
    public int Count => _files.Count;

    /// <summary>Reads an archive. What is damaged or too large is in <see cref="Problem"/>; what stood before it is there.</summary>
    public static BuildIdArchive Read(string path)
    {
        var archive = new BuildIdArchive(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
            archive.Read(file, nested: false);
            if (archive.Count == 0 && archive.Problem.Length == 0)
                archive.Problem = "holds no file of a build";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The packages throw whatever their arithmetic runs into on damaged streams.
            archive.Problem = e is IOException or UnauthorizedAccessException ? e.Message : $"cannot be read to its end: {e.Message}";
        }

        return archive;
    }

    /// <summary>A file of a build: <c>elf</c>, <c>debug</c>, <c>vdso</c>, <c>kallsyms</c>, <c>vmlinux</c>; the folder's own name where an old perf made links to files (<paramref name="name"/> empty).</summary>
    public bool TryFind(string buildId, string name, out byte[] bytes)
    {
        bytes = [];
        return buildId.Length >= 6 && _links.TryGetValue(buildId, out var target) && _files.TryGetValue(name.Length == 0 ? target : target + "/" + name, out bytes!);
    }

    private void Read(Stream stored, bool nested)
    {
        using var limited = new LimitedStream(Inflate(stored), MaximumInflated);
        using var tar = new TarReader(limited, leaveOpen: true);
        for (var members = 0; tar.GetNextEntry() is { } entry; members++)
        {
            if (members >= MaximumMembers)
                throw new InvalidDataException($"more than {MaximumMembers} members");
            var name = Normal(entry.Name);
            if (entry.EntryType is TarEntryType.SymbolicLink)
            {
                if (IdOf(name) is { } id)
                    _links.TryAdd(id, Normal(System.IO.Path.Join(System.IO.Path.GetDirectoryName(name), entry.LinkName)));
            }
            else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile && entry.DataStream is { } data)
            {
                if (!nested && System.IO.Path.GetFileName(name).StartsWith("perf.symbols.tar", StringComparison.Ordinal))
                    Read(data, nested: true);
                else if (IsWanted(name))
                    Hold(name, data, entry.Length);
            }
        }
    }

    /// <summary>What a build-id directory has beside these is for perf alone (<c>probes</c>), or not of it.</summary>
    private static bool IsWanted(string name) =>
        System.IO.Path.GetFileName(name) is "elf" or "debug" or "vdso" or "kallsyms" or "vmlinux" || IsId(System.IO.Path.GetFileName(name));

    private void Hold(string name, Stream data, long length)
    {
        if (length > MaximumBytes - _bytes)
        {
            Problem = $"{name} and what is larger than the rest of {MaximumBytes >> 20} MiB was left out: unpack it and use --buildid-dir";
            return;
        }

        var bytes = new byte[length];
        data.ReadExactly(bytes);
        if (_files.TryAdd(name, bytes))
            _bytes += length;
    }

    private static Stream Inflate(Stream stored)
    {
        var start = new byte[6];
        var count = stored.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        Stream whole = stored.CanSeek ? Rewound(stored, count) : new PrefixedStream(start.AsMemory(0, count), stored);
        return start switch
        {
            [(byte)'B', (byte)'Z', (byte)'h', ..] => BZip2Stream.Create(whole, SharpCompress.Compressors.CompressionMode.Decompress, decompressConcatenated: true),
            [0x1f, 0x8b, ..] => new GZipStream(whole, System.IO.Compression.CompressionMode.Decompress),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => new XZStream(whole),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => new ZstdSharp.DecompressionStream(whole),
            _ => whole,
        };
    }

    private static Stream Rewound(Stream stream, int count)
    {
        stream.Seek(-count, SeekOrigin.Current);
        return stream;
    }

    /// <summary>The build-id of a link's name; null of other members.</summary>
    private static string? IdOf(string name)
    {
        if (!name.StartsWith(LinkFolder, StringComparison.Ordinal))
            return null;
        var id = name[LinkFolder.Length..].Replace("/", "", StringComparison.Ordinal);
        return IsId(id) ? id.ToLowerInvariant() : null;
    }

    private static bool IsId(string text) => text.Length is >= 6 and <= 64 && text.All(char.IsAsciiHexDigit);

    /// <summary>The path from the archive's root, <c>.</c> and <c>..</c> taken out.</summary>
    private static string Normal(string path) => System.IO.Path.GetFullPath("/" + path.Replace('\0', '_').TrimStart('/'))[1..];
}
