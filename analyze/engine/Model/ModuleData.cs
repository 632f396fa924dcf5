using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Model;

/// <summary>The tables of one module, each opened when it is first asked for. Any thread may ask.</summary>
internal sealed class ModuleData
{
    private readonly Lazy<ElfImage?> _image;
    private readonly Lazy<ElfImage?> _debugImage;
    private readonly Lazy<UnwindTable?> _unwind;
    private readonly Lazy<FunctionStarts?> _functionStarts;
    private readonly Lazy<SymbolTable?> _symbols;
    private readonly Lazy<Kallsyms?> _kallsyms;
    private readonly Lazy<PerfMap?> _perfMap;
    private readonly Lazy<SourceResolvers> _source;
    private readonly Lock _sourceGate = new();

    /// <param name="module">Whose tables; its <see cref="TraceModule.SnapshotProblem"/> is written when they turn out damaged.</param>
    /// <param name="pieces">Where they come from.</param>
    public ModuleData(TraceModule module, ModulePieces pieces)
    {
        Module = module;
        var isFile = module.Kind is ModuleKind.Elf or ModuleKind.Vdso;
        _image = new(() => isFile ? Guarded(() => pieces.Snapshot() is { } image ? ElfImage.Parse(image, module.Path) : null) ?? Quiet(pieces.OutsideFile) : null);
        _debugImage = new(() => Guarded(() => pieces.DebugFile() is { } bytes ? ElfImage.Parse(bytes, module.Path) : null) ?? Quiet(pieces.OutsideDebugFile));
        _unwind = new(() => Guarded(BuildUnwind));
        _functionStarts = new(() => Guarded(() => Image is { } image ? FunctionStarts.Build(image) : null));
        _symbols = new(() => Guarded(() => Image is { } image ? SymbolTable.Build(image, DebugImage) : null));
        _kallsyms = new(() => Guarded(() => module.Kind == ModuleKind.Kernel && Whole(pieces.Snapshot()) is { } bytes ? ReadKallsyms(bytes, pieces.Format) : null));
        _perfMap = new(() => Guarded(() => module.Kind == ModuleKind.Jit && Whole(pieces.Snapshot()) is { } bytes ? PerfMap.Parse(bytes) : null));
        _source = new(() => new SourceResolvers(isFile ? pieces.Source(this) : []));
    }

    public TraceModule Module { get; }

    public ElfImage? Image => _image.Value;

    /// <summary>The separate debug file: of the recording, else one that was found outside.</summary>
    public ElfImage? DebugImage => _debugImage.Value;

    public UnwindTable? Unwind => _unwind.Value;

    /// <summary>Apart from <see cref="Unwind"/>, which takes several times as long and which frame pointers do not need.</summary>
    public FunctionStarts? FunctionStarts => _functionStarts.Value;

    public SymbolTable? Symbols => _symbols.Value;

    public Kallsyms? Kallsyms => _kallsyms.Value;

    public PerfMap? PerfMap => _perfMap.Value;

    private UnwindTable? BuildUnwind()
    {
        if (Image is not { } image)
            return null;
        var rows = new UnwindRowList();
        if (KnownStarts.IsGo(image) && Symbols is { } symbols)
            KnownStarts.AddTo(symbols, rows);
        return UnwindTable.Build(image, rows);
    }

    /// <summary>Whether anything at hand knows lines or inlined functions of this module.</summary>
    public bool HasSource => _source.Value.Any;

    /// <summary>What debug information knows of addresses: one chain for each, empty where it knows nothing.</summary>
    /// <param name="addresses">Look-up addresses, ascending.</param>
    /// <param name="frames">Gets the chains.</param>
    public void ResolveSource(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        var resolvers = _source.Value;
        lock (_sourceGate)
            resolvers.Resolve(addresses, frames);
    }

    private static Kallsyms ReadKallsyms(ReadOnlyMemory<byte> bytes, string format) =>
        format == "kallsyms-text" ? Kallsyms.Parse(bytes.Span) : Kallsyms.ReadCompact(bytes);

    private static ReadOnlyMemory<byte>? Whole(SparseImage? image)
    {
        // Not as a conditional expression: there null would become an empty memory.
        if (image is not null && image.TryRead(default, image.Length, out var bytes))
            return bytes;
        return null;
    }

    /// <summary>Opens what somebody offers beside the recording: damage there says nothing about the recording.</summary>
    private static T? Quiet<T>(Func<T?> open)
        where T : class
    {
        try
        {
            return open();
        }
        catch (BadDataException)
        {
            return null;
        }
    }

    private T? Guarded<T>(Func<T?> open)
        where T : class
    {
        try
        {
            return open();
        }
        catch (BadDataException e)
        {
            Module.SnapshotProblem = e.Message;
            Module.Unresolved = UnresolvedReason.DamagedSnapshot;
            return null;
        }
    }
}
