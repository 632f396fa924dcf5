using TraceKit.Binary;
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
    private readonly DebugFileSet _set;
    private readonly SourceResolvers _resolvers;
    private readonly List<string> _problems = [];
    private SymbolTable? _symbols;

    private FileSymbolizer(ElfOnDisk file, DebugFileOptions places)
    {
        _file = file;
        _set = new DebugFileFinder(places).Find(DebugFileRequest.For(file.Image, Path.GetFullPath(file.Path)));
        _resolvers = new SourceResolvers(Open());
    }

    /// <summary>The file.</summary>
    public ElfImage Image => _file.Image;

    /// <summary>Its separate debug file; null when there is none or it has everything itself.</summary>
    public ElfImage? DebugImage => _set.Debug;

    /// <summary>Places of debug files that were looked at, and what came of it.</summary>
    public IReadOnlyList<DebugFileAttempt> Tried => _set.Tried;

    /// <summary>What is damaged or was not found, in words.</summary>
    public IEnumerable<string> Problems => [.. _problems, .. _set.Missing];

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="places">Where its separate debug file may be.</param>
    /// <exception cref="BadDataException">It is no ELF file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileSymbolizer Open(string path, DebugFileOptions places)
    {
        if (ElfOnDisk.TryOpen(path, out var outcome, out var detail) is { } file)
            return new FileSymbolizer(file, places);
        if (outcome == DebugFileOutcome.NotUsable)
            throw new BadDataException(path, "ELF header", 0, BadDataCode.NotThisFormat, "an ELF file", detail.Length > 0 ? detail : "something else");
        throw new IOException($"{path}: {(detail.Length > 0 ? detail : outcome == DebugFileOutcome.NotThere ? "no such file" : "cannot be read")}");
    }

    /// <summary>Adds one chain for each address, innermost function first; an empty one where nothing is known.</summary>
    /// <param name="addresses">Ascending.</param>
    /// <param name="frames">Gets the chains; what it had stays.</param>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        var answers = new SourceFrames();
        _resolvers.Resolve(addresses, answers);
        for (var i = 0; i < addresses.Length; i++)
        {
            var chain = answers[i];
            for (var level = 0; level < chain.Length; level++)
            {
                var frame = chain[level];
                var name = level == chain.Length - 1 && frame.Name == 0 ? SymbolName(addresses[i]) : answers.Text(frame.Name);
                frames.Add(frame with { Name = frames.Intern(name), File = frames.Intern(answers.Text(frame.File)) });
            }

            if (chain.IsEmpty && SymbolName(addresses[i]) is { Length: > 0 } symbol)
                frames.Add(new SourceFrame(frames.Intern(symbol), 0, 0, 0));
            frames.EndAddress();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _set.Dispose();
        _file.Dispose();
    }

    private string SymbolName(Svma address)
    {
        _symbols ??= OpenSymbols();
        return _symbols.TryFind(address, out var symbol) ? _symbols.Name(symbol.Index) : "";
    }

    private SymbolTable OpenSymbols()
    {
        try
        {
            return SymbolTable.Build(Image, _set.Debug ?? _set.Main);
        }
        catch (BadDataException e)
        {
            _problems.Add(e.Message);
            return SymbolTable.Empty;
        }
    }

    private List<ISourceResolver> Open()
    {
        var resolvers = new List<ISourceResolver>();
        var dwarf = _set.Dwarf ?? Image;
        SourceOpener.AddDwarf(resolvers, dwarf, _set.DwarfFiles, _problems.Add);
        SourceOpener.AddGo(resolvers, Image, _problems.Add);
        return resolvers;
    }
}
