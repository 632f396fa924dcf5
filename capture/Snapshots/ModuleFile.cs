using TraceKit.Binary;
using TraceKit.Capture.Native;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Capture.Snapshots;

/// <summary>An ELF file of the host, read by position: headers first, then only the ranges that are wanted.</summary>
internal sealed class ModuleFile : IDisposable
{
    private readonly int _fd;

    private ModuleFile(int fd, FileFacts facts, ElfImage headers)
    {
        _fd = fd;
        Facts = facts;
        Headers = headers;
    }

    public FileFacts Facts { get; }

    /// <summary>Headers, section names, notes: enough to know build-id, sections and segments.</summary>
    public ElfImage Headers { get; }

    /// <summary>Tells a reused inode number; 0 where the file system does not say.</summary>
    public ulong Generation => HostFile.Generation(_fd);

    /// <summary>The descriptor, for a path by which the kernel finds just this file.</summary>
    public int Descriptor => _fd;

    /// <summary>Opens a file; null with the reason when it is not a readable ELF file.</summary>
    public static ModuleFile? TryOpen(string path, string name, out string reason)
    {
        var fd = HostFile.OpenRegular(path, out var facts, out reason);
        if (fd < 0)
            return null;
        try
        {
            // Headers, notes and the dynamic table mostly stand in the first page: one system call instead of several.
            var head = new byte[(int)Math.Min(facts.Size, 4096)];
            var known = Math.Max(0, HostFile.ReadAt(fd, head, 0));
            bool Read(ulong offset, Span<byte> destination)
            {
                if (offset > (ulong)known || (ulong)destination.Length > (ulong)known - offset)
                    return ReadExactly(fd, offset, destination);
                head.AsSpan((int)offset, destination.Length).CopyTo(destination);
                return true;
            }

            var headers = ElfHeaderReader.Read(Read, facts.Size, name);
            return new ModuleFile(fd, facts, headers);
        }
        catch (BadDataException e)
        {
            var magic = new byte[2];
            reason = HostFile.ReadAt(fd, magic, 0) == 2 && magic.AsSpan().SequenceEqual("MZ"u8)
                ? "a PE file (compiled ahead of time for .NET, or for Wine), not an ELF file"
                : e.Message;
            Libc.close(fd);
            return null;
        }
    }

    /// <summary>The whole file, each section read when it is asked for.</summary>
    public ElfImage Open() => ElfImage.Parse(SparseImage.OnDemand(Facts.Size, TryRead), Headers.Name);

    /// <summary>The parts asked for, in memory.</summary>
    /// <returns>null when a range could not be read: the file was cut or changed under us.</returns>
    public ElfImage? TryLoad(ElfSnapshotParts parts)
    {
        var plan = ElfSnapshotPlan.Create(Headers, parts);
        var extents = new List<FileExtent>(plan.Length + 1);
        foreach (var range in plan)
        {
            if (!TryAdd(extents, range.Offset, range.Length))
                return null;
        }

        return ElfImage.Parse(new SparseImage(Facts.Size, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(extents)), Headers.Name);
    }

    /// <summary>Reads a range; false when not all of it is there.</summary>
    public bool TryRead(ulong offset, Span<byte> destination) => ReadExactly(_fd, offset, destination);

    public void Dispose() => Libc.close(_fd);

    private bool TryAdd(List<FileExtent> extents, FileOffset offset, ulong length)
    {
        if (length > 1 << 30)
            return false;
        var bytes = new byte[length];
        if (!ReadExactly(_fd, offset.Value, bytes))
            return false;
        extents.Add(new FileExtent(offset, bytes));
        return true;
    }

    private static bool ReadExactly(int fd, ulong offset, Span<byte> destination) =>
        offset <= long.MaxValue && HostFile.ReadAt(fd, destination, (long)offset) == destination.Length;
}
