using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Engine.DebugFiles;

/// <summary>The files of one module that were found, each proven to be of the same build, and what was tried. They stay open until it is disposed.</summary>
/// <remarks>Their sections are read when they are asked for. Any thread may read; one at a time may ask for split units.</remarks>
public sealed class DebugFileSet : IDisposable
{
    private readonly DebugFileFinder _finder;
    private readonly List<ElfOnDisk> _files = [];
    private readonly List<DebugFileAttempt> _tried = [];
    private readonly List<string> _missing = [];

    internal DebugFileSet(DebugFileFinder finder, DebugFileRequest request)
    {
        _finder = finder;
        Request = request;
    }

    /// <summary>What was asked for.</summary>
    public DebugFileRequest Request { get; }

    /// <summary>The file that was mapped, with its code; null when it was not found.</summary>
    public ElfImage? Main { get; private set; }

    /// <summary>Its separate debug file; null when none was found, or <see cref="Main"/> has the debugging information itself.</summary>
    public ElfImage? Debug { get; private set; }

    /// <summary>The file of shared debugging information that it refers to; null when it refers to none or that was not found.</summary>
    public ElfImage? Alternate { get; private set; }

    /// <summary>The package of split units; null when there is none.</summary>
    public ElfImage? Package { get; private set; }

    /// <summary>The file to read <c>.debug_*</c> sections from: the debug file, else the main file; null when neither was found.</summary>
    public ElfImage? Dwarf => Debug ?? Main;

    /// <summary>The files beside <see cref="Dwarf"/>, as <see cref="DwarfInfo.Open"/> wants them.</summary>
    public DwarfFiles DwarfFiles => new() { Alternate = Alternate, Package = Package, SplitUnit = OpenSplitUnit };

    /// <summary>Every place looked at, in order, and what came of it. The path of a file that was found stands here and is the image's name.</summary>
    public IReadOnlyList<DebugFileAttempt> Tried => _tried;

    /// <summary>What is known to exist and was not found, in words for the user: a shared file, split units.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>Whether anything was found.</summary>
    public bool IsEmpty => _files.Count == 0;

    /// <summary>Opens a split unit's file.</summary>
    /// <param name="name">As the unit says (<c>DW_AT_dwo_name</c>).</param>
    /// <param name="compilationDirectory">What a relative name is relative to; may be empty.</param>
    /// <param name="id">The identity that it must have (<c>DW_AT_GNU_dwo_id</c>, or the unit header's).</param>
    /// <returns>Null when it is not found.</returns>
    public ElfImage? OpenSplitUnit(string name, string compilationDirectory, ulong id)
    {
        var found = _finder.FindSplitUnit(this, name, compilationDirectory, id);
        if (found is null)
            _missing.Add($"{name}: the split unit's file was not found");
        return found?.Image;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    internal void Note(DebugFileAttempt attempt) => _tried.Add(attempt);

    internal void NoteMissing(string what) => _missing.Add(what);

    internal void Keep(ElfOnDisk file, DebugFilePurpose purpose)
    {
        _files.Add(file);
        switch (purpose)
        {
            case DebugFilePurpose.Main:
                Main = file.Image;
                break;
            case DebugFilePurpose.Debug:
                Debug = file.Image;
                break;
            case DebugFilePurpose.Alternate:
                Alternate = file.Image;
                break;
            case DebugFilePurpose.Package:
                Package = file.Image;
                break;
        }
    }
}
