using TraceKit.Capture.Native;

namespace TraceKit.Capture.Snapshots;

/// <summary>
/// Finds separate debug files that happen to be installed (Debian's <c>*-dbg</c>, <c>*-dbgsym</c>, debuginfo packages elsewhere): in the root of
/// the process, then in the agent's own. Only a file with the same build-id is taken.
/// </summary>
internal static class HostDebugFiles
{
    /// <summary>The debug file of a module; null when there is none, or the module has no build-id to know it by.</summary>
    public static ModuleFile? Find(int pid, ModuleFile module, string modulePath, out string path)
    {
        path = "";
        var buildId = module.Headers.BuildId.Span;
        if (buildId.Length < 2)
            return null;
        var folder = modulePath[..Math.Max(0, modulePath.LastIndexOf('/'))];
        var link = module.Headers.DebugLink?.FileName;
        // The order of gdb's manual, "Separate Debug Files"; the link is a bare file name there too.
        var named = link is not null && !link.Contains('/');
        foreach (var candidate in (ReadOnlySpan<string?>)[
            ByBuildId(buildId),
            named ? $"{folder}/{link}" : null,
            named ? $"{folder}/.debug/{link}" : null,
            named ? $"/usr/lib/debug{folder}/{link}" : null,
        ])
        {
            if (candidate is null || TryOpen(pid, candidate, buildId) is not { } file)
                continue;
            if (file.Facts.Inode == module.Facts.Inode && file.Facts.DeviceMinor == module.Facts.DeviceMinor && file.Facts.DeviceMajor == module.Facts.DeviceMajor)
            {
                file.Dispose();
                continue;
            }

            path = candidate;
            return file;
        }

        return null;
    }

    /// <summary>The file that dwz moved what several debug files share to; null when none is named or it is not there.</summary>
    public static ModuleFile? FindAlternate(int pid, ModuleFile debugFile, string debugPath, out string path, out string? missing)
    {
        path = "";
        missing = null;
        if (debugFile.Headers.AlternateLink is not { } link || link.BuildId.IsEmpty)
            return null;
        var name = link.FileName;
        var buildId = link.BuildId.Span;
        var folder = debugPath[..Math.Max(0, debugPath.LastIndexOf('/'))];
        foreach (var candidate in (ReadOnlySpan<string>)[name[0] == '/' ? name : $"{folder}/{name}", ByBuildId(buildId)])
        {
            if (TryOpen(pid, candidate, buildId) is not { } file)
                continue;
            path = candidate;
            return file;
        }

        missing = $"{name}, which it shares with others, is not there";
        return null;
    }

    private static string ByBuildId(ReadOnlySpan<byte> buildId)
    {
        var hex = Convert.ToHexStringLower(buildId);
        return $"/usr/lib/debug/.build-id/{hex[..2]}/{hex[2..]}.debug";
    }

    private static ModuleFile? TryOpen(int pid, string path, ReadOnlySpan<byte> buildId)
    {
        foreach (var root in (ReadOnlySpan<string>)[$"/proc/{pid}/root", ""])
        {
            if (!HostFile.Exists(root + path))
                continue;
            var file = ModuleFile.TryOpen(root + path, path, out _);
            if (file is not null && file.Headers.BuildId.Span.SequenceEqual(buildId))
                return file;
            file?.Dispose();
        }

        return null;
    }
}
