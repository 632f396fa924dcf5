using System.Globalization;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// Opens the file behind a mapping: as the kernel holds it (<c>/proc/PID/map_files</c>: also deleted, on an overlay, in another mount
/// namespace), else by its path as the process or its parent sees it, else by the bare path; and never takes another file for it.
/// </summary>
internal static class ModuleOpener
{
    private const string Deleted = " (deleted)";

    /// <summary>Opens it; null with the reason.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="parentPid">Who forked it, 0 when unknown: when the process is gone, its parent still shows the same files.</param>
    public static ModuleFile? Open(int pid, int parentPid, TrackedMapping mapping, out string reason)
    {
        reason = "";
        string? mismatch = null;
        foreach (var way in (ReadOnlySpan<Way>)[Way.MapFiles, Way.OwnRoot, Way.ParentRoot, Way.HostPath])
        {
            if (PathOf(way, pid, parentPid, mapping) is not { } path)
                continue;
            var file = ModuleFile.TryOpen(path, mapping.Path, out var why);
            if (file is not null && IsTheMapped(file, pid, mapping, way, ref why))
                return file;
            // Another file in its place says more than a way that does not exist.
            if (file is not null)
                mismatch ??= why;
            file?.Dispose();
            if (reason.Length == 0 || way != Way.ParentRoot)
                reason = why;
        }

        reason = mismatch ?? (HostFile.Exists($"/proc/{pid}") ? reason : $"{reason} (its process had ended when it was to be read)");
        return null;
    }

    /// <summary>Ways to a file, the surest first.</summary>
    private enum Way
    {
        MapFiles,
        OwnRoot,
        ParentRoot,
        HostPath,
    }

    private static string? PathOf(Way way, int pid, int parentPid, TrackedMapping mapping)
    {
        if (way == Way.MapFiles)
            return string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}");
        // What has no path any more cannot be found by one.
        if (mapping.Path[0] != '/' || mapping.IsMadeCode || mapping.Path.EndsWith(Deleted, StringComparison.Ordinal))
            return null;
        return way switch
        {
            Way.OwnRoot => $"/proc/{pid}/root{mapping.Path}",
            Way.ParentRoot => parentPid > 0 ? $"/proc/{parentPid}/root{mapping.Path}" : null,
            _ => mapping.Path,
        };
    }

    private static bool IsTheMapped(ModuleFile file, int pid, TrackedMapping mapping, Way way, ref string why)
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

        var facts = file.Facts;
        var sameDevice = facts.DeviceMajor == mapping.DeviceMajor && facts.DeviceMinor == mapping.DeviceMinor;
        if (mapping.Inode != 0 && mapping.Inode == facts.Inode && (sameDevice || way is Way.MapFiles or Way.OwnRoot))
        {
            // A number that was given to a new file.
            if (mapping.InodeGeneration == 0 || file.Generation == 0 || mapping.InodeGeneration == file.Generation)
                return true;
            why = "the file there now is another one (inode generation)";
            return false;
        }

        // On overlays and subvolumes stat tells other numbers than the mapping: then the mapping itself has to be what it was.
        if (way == Way.MapFiles && IsStillMapped(pid, mapping))
            return true;
        why = mapping.Inode == 0 ? "nothing tells whether the file there is the one that was mapped" : "the file there now is another one (inode)";
        return false;
    }

    private static bool IsStillMapped(int pid, TrackedMapping mapping)
    {
        foreach (var now in ProcMaps.Parse(HostFile.TryReadAll($"/proc/{pid}/maps", out _), executableOnly: true))
        {
            if (now.Start == mapping.Start && now.End == mapping.End)
                return now.Inode == mapping.Inode && now.DeviceMajor == mapping.DeviceMajor && now.DeviceMinor == mapping.DeviceMinor && now.FileOffset == mapping.FileOffset;
        }

        return false;
    }
}
