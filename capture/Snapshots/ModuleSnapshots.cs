using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.DebugInfo.Elf;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// Copies of programs and libraries what symbols and unwinding need, once per build-id. The file is opened as the process sees it
/// (<c>/proc/PID/map_files</c>, <c>/proc/PID/root</c>), because its path may mean another file, or none, by now or elsewhere.
/// </summary>
internal sealed class ModuleSnapshots(TraceOutput output, SnapshotLevel level)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly byte[] _part = new byte[BlobPart.HeaderSize + BlobPart.MaxPartBytes];
    private uint _nextId = 1;

    public uint NextId() => _nextId++;

    /// <summary>Takes one module, unless it is there already.</summary>
    public void Take(int pid, TrackedMapping mapping)
    {
        // The record's own identity first: most modules are settled by it without touching a file.
        if (!_taken.Add(IdentityOf(mapping)))
            return;
        if (mapping.Path == "[vdso]")
        {
            if (_taken.Add("[vdso]"))
                VdsoSnapshot.Take(output, NextId());
            return;
        }

        if (mapping.Path.StartsWith('['))
            return;
        using var file = Open(pid, mapping, out var reason);
        var id = NextId();
        if (file is null)
        {
            WriteInfo(id, mapping, mapping.BuildId, default, [], 0, reason);
            return;
        }

        var buildId = file.Headers.BuildId.ToArray();
        // The same bytes under another path or inode: named, not copied.
        if (buildId.Length > 0 && !_taken.Add("content:" + Convert.ToHexString(buildId)))
        {
            if (mapping.BuildId.Length == 0)
                WriteInfo(id, mapping, buildId, file.Facts, [], 0, null);
            return;
        }

        var parts = level == SnapshotLevel.Symbols ? ElfSnapshotParts.Symbols : ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind;
        var extents = Copy(file, id, parts, out var blobBytes, out reason);
        WriteInfo(id, mapping, buildId, file.Facts, extents, blobBytes, reason);
        Terminal.Detail($"snapshot of {mapping.Path}: {blobBytes} bytes of {file.Facts.Size}");
        if (buildId.Length > 1 && !file.Headers.TrySection(".symtab", out _))
            TakeDebugFile(pid, mapping, buildId);
    }

    /// <summary>
    /// A stripped file whose debug file happens to be installed (Debian's <c>*-dbg</c> packages, debuginfo packages elsewhere): only its symbol
    /// table is taken. Without one nothing is missing that the host could give.
    /// </summary>
    private void TakeDebugFile(int pid, TrackedMapping mapping, byte[] buildId)
    {
        var hex = Convert.ToHexStringLower(buildId);
        var path = $"/usr/lib/debug/.build-id/{hex[..2]}/{hex[2..]}.debug";
        using var file = ModuleFile.TryOpen($"/proc/{pid}/root{path}", path, out _) ?? ModuleFile.TryOpen(path, path, out _);
        if (file is null || !file.Headers.BuildId.Span.SequenceEqual(buildId))
            return;
        var id = NextId();
        var extents = Copy(file, id, ElfSnapshotParts.Symbols, out var blobBytes, out var reason);
        WriteInfo(id, mapping, buildId, file.Facts, extents, blobBytes, reason, debugFile: path);
        Terminal.Detail($"symbols of {mapping.Path} from {path}: {blobBytes} bytes of {file.Facts.Size}");
    }

    private static string IdentityOf(TrackedMapping mapping) =>
        mapping.BuildId.Length > 0
            ? Convert.ToHexString(mapping.BuildId)
            : $"{mapping.DeviceMajor:x}:{mapping.DeviceMinor:x}:{mapping.Inode}:{mapping.Path}";

    private static ModuleFile? Open(int pid, TrackedMapping mapping, out string? reason)
    {
        string why = "", first = "";
        for (var way = 0; way < 3; way++)
        {
            var path = way switch
            {
                0 => $"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}",
                1 => $"/proc/{pid}/root{mapping.Path}",
                _ => mapping.Path,
            };
            var file = ModuleFile.TryOpen(path, mapping.Path, out why);
            if (file is not null && IsTheMapped(file, mapping, exact: way == 0, ref why))
            {
                reason = null;
                return file;
            }

            file?.Dispose();
            // A process that is gone hides the other ways' reasons less well than the path's own.
            first = way == 2 || first.Length == 0 ? why : first;
        }

        reason = first;
        return null;
    }

    /// <summary>Whether the file opened is the one that was mapped: same build-id, else same inode; through map_files it always is.</summary>
    private static bool IsTheMapped(ModuleFile file, TrackedMapping mapping, bool exact, ref string why)
    {
        if (mapping.BuildId.Length > 0)
        {
            // The kernel's records hold 20 bytes of it.
            var found = file.Headers.BuildId.Span;
            if (found[..Math.Min(found.Length, 20)].SequenceEqual(mapping.BuildId))
                return true;
            why = "the file there now has another build-id";
            return false;
        }

        if (exact || mapping.Inode == 0 || mapping.Inode == file.Facts.Inode)
            return true;
        why = "the file there now is another one (inode)";
        return false;
    }

    private List<ModuleExtent> Copy(ModuleFile file, uint id, ElfSnapshotParts parts, out ulong blobBytes, out string? reason)
    {
        var extents = new List<ModuleExtent>();
        blobBytes = 0;
        uint part = 0;
        var used = 0;
        ulong partStart = 0;
        reason = null;
        foreach (var range in ElfSnapshotPlan.Create(file.Headers, parts))
        {
            extents.Add(new ModuleExtent { FileOffset = range.Offset.Value, Length = range.Length, BlobOffset = blobBytes });
            for (ulong done = 0; done < range.Length;)
            {
                var count = (int)Math.Min(range.Length - done, (ulong)(BlobPart.MaxPartBytes - used));
                if (!file.TryRead(range.Offset.Value + done, _part.AsSpan(BlobPart.HeaderSize + used, count)))
                {
                    // The file was cut while we read it: what was copied stays, the rest is said to be missing.
                    reason = $"{range.Name} could not be read: the file changed";
                    extents.RemoveAt(extents.Count - 1);
                    FlushPart(id, ref part, ref used, ref partStart);
                    return extents;
                }

                used += count;
                done += (ulong)count;
                if (used == BlobPart.MaxPartBytes)
                    FlushPart(id, ref part, ref used, ref partStart);
            }

            blobBytes += range.Length;
        }

        FlushPart(id, ref part, ref used, ref partStart);
        return extents;
    }

    private void FlushPart(uint id, ref uint part, ref int used, ref ulong partStart)
    {
        if (used == 0)
            return;
        BlobPart.WriteHeader(_part, id, part++, partStart);
        output.Post(ChunkType.Blob, id, _part.AsSpan(0, BlobPart.HeaderSize + used));
        partStart += (ulong)used;
        used = 0;
    }

    private void WriteInfo(uint id, TrackedMapping mapping, byte[] buildId, FileFacts facts, List<ModuleExtent> extents, ulong blobBytes, string? reason, string? debugFile = null)
    {
        var fromRecord = mapping.BuildId.Length == 0 && debugFile is null;
        var info = new ModuleInfo
        {
            Id = id,
            Kind = debugFile is null ? ModuleKind.Elf : ModuleKind.DebugFile,
            BuildId = buildId,
            Path = debugFile ?? mapping.Path,
            DeviceMajor = fromRecord ? mapping.DeviceMajor : facts.DeviceMajor,
            DeviceMinor = fromRecord ? mapping.DeviceMinor : facts.DeviceMinor,
            Inode = fromRecord ? mapping.Inode : facts.Inode,
            FileLength = facts.Size,
            Extents = extents,
            BlobBytes = blobBytes,
            MissingReason = reason,
            SnapshotTime = Clock.Monotonic,
        };
        output.Post(ChunkType.Module, id, info.Encode());
    }
}
