namespace TraceKit.Engine.DebugFiles;

public sealed partial class DebugFileFinder
{
    private IEnumerable<string> MainPlaces(DebugFileRequest request, FileIdentity identity)
    {
        var isPath = request.Path.StartsWith('/');
        if (isPath && _root is not null)
            yield return InRoot(request.Path);
        foreach (var directory in isPath ? _directories : [])
        {
            if (BuildIdPath(identity.BuildId) is { } path)
                yield return Path.Join(directory, path);
            yield return Path.Join(directory, Rooted(request.Path));
            yield return Path.Join(directory, Path.GetFileName(request.Path));
        }

        // An old perf linked to the file itself.
        string[] names = isPath ? ["elf", ""] : ["vdso"];
        foreach (var place in names.SelectMany(name => CacheDirectoryPlaces(identity.BuildId, name)))
            yield return place;

        // With a build-id it does not matter which copy is taken: inflating an archive comes last.
        var here = isPath ? Rooted(request.Path) : RunningKernel.VdsoPlace;
        if (_options.UseHostDefaults && identity.BuildId.Length > 0)
            yield return here;
        foreach (var place in names.SelectMany(name => ArchivePlaces(identity.BuildId, name)))
            yield return place;
        if (_options.UseHostDefaults && identity.BuildId.Length == 0)
            yield return here;
    }

    /// <summary>Where a kernel's file may be; RELEASE is empty when unknown.</summary>
    internal IEnumerable<string> KernelPlaces(string buildId, string release)
    {
        foreach (var name in (string[])["elf", "vmlinux", "debug"])
        {
            foreach (var place in CachePlaces(buildId, name))
                yield return place;
        }

        foreach (var directory in _directories)
        {
            if (BuildIdPath(buildId) is { } id)
                yield return Path.Join(directory, id + ".debug");
            foreach (var name in VmlinuxNames(release))
                yield return Path.Join(directory, name);
            yield return Path.Join(directory, "vmlinux");
        }

        foreach (var name in VmlinuxNames(release))
        {
            foreach (var place in Here(name))
                yield return place;
        }
    }

    /// <summary>Where a kernel module's file may be.</summary>
    internal IEnumerable<string> KernelModulePlaces(string path, string buildId, string release)
    {
        foreach (var directory in path.StartsWith('/') ? _directories : [])
        {
            if (BuildIdPath(buildId) is { } id)
                yield return Path.Join(directory, id + ".debug");
            yield return Path.Join(directory, Rooted(path));
        }

        foreach (var place in CachePlaces(buildId, "elf"))
            yield return place;
        // By its path only where that names the release: another kernel's module has other addresses.
        if (!path.StartsWith('/') || (buildId.Length == 0 && (release.Length == 0 || !path.Contains(release, StringComparison.Ordinal))))
            yield break;
        foreach (var place in Here(path))
            yield return place;
    }

    private static IEnumerable<string> VmlinuxNames(string release)
    {
        if (release.Length == 0 || release.Contains('/'))
            yield break;
        yield return "boot/vmlinux-" + release;
        yield return $"lib/modules/{release}/vmlinux";
        yield return $"lib/modules/{release}/build/vmlinux";
        yield return $"usr/lib/modules/{release}/vmlinux";
        yield return $"boot/vmlinux-{release}.debug";
    }

    /// <summary>A file of a build in each build-id directory, then in each archive.</summary>
    internal IEnumerable<string> CachePlaces(string buildId, string name) => CacheDirectoryPlaces(buildId, name).Concat(ArchivePlaces(buildId, name));

    internal IEnumerable<string> CacheDirectoryPlaces(string buildId, string name) => BuildIdPath(buildId) is { } path ? _caches.Select(cache => Path.Join(cache, path, name)) : [];

    internal IEnumerable<string> ArchivePlaces(string buildId, string name)
    {
        if (BuildIdPath(buildId) is not { } path)
            yield break;
        foreach (var archive in _archives.Value)
        {
            if (!archive.TryFind(buildId, name, out var bytes))
                continue;
            var place = $"{archive.Path}:{path}{(name.Length > 0 ? "/" : "")}{name}";
            lock (_membersGate)
                _members[place] = bytes;
            yield return place;
        }
    }

    private IEnumerable<string> DebugPlaces(DebugFileRequest request, FileIdentity identity)
    {
        var path = Rooted(request.Path);
        string name = Path.GetFileName(path), folder = Path.GetDirectoryName(path) ?? "/";
        var link = Path.GetFileName(identity.DebugLink?.FileName) ?? "";
        foreach (var directory in _directories)
        {
            if (BuildIdPath(identity.BuildId) is { } id)
                yield return Path.Join(directory, id + ".debug");
            yield return Path.Join(directory, path + ".debug");
        }

        if (link.Length > 0)
        {
            foreach (var beside in Here(folder))
            {
                yield return Path.Join(beside, link);
                yield return Path.Join(beside, ".debug", link);
            }
        }

        foreach (var place in CacheDirectoryPlaces(identity.BuildId, "debug"))
            yield return place;
        foreach (var directory in _directories)
        {
            if (link.Length > 0)
            {
                yield return Path.Join(directory, folder, link);
                yield return Path.Join(directory, link);
            }

            yield return Path.Join(directory, name + ".debug");
            yield return Path.Join(directory, name);
            yield return Path.Join(directory, path);
        }

        foreach (var place in ArchivePlaces(identity.BuildId, "debug"))
            yield return place;
    }

    private IEnumerable<string> AlternatePlaces(DebugFileSet set, string link, string buildId)
    {
        if (Path.IsPathRooted(link))
        {
            foreach (var place in Here(link))
                yield return place;
        }
        else if (set.Dwarf is { } from)
        {
            // Relative to the file's real folder: what .build-id/ has are often links.
            yield return Path.GetFullPath(link, Path.GetDirectoryName(RealPath(from.Name)) ?? "/");
            yield return Path.GetFullPath(link, Path.GetDirectoryName(from.Name) ?? "/");
        }

        var shared = link.IndexOf("/.dwz/", StringComparison.Ordinal);
        foreach (var directory in _directories)
        {
            if (BuildIdPath(buildId) is { } id)
                yield return Path.Join(directory, id + ".debug");
            if (shared >= 0)
                yield return Path.Join(directory, ".dwz", Rooted(link[(shared + 6)..]));
            yield return Path.Join(directory, ".dwz", Path.GetFileName(link));
            yield return Path.Join(directory, Path.GetFileName(link));
        }
    }

    private IEnumerable<string> PackagePlaces(DebugFileSet set)
    {
        if (set.Main is { } main)
            yield return main.Name + ".dwp";
        if (set.Debug is { } debug)
            yield return debug.Name + ".dwp";
        foreach (var place in Here(set.Request.Path))
            yield return place + ".dwp";
        foreach (var directory in _directories)
        {
            yield return Path.Join(directory, Rooted(set.Request.Path) + ".dwp");
            yield return Path.Join(directory, Path.GetFileName(set.Request.Path) + ".dwp");
        }
    }

    private IEnumerable<string> SplitUnitPlaces(DebugFileSet set, string name, string compilationDirectory)
    {
        if (Path.IsPathRooted(name) || Path.IsPathRooted(compilationDirectory))
        {
            foreach (var place in Here(Path.Combine(compilationDirectory, name)))
                yield return place;
        }

        foreach (var folder in new[] { set.Main, set.Debug }.Where(f => f is not null).Select(f => Path.GetDirectoryName(f!.Name) ?? "/").Concat(_directories))
        {
            yield return Path.Join(folder, Rooted(name));
            yield return Path.Join(folder, Path.GetFileName(name));
        }
    }

    /// <summary>A path of the recorded machine: in its copy, and on this machine where that may be used.</summary>
    private IEnumerable<string> Here(string path)
    {
        if (_root is not null)
            yield return InRoot(path);
        if (_options.UseHostDefaults)
            yield return Rooted(path);
    }

    private string InRoot(string path) => Path.GetFullPath(Path.Join(_root, Rooted(path))); // a root of "/" would give two slashes

    /// <summary>The path from the root on, without <c>..</c>: what a recording says must not lead out of the folders that were named.</summary>
    private static string Rooted(string path) => Path.GetFullPath("/" + path.Replace('\0', '_').TrimStart('/'));

    /// <summary><c>.build-id/xx/rest</c>; null without a build-id.</summary>
    private static string? BuildIdPath(string id) => id.Length < 6 || !id.All(char.IsAsciiHexDigit) ? null : $".build-id/{id[..2]}/{id[2..]}";

    private static string RealPath(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path;
        }
    }
}
