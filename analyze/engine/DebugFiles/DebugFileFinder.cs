using TraceKit.DebugInfo.Elf;

namespace TraceKit.Engine.DebugFiles;

/// <summary>Finds the files of a module on this machine: the file itself, its separate debug file, what that shares with others, and split units.</summary>
/// <remarks>
/// <para>Debug directories, in order: those given (<c>--debug-dir</c>), <c>ROOT/usr/lib/debug</c> of <c>--symfs ROOT</c>, and <c>/usr/lib/debug</c> with
/// <see cref="DebugFileOptions.UseHostDefaults"/>. The places, in order; PATH is the module's, NAME its last part, LINK the name in its <c>.gnu_debuglink</c>:</para>
/// <list type="bullet">
/// <item>the file itself: <c>ROOT/PATH</c>; of each debug directory <c>.build-id/xx/rest</c>, <c>PATH</c>, <c>NAME</c>; of each build-id directory and archive what
/// <c>.build-id/xx/rest</c> shows (<c>elf</c>, <c>vdso</c>); with host defaults <c>PATH</c>.</item>
/// <item>its debug file: of each debug directory <c>.build-id/xx/rest.debug</c>, <c>PATH.debug</c>; beside the file <c>LINK</c>, <c>.debug/LINK</c>; of each
/// debug directory <c>LINK</c> in the folder of PATH; of each build-id directory and archive <c>debug</c>; and, flat, of each debug directory <c>LINK</c>, <c>NAME.debug</c>, <c>NAME</c>,
/// <c>PATH</c>.</item>
/// <item>the shared file: its name as written, relative to the debug file's folder; of each debug directory <c>.build-id/xx/rest.debug</c>, the part
/// behind <c>.dwz/</c> under <c>.dwz/</c>, and its last part.</item>
/// <item>the package: <c>FILE.dwp</c> beside the main and the debug file; of each debug directory <c>PATH.dwp</c>, <c>NAME.dwp</c>.</item>
/// <item>a split unit: its name under the compilation directory (in ROOT, or here with host defaults), beside the main file, under each debug directory.</item>
/// </list>
/// <para>A candidate counts only when its build-id is the module's. Where either has none, the debuglink's CRC must be that of the debug file's bytes; and
/// a main file must agree in its length and in all program and section headers with what the recording has of it. Only with <see cref="DebugFileOptions.TrustPaths"/> a file without a
/// recorded build-id is taken by PATH alone, which is told.
/// What does not fit is told (<see cref="DebugFileSet.Tried"/>), never used.</para>
/// <para>Safe for any number of threads; files are opened only at these places, and only regular ones.</para>
/// </remarks>
public sealed partial class DebugFileFinder
{
    private readonly DebugFileOptions _options;
    private readonly string? _root;
    private readonly string[] _directories;
    private readonly string[] _caches;
    private readonly Lazy<IReadOnlyList<BuildIdArchive>> _archives;
    private readonly Dictionary<string, byte[]> _members = new(StringComparer.Ordinal); // what archives gave, by the place that stands for it
    private readonly Lock _membersGate = new();

    /// <summary>A finder for the places that the options name.</summary>
    public DebugFileFinder(DebugFileOptions options)
    {
        _options = options;
        _root = string.IsNullOrEmpty(options.SymbolFileSystem) ? null : Path.GetFullPath(options.SymbolFileSystem);
        List<string> directories = [.. options.DebugDirectories.Where(d => d.Length > 0).Select(Path.GetFullPath)];
        if (_root is not null)
            directories.Add(Path.Join(_root, "usr/lib/debug"));
        if (options.UseHostDefaults)
            directories.Add("/usr/lib/debug");
        _directories = [.. directories.Distinct(StringComparer.Ordinal)];
        _caches = [.. options.BuildIdDirectories.Where(d => d.Length > 0).Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];
        _archives = new(() => [.. options.Archives.Select(BuildIdArchive.Read)]);
    }

    /// <summary>The places.</summary>
    public DebugFileOptions Options => _options;

    /// <summary>What is wrong with the archives that were looked into, in words.</summary>
    public IEnumerable<string> ArchiveProblems => _archives.IsValueCreated ? _archives.Value.Where(a => a.Problem.Length > 0).Select(a => $"{a.Path}: {a.Problem}") : [];

    /// <summary>Looks for the files of a module.</summary>
    /// <returns>What was found and what was tried; to be disposed when the images are no longer used. Never null, never throws for what the files hold.</returns>
    public DebugFileSet Find(DebugFileRequest request)
    {
        const string Deleted = " (deleted)";
        if (request.Path.EndsWith(Deleted, StringComparison.Ordinal))
            request = request with { Path = request.Path[..^Deleted.Length] };
        var set = new DebugFileSet(this, request);
        var identity = new FileIdentity(request.BuildId, request.DebugLink ?? request.Image?.DebugLink, request.Image);
        Take(set, DebugFilePurpose.Main, MainPlaces(request, identity), file => identity.CheckMain(file, IsByPath(request, file)));
        if (set.Main is { } main)
            identity = identity.With(main);
        if (set.Main is null || !HasDwarf(set.Main))
            Take(set, DebugFilePurpose.Debug, DebugPlaces(request, identity), file => identity.CheckDebug(file));

        if ((set.Dwarf ?? request.Image)?.AlternateLink is { } link)
        {
            var id = Convert.ToHexStringLower(link.BuildId.Span);
            Take(set, DebugFilePurpose.Alternate, AlternatePlaces(set, link.FileName, id), file => new FileIdentity(id, null, null).CheckDebug(file));
            if (set.Alternate is null)
                set.NoteMissing($"{link.FileName}: the shared debugging information (build-id {id}) was not found");
        }

        if (set.Dwarf is not null)
            Take(set, DebugFilePurpose.Package, PackagePlaces(set), FileIdentity.CheckPackage);
        return set;
    }

    internal ElfOnDisk? FindSplitUnit(DebugFileSet set, string name, string compilationDirectory, ulong id) =>
        name.Length == 0 ? null : Take(set, DebugFilePurpose.SplitUnit, SplitUnitPlaces(set, name, compilationDirectory), file => FileIdentity.CheckSplitUnit(file, id));

    /// <summary>Whether a file is where the recording says, in the copy of its root or on this machine, and that may be enough.</summary>
    private bool IsByPath(DebugFileRequest request, ElfOnDisk file) =>
        _options.TrustPaths && (file.Path == RunningKernel.VdsoPlace ? request.KernelRelease == RunningKernel.Release() : Here(request.Path).Contains(file.Path, StringComparer.Ordinal));

    private static bool HasDwarf(ElfImage image) => image.TrySection(".debug_info", out _) || image.TrySection(".zdebug_info", out _);

    /// <summary>Takes the first candidate that fits.</summary>
    private ElfOnDisk? Take(DebugFileSet set, DebugFilePurpose purpose, IEnumerable<string> places, Func<ElfOnDisk, (DebugFileOutcome Outcome, string Detail)> check)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            if (!seen.Add(place))
                continue;
            var file = Open(place, out var outcome, out var detail);
            if (file is not null)
                (outcome, detail) = check(file);
            set.Note(new DebugFileAttempt(place, purpose, outcome, detail));
            if (outcome == DebugFileOutcome.Used)
            {
                set.Keep(file!, purpose);
                return file;
            }

            file?.Dispose();
        }

        return null;
    }

    /// <summary>The map that a just-in-time compiler left of a process (<c>/tmp/perf-PID.map</c>), in the copy of the root or on this machine. Nothing but the number says whose it is: perf's way.</summary>
    internal PerfMapFile? FindPerfMap(int pid) => _options.TrustPaths ? PerfMapFile.Read(Here(FormattableString.Invariant($"/tmp/perf-{pid}.map"))) : null;

    /// <summary>Bytes of a place in an archive; null of a place on the disk.</summary>
    internal byte[]? Member(string place)
    {
        lock (_membersGate)
            return _members.GetValueOrDefault(place);
    }

    /// <summary>Opens a place on the disk or in an archive.</summary>
    internal ElfOnDisk? Open(string place, out DebugFileOutcome outcome, out string detail)
    {
        if (Member(place) is { } bytes)
            return ElfOnDisk.TryParse(bytes, place, out outcome, out detail);
        if (place == RunningKernel.VdsoPlace)
        {
            (outcome, detail) = (DebugFileOutcome.NotThere, "");
            return RunningKernel.Vdso() is { } image ? ElfOnDisk.TryParse(image, place, out outcome, out detail) : null;
        }

        return CompressedElf.IsNameOf(place) ? CompressedElf.TryOpen(place, out outcome, out detail) : ElfOnDisk.TryOpen(place, out outcome, out detail);
    }
}
