namespace TraceKit.Engine.DebugFiles;

/// <summary>Where separate debug files may be looked for. Nothing else on this machine is read.</summary>
public sealed record DebugFileOptions
{
    /// <summary>Folders of debug files, in order (<c>--debug-dir</c>): laid out as <c>/usr/lib/debug</c>, or simply holding the files.</summary>
    public IReadOnlyList<string> DebugDirectories { get; init; } = [];

    /// <summary>A copy of the root file system of the machine that was recorded (<c>--symfs</c>); null when there is none.</summary>
    public string? SymbolFileSystem { get; init; }

    /// <summary>Whether this machine's own files and <c>/usr/lib/debug</c> may be used: when a file of this machine is looked at, never for a recording.</summary>
    public bool UseHostDefaults { get; init; }
}
