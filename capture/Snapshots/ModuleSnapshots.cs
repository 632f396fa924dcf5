using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.DebugInfo.Elf;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>Copies of programs and libraries what names, unwinding and source lines need, once per build-id, and of their installed debug files.</summary>
internal sealed class ModuleSnapshots(TraceOutput output, SnapshotBudget budget, SnapshotLevel level, LineSnapshots? lines)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes one module, unless it is there already.</summary>
    public void Take(int pid, int parentPid, TrackedMapping mapping)
    {
        // The record's own identity first: most modules are settled by it without touching a file.
        if (!_taken.Add(ModuleIdentity.Of(mapping)))
            return;
        if (mapping.Path == "[vdso]")
        {
            if (_taken.Add("[vdso]"))
                VdsoSnapshot.Take(output, budget.NextId());
            return;
        }

        if (mapping.Path.StartsWith('['))
            return;
        var file = ModuleOpener.Open(pid, parentPid, mapping, out var reason);
        try
        {
            if (file is not null)
                Take(pid, mapping, file);
            else if (!mapping.IsMadeCode) // a nameless file may be a program; mostly it is made code, which is nobody's module
                Describe(budget.NextId(), mapping, null, mapping.BuildId, [], 0, reason);
        }
        finally
        {
            // The lines are looked up at the end, when everything that was hit is known: until then the file is held open.
            if (file is not null && lines?.Holds(file) != true)
                file.Dispose();
        }
    }

    private void Take(int pid, TrackedMapping mapping, ModuleFile file)
    {
        var buildId = file.Headers.BuildId.ToArray();
        lines?.Add(pid, mapping, file);
        // The same bytes under another path or inode: named, not copied.
        if (buildId.Length > 0 && !_taken.Add("content:" + Convert.ToHexString(buildId)))
        {
            if (mapping.BuildId.Length == 0)
                Describe(budget.NextId(), mapping, file, buildId, [], 0, null);
            return;
        }

        var parts = SnapshotLevels.OwnParts(level);
        if (level == SnapshotLevel.Full)
            parts |= ElfSnapshotParts.Lines;
        var id = budget.NextId();
        var extents = Copy(file, id, parts, out var blobBytes, out var reason);
        Describe(id, mapping, file, buildId, extents, blobBytes, reason);
        Terminal.Detail($"snapshot of {mapping.Path}: {blobBytes} bytes of {file.Facts.Size}{(reason is null ? "" : "; " + reason)}");
        TakeDebugFile(pid, mapping, file);
    }

    /// <summary>Of a stripped file the symbols, for <c>full</c> everything, from its debug file. Without one nothing is missing that the host could give.</summary>
    private void TakeDebugFile(int pid, TrackedMapping mapping, ModuleFile file)
    {
        var parts = file.Headers.TrySection(".symtab", out _) ? ElfSnapshotParts.None : ElfSnapshotParts.Symbols;
        if (level == SnapshotLevel.Full)
            parts |= HasLines(file) ? ElfSnapshotParts.None : ElfSnapshotParts.Lines;
        if (parts == ElfSnapshotParts.None)
        {
            if (level == SnapshotLevel.Full)
                TakeAlternate(pid, file, mapping.Path);
            return;
        }

        using var debugFile = HostDebugFiles.Find(pid, file, mapping.Path, out var path);
        if (debugFile is null)
            return;
        TakeDebugFile(debugFile, path, parts, mapping.Path, null);
        if (level == SnapshotLevel.Full)
            TakeAlternate(pid, debugFile, path);
    }

    private void TakeAlternate(int pid, ModuleFile debugFile, string debugPath)
    {
        using var alternate = HostDebugFiles.FindAlternate(pid, debugFile, debugPath, out var path, out _);
        if (alternate is not null && _taken.Add("content:" + Convert.ToHexString(alternate.Headers.BuildId.Span)))
            TakeDebugFile(alternate, path, ElfSnapshotParts.Lines, debugPath, null);
    }

    private void TakeDebugFile(ModuleFile file, string path, ElfSnapshotParts parts, string of, string? problem)
    {
        var id = budget.NextId();
        var extents = Copy(file, id, parts, out var blobBytes, out var reason);
        output.Post(ChunkType.Module, id, new ModuleInfo
        {
            Id = id,
            Kind = ModuleKind.DebugFile,
            BuildId = file.Headers.BuildId.ToArray(),
            Path = path,
            DeviceMajor = file.Facts.DeviceMajor,
            DeviceMinor = file.Facts.DeviceMinor,
            Inode = file.Facts.Inode,
            FileLength = file.Facts.Size,
            Extents = extents,
            BlobBytes = blobBytes,
            MissingReason = reason ?? problem,
            SnapshotTime = Clock.Monotonic,
        }.Encode());
        Terminal.Detail($"{path} (debug file of {of}): {blobBytes} bytes of {file.Facts.Size}{(reason is null ? "" : "; " + reason)}");
    }

    private static bool HasLines(ModuleFile file) => file.Headers.TrySection(".debug_info", out _) || file.Headers.TrySection(".zdebug_info", out _);

    private List<ModuleExtent> Copy(ModuleFile file, uint id, ElfSnapshotParts parts, out ulong blobBytes, out string? reason)
    {
        var plan = ElfSnapshotPlan.Create(file.Headers, parts, file.TryRead, budget.ForModule, out var leftOut);
        reason = leftOut is null ? null : $"left out for their size ({budget.Option}): {leftOut}";
        var extents = new List<ModuleExtent>(plan.Length);
        var sender = new BlobSender(output, id);
        foreach (var range in plan)
        {
            var start = sender.Length;
            if (!sender.Copy(file.Descriptor, range.Offset.Value, range.Length))
            {
                // The file was cut while we read it: what was copied stays, the rest is said to be missing.
                reason = $"{range.Name} could not be read: the file changed";
                break;
            }

            extents.Add(new ModuleExtent { FileOffset = range.Offset.Value, Length = range.Length, BlobOffset = start });
        }

        sender.Flush();
        blobBytes = sender.Length;
        budget.Spend(blobBytes);
        return extents;
    }

    private void Describe(uint id, TrackedMapping mapping, ModuleFile? file, byte[] buildId, List<ModuleExtent> extents, ulong blobBytes, string? reason)
    {
        // The numbers that records of this mapping carry are the ones to find it by; a record with a build-id carries none.
        var fromRecord = mapping.BuildId.Length == 0;
        var facts = file?.Facts ?? default;
        output.Post(ChunkType.Module, id, new ModuleInfo
        {
            Id = id,
            Kind = ModuleKind.Elf,
            BuildId = buildId,
            Path = mapping.Path,
            DeviceMajor = fromRecord ? mapping.DeviceMajor : facts.DeviceMajor,
            DeviceMinor = fromRecord ? mapping.DeviceMinor : facts.DeviceMinor,
            Inode = fromRecord ? mapping.Inode : facts.Inode,
            InodeGeneration = mapping.InodeGeneration,
            FileLength = facts.Size,
            Extents = extents,
            BlobBytes = blobBytes,
            MissingReason = reason,
            SnapshotTime = Clock.Monotonic,
        }.Encode());
    }
}
