namespace TraceKit.Engine.DebugFiles;

/// <summary>Where files that a recording lacks may be looked for. Nothing else on this machine is read.</summary>
public sealed record DebugFileOptions
{
    /// <summary>Folders of debug files, in order (<c>--debug-dir</c>): laid out as <c>/usr/lib/debug</c>, or simply holding the files.</summary>
    public IReadOnlyList<string> DebugDirectories { get; init; } = [];

    /// <summary>A copy of the root file system of the machine that was recorded (<c>--symfs</c>); null when there is none.</summary>
    public string? SymbolFileSystem { get; init; }

    /// <summary>Build-id directories as perf keeps them (<c>~/.debug</c>, <c>--buildid-dir</c>): <c>.build-id/xx/rest</c> shows a folder with <c>elf</c>, <c>debug</c>, <c>vdso</c>, <c>kallsyms</c>.</summary>
    public IReadOnlyList<string> BuildIdDirectories { get; init; } = [];

    /// <summary>The same as tar files that <c>perf archive</c> made (<c>--archive</c>).</summary>
    public IReadOnlyList<string> Archives { get; init; } = [];

    /// <summary>Text of the recorded kernel's <c>/proc/kallsyms</c> (<c>--kallsyms</c>); null when not given.</summary>
    public string? Kallsyms { get; init; }

    /// <summary>The recorded kernel's file with its symbols (<c>--vmlinux</c>); null when not given.</summary>
    public string? Vmlinux { get; init; }

    /// <summary>
    /// Whether this machine's own files and <c>/usr/lib/debug</c> may be used: when a file of this machine is looked at, and for a perf.data, which has none of its own; never for a
    /// <c>.dtr</c>.
    /// </summary>
    public bool UseHostDefaults { get; init; }

    /// <summary>Whether a file may be taken by its path alone where the recording has no build-id of it, as perf does with a perf.data.</summary>
    public bool TrustPaths { get; init; }

    /// <summary>Whether there is any place to look at.</summary>
    public bool IsAnywhere => UseHostDefaults || SymbolFileSystem is not null || DebugDirectories.Count + BuildIdDirectories.Count + Archives.Count > 0 || Kallsyms is not null || Vmlinux is not null;

    /// <summary>What may be looked at for a perf.data, which carries no file itself: as perf does, this machine's own files too, unless the recorded machine's root is given.</summary>
    /// <param name="path">The perf.data: an archive beside it (<c>perf.data.tar.bz2</c>) is used.</param>
    /// <param name="said">What the user said; null when nothing.</param>
    public static DebugFileOptions ForPerfData(string path, DebugFileOptions? said)
    {
        var options = said ?? new DebugFileOptions();
        return options with
        {
            UseHostDefaults = options.SymbolFileSystem is null,
            TrustPaths = true,
            BuildIdDirectories = options.BuildIdDirectories.Count > 0 ? options.BuildIdDirectories : [.. DefaultBuildIdDirectory(options.SymbolFileSystem)],
            Archives = options.Archives.Count > 0 ? options.Archives : [.. s_archiveEndings.Select(e => path + e).Where(File.Exists).Take(1)],
        };
    }

    private static readonly string[] s_archiveEndings = [".tar.bz2", ".tar.zst", ".tar.gz", ".tar.xz", ".tar"];

    /// <summary>Where perf keeps its cache unless its configuration says otherwise: <c>PERF_BUILDID_DIR</c>, else <c>~/.debug</c>; with <c>--symfs ROOT</c> <c>ROOT/.debug</c>.</summary>
    private static IEnumerable<string> DefaultBuildIdDirectory(string? root)
    {
        if (root is not null)
            return Directory.Exists(Path.Join(root, ".debug")) ? [Path.Join(root, ".debug")] : [];
        var home = Environment.GetEnvironmentVariable("HOME");
        var directory = Environment.GetEnvironmentVariable("PERF_BUILDID_DIR") is { Length: > 0 } said ? said : string.IsNullOrEmpty(home) ? "" : Path.Join(home, ".debug");
        return directory.Length > 0 && Directory.Exists(directory) ? [directory] : [];
    }
}
