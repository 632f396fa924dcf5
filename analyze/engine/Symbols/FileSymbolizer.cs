using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.DebugFiles;

namespace TraceKit.Engine.Symbols;

/// <summary>Functions, inlined ones included, and source lines of the addresses of one ELF file on this machine.</summary>
/// <remarks>
/// Asked in this order: DWARF of the file or of its separate debug file, Go's line table, symbol tables (which know the concrete function only).
/// Names are as the files have them: mangled. One thread at a time.
/// </remarks>
public sealed class FileSymbolizer : IDisposable
{
    private readonly ElfOnDisk _file;
    private readonly Lazy<DebugFileSet> _set;
    private readonly SourceResolvers _resolvers;
    private readonly List<string> _problems = [];
    private SymbolTable? _symbols;

    private readonly SourceFrames _answers = new();
    private readonly List<int> _map = []; // for each text of the answers its number in the frames that were filled last, plus 1
    private SourceFrames? _mapOf;

    private FileSymbolizer(ElfOnDisk file, DebugFileOptions places, SourceIndexCache? cache)
    {
        _file = file;
        if (cache is not null && file.Image.BuildId.Length > 0 && cache.TryRead(file.Image.BuildId.Span, out var stored) && TryIndex(stored) is { } index)
        {
            _set = new Lazy<DebugFileSet>(() => Find(places));
            _resolvers = new SourceResolvers([index]);
            IsFromCache = true;
            return;
        }

        var set = Find(places);
        _set = new Lazy<DebugFileSet>(set);
        _resolvers = new SourceResolvers(Open(set, cache));
    }

    /// <summary>Whether lines and functions come from the cache.</summary>
    public bool IsFromCache { get; }

    /// <summary>The file.</summary>
    public ElfImage Image => _file.Image;

    /// <summary>Its separate debug file; null when there is none or it has everything itself.</summary>
    public ElfImage? DebugImage => _set.Value.Debug;

    /// <summary>Places of debug files that were looked at, and what came of it.</summary>
    public IReadOnlyList<DebugFileAttempt> Tried => _set.Value.Tried;

    /// <summary>What is damaged or was not found, in words.</summary>
    public IEnumerable<string> Problems => _set.IsValueCreated ? [.. _problems, .. _set.Value.Missing] : _problems;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="places">Where its separate debug file may be.</param>
    /// <param name="cache">Gives and keeps an index of all its lines; null for none.</param>
    /// <exception cref="BadDataException">It is no ELF file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileSymbolizer Open(string path, DebugFileOptions places, SourceIndexCache? cache = null)
    {
        if (ElfOnDisk.TryOpen(path, out var outcome, out var detail) is { } file)
            return new FileSymbolizer(file, places, cache);
        if (outcome == DebugFileOutcome.NotUsable)
            throw new BadDataException(path, "ELF header", 0, BadDataCode.NotThisFormat, "an ELF file", detail.Length > 0 ? detail : "something else");
        throw new IOException($"{path}: {(detail.Length > 0 ? detail : outcome == DebugFileOutcome.NotThere ? "no such file" : "cannot be read")}");
    }

    /// <summary>Adds one chain for each address, innermost function first; an empty one where nothing is known.</summary>
    /// <param name="addresses">Ascending.</param>
    /// <param name="frames">Gets the chains; what it had stays.</param>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        if (!ReferenceEquals(_mapOf, frames))
        {
            _map.Clear();
            _mapOf = frames;
        }

        _answers.Clear();
        _resolvers.Resolve(addresses, _answers);
        for (var i = 0; i < addresses.Length; i++)
        {
            var chain = _answers[i];
            for (var level = 0; level < chain.Length; level++)
            {
                var frame = chain[level];
                var name = level == chain.Length - 1 ? ConcreteName(addresses[i], frame.Name, frames) : Number(frame.Name, frames);
                frames.Add(frame with { Name = name, File = Number(frame.File, frames) });
            }

            if (chain.IsEmpty && SymbolName(addresses[i]) is { Length: > 0 } symbol)
                frames.Add(new SourceFrame(frames.Intern(symbol), 0, 0, 0));
            frames.EndAddress();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_set.IsValueCreated)
            _set.Value.Dispose();
        _file.Dispose();
    }

    /// <summary>
    /// The name of the function that has the address. Compilers give static C++ functions no linkage name; then the symbol has it, and with it the parameters.
    /// </summary>
    private int ConcreteName(Svma address, int text, SourceFrames frames)
    {
        if (text != 0 && IsMangled(_answers.Text(text)))
            return Number(text, frames);
        var symbol = SymbolName(address);
        return text == 0 || IsMangled(symbol) ? frames.Intern(symbol) : Number(text, frames);
    }

    private static bool IsMangled(string name) => name.StartsWith("_Z", StringComparison.Ordinal) || name.StartsWith("_R", StringComparison.Ordinal);

    private string SymbolName(Svma address)
    {
        _symbols ??= OpenSymbols();
        return _symbols.TryFind(address, out var symbol) ? _symbols.Name(symbol.Index) : "";
    }

    private SymbolTable OpenSymbols()
    {
        try
        {
            return SymbolTable.Build(Image, _set.Value.Debug ?? _set.Value.Main, NameStyle.Ranked);
        }
        catch (BadDataException e)
        {
            _problems.Add(e.Message);
            return SymbolTable.Empty;
        }
    }

    private DebugFileSet Find(DebugFileOptions places) => new DebugFileFinder(places).Find(DebugFileRequest.For(Image, Path.GetFullPath(_file.Path)));

    private List<ISourceResolver> Open(DebugFileSet set, SourceIndexCache? cache)
    {
        var resolvers = new List<ISourceResolver>();
        SourceOpener.AddDwarf(resolvers, set.Dwarf ?? Image, set.DwarfFiles, _problems.Add);
        if (cache is not null && Image.BuildId.Length > 0 && resolvers is [DwarfInfo dwarf] && BuildIndex(dwarf, cache) is { } index)
            resolvers[0] = index;
        SourceOpener.AddGo(resolvers, Image, _problems.Add);
        return resolvers;
    }

    /// <summary>Makes the index of all units and stores it. Without one the DWARF itself answers.</summary>
    private SourceIndex? BuildIndex(DwarfInfo dwarf, SourceIndexCache cache)
    {
        try
        {
            var bytes = SourceIndex.Build(dwarf, []);
            if (bytes.Length == 0)
                return null;
            if (!cache.TryWrite(Image.BuildId.Span, bytes))
                _problems.Add("the index could not be stored; it is made again next time");
            return SourceIndex.Read(bytes);
        }
        catch (BadDataException e)
        {
            _problems.Add(e.Message);
            return null;
        }
    }

    private static SourceIndex? TryIndex(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return SourceIndex.Read(bytes);
        }
        catch (BadDataException)
        {
            // Of another version of this program: made anew.
            return null;
        }
    }

    private int Number(int text, SourceFrames frames)
    {
        while (_map.Count <= text)
            _map.Add(0);
        if (_map[text] == 0)
            _map[text] = frames.Intern(_answers.Text(text)) + 1;
        return _map[text] - 1;
    }
}
