using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Model;

internal sealed partial class ModuleCatalog : IDisposable
{
    private readonly List<DebugFileSet> _sets = [];
    private readonly Lock _setsGate = new();

    /// <summary>What was looked for beside the recording, as far as it was asked for.</summary>
    public IReadOnlyList<DebugFileSet> DebugFiles
    {
        get
        {
            lock (_setsGate)
                return [.. _sets];
        }
    }

    /// <summary>What is wrong with places that were looked into.</summary>
    public IEnumerable<string> FinderProblems => _finder?.ArchiveProblems ?? [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var set in DebugFiles)
            set.Dispose();
    }

    /// <summary>The module's files beside the recording; null when nobody said where to look.</summary>
    private DebugFileSet? FindOutside(TraceModule module, ElfImage? image)
    {
        if (_finder is null || !(module.Kind == ModuleKind.Vdso || (module.Kind == ModuleKind.Elf && module.Path.StartsWith('/'))))
            return null;
        var set = _finder.Find(new DebugFileRequest
        {
            Path = module.Path,
            BuildId = module.BuildId,
            DebugLink = image?.DebugLink,
            Image = image,
            KernelRelease = _source.Host.KernelRelease,
        });
        if (module.BuildId.Length == 0 && image is null && set.Main is { } main)
        {
            module.IsFoundByPath = true;
            module.BuildId = Convert.ToHexStringLower(main.BuildId.Span);
        }

        lock (_setsGate)
            _sets.Add(set);
        return set;
    }

    /// <summary>What the recording has that knows lines and inlined functions of a module, best first: its indexes, DWARF, Go's own table.</summary>
    private List<ISourceResolver> OwnSource(TraceModule module, ModuleData data)
    {
        var resolvers = new List<ISourceResolver>();
        void Tell(string problem) => module.SourceProblem = problem;
        if (module.BuildId.Length > 0 && _indexes.TryGetValue(module.BuildId, out var indexes))
        {
            foreach (var info in indexes)
                SourceOpener.Add(resolvers, Tell, () => SourceIndex.Read(_source.ReadBlob(info, MaximumSnapshotBytes, out _)));
        }

        if (data.OwnImage is { } image)
            SourceOpener.AddDwarf(resolvers, image, new DwarfFiles { Alternate = Alternate(module, image) }, Tell);
        if (data.OwnDebugImage is { } debug)
            SourceOpener.AddDwarf(resolvers, debug, new DwarfFiles { Alternate = Alternate(module, debug) }, Tell);
        if (data.OwnImage is { } code)
            SourceOpener.AddGo(resolvers, code, Tell);
        return resolvers;
    }

    /// <summary>What files beside the recording know.</summary>
    private List<ISourceResolver> OutsideSource(TraceModule module, ModuleData data)
    {
        var resolvers = new List<ISourceResolver>();
        void Tell(string problem) => module.SourceProblem = problem;
        if (data.Outside is { Dwarf: { } outside } set)
        {
            SourceOpener.AddDwarf(resolvers, outside, set.DwarfFiles, Tell);
            if (_cache is not null && module.BuildId.Length > 0 && resolvers is [DwarfInfo dwarf])
                resolvers[0] = new CachedSource(dwarf, _cache, Convert.FromHexString(module.BuildId), CachedSource.MarkOf(outside, set.Alternate, set.Package));
        }

        if (data.OwnImage is null && data.Outside?.Main is { } main)
            SourceOpener.AddGo(resolvers, main, Tell);
        return resolvers;
    }

    /// <summary>The file that dwz moved what several debug files share to, where the recording holds it.</summary>
    private ElfImage? Alternate(TraceModule module, ElfImage image)
    {
        if (image.AlternateLink is not { } link || !_debugFiles.TryGetValue(Convert.ToHexStringLower(link.BuildId.Span), out var info))
            return null;
        try
        {
            return Snapshot(module, info) is { } bytes ? ElfImage.Parse(bytes, link.FileName, Decompressor.Instance) : null;
        }
        catch (BadDataException)
        {
            // As if it were not there: what needs it is then said to be missing.
            return null;
        }
    }
}
