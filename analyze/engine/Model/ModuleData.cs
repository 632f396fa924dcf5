using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Model;

/// <summary>The tables of one module, each opened when it is first asked for. Any thread may ask.</summary>
internal sealed class ModuleData
{
    private readonly Lazy<ElfImage?> _own;
    private readonly Lazy<ElfImage?> _ownDebug;
    private readonly Lazy<DebugFileSet?> _outside;
    private readonly Lazy<UnwindTable?> _unwind;
    private readonly Lazy<FunctionStarts?> _functionStarts;
    private readonly Lazy<SymbolTable?> _symbols;
    private readonly Lazy<SymbolTable?> _variables;
    private readonly Lazy<KernelText?> _kernelText;
    private readonly Func<ulong[]?, Kallsyms?> _openKallsyms;
    private volatile bool _kernelIsOutside;
    private readonly Lazy<JitTimeline?> _jit;
    private readonly Lazy<JitCode?> _jitCode;
    private readonly Lazy<IReadOnlyList<ISourceResolver>> _ownSource;
    private readonly Lazy<SourceResolvers> _source;
    private readonly Lock _sourceGate = new();

    /// <param name="module">Whose tables; its <see cref="TraceModule.SnapshotProblem"/> is written when they turn out damaged.</param>
    /// <param name="pieces">Where they come from.</param>
    public ModuleData(TraceModule module, ModulePieces pieces)
    {
        Module = module;
        Code = new Unwinding.ModuleCode(this);
        var isFile = module.Kind is ModuleKind.Elf or ModuleKind.Vdso;
        _own = new(() => isFile ? Guarded(() => pieces.Snapshot() is { } image ? ElfImage.Parse(image, module.Path, Decompressor.Instance) : null) : null);
        _ownDebug = new(() => Guarded(() => pieces.DebugFile() is { } bytes ? ElfImage.Parse(bytes, module.Path, Decompressor.Instance) : null));
        _outside = new(() => isFile ? pieces.Outside(_own.Value) : null);
        _unwind = new(() => Guarded(BuildUnwind));
        _functionStarts = new(() => Guarded(() => Image is { } image ? FunctionStarts.Build(image) : null));
        _symbols = new(() => Guarded(() => Image is { } image ? BuildSymbols(image, SymbolTable.Build) : null));
        _variables = new(() => Guarded(() => Image is { } image ? BuildSymbols(image, SymbolTable.BuildData) : null));
        _kernelText = new(() => module.Kind == ModuleKind.Kernel ? pieces.KernelText() : null);
        _openKallsyms = addresses =>
        {
            var own = Whole(pieces.Snapshot()) is { } bytes ? ReadKallsyms(bytes, pieces.Format, addresses) : null;
            if (own is { State: KallsymsState.Present } || _kernelText.Value is not { } found)
                return own;
            _kernelIsOutside = true;
            return found.Read(read => addresses is null ? Kallsyms.Read(read) : Kallsyms.ReadNear(read, addresses));
        };
        _jit = new(() => Guarded(pieces.Timeline));
        _jitCode = new(() => Guarded(pieces.Memory));
        _ownSource = new(() => isFile || module.Kind == ModuleKind.Jit ? pieces.OwnSource(this) : []);
        _source = new(() => new SourceResolvers(isFile ? [.. _ownSource.Value, .. pieces.OutsideSource(this)] : _ownSource.Value));
    }

    public TraceModule Module { get; }

    /// <summary>The file: the recording's snapshot of it, else one of the same build beside it.</summary>
    public ElfImage? Image => _own.Value ?? Outside?.Main;

    /// <summary>What the recording has of the file.</summary>
    public ElfImage? OwnImage => _own.Value;

    /// <summary>What the recording has of its separate debug file.</summary>
    public ElfImage? OwnDebugImage => _ownDebug.Value;

    /// <summary>Whether anything at hand says how to unwind through it.</summary>
    public bool HasUnwind => OwnImage?.HasUnwind() == true || OwnDebugImage?.HasUnwind() == true || Outside?.Main?.HasUnwind() == true || Outside?.Debug?.HasUnwind() == true;

    /// <summary>The files of the same build beside the recording; null when nobody said where to look.</summary>
    public DebugFileSet? Outside => _outside.Value;

    public UnwindTable? Unwind => _unwind.Value;

    /// <summary>Instructions of the file, where it is at hand whole.</summary>
    public Unwinding.ModuleCode Code { get; }

    /// <summary>Apart from <see cref="Unwind"/>, which takes several times as long and which frame pointers do not need.</summary>
    public FunctionStarts? FunctionStarts => _functionStarts.Value;

    public SymbolTable? Symbols => _symbols.Value;

    /// <summary>Variables of the file, where they are at hand: snapshots have functions only.</summary>
    public SymbolTable? Variables => _variables.Value;

    /// <summary>Of the kernel: its symbols, or of them those that some addresses (ascending) need.</summary>
    public Kallsyms? OpenKallsyms(ulong[]? addresses) => Module.Kind == ModuleKind.Kernel ? Guarded(() => _openKallsyms(addresses)) : null;

    /// <summary>Text of the kernel's symbols that was found beside the recording, once they are open; null when it has its own, or nothing was found.</summary>
    public KernelText? KernelText => _kernelIsOutside ? _kernelText.Value : null;

    /// <summary>Of JIT code: what each address meant when.</summary>
    public JitTimeline? Jit => _jit.Value;

    /// <summary>Of JIT code: its bytes.</summary>
    public JitCode? JitCode => _jitCode.Value;

    private UnwindTable? BuildUnwind()
    {
        if (Image is not { } image)
            return null;
        if (!image.HasUnwind() && (OwnDebugImage?.HasUnwind() == true ? OwnDebugImage : Outside?.Main ?? Outside?.Debug) is { } whole)
            image = whole;
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

    /// <summary>Whether <see cref="ResolveSource"/> answers an address without opening a debug file.</summary>
    public bool IsSourceAtHand(Svma address)
    {
        var resolvers = _source.Value;
        lock (_sourceGate)
            return resolvers.IsAtHand(address);
    }

    /// <summary>The richest table that is at hand: a debug file has the symbols of functions that are not exported.</summary>
    private SymbolTable BuildSymbols(ElfImage image, Func<ElfImage, ElfImage?, ShownName?, SymbolTable> build)
    {
        if (OwnDebugImage is null && !image.HasBytes(".symtab") && Outside is { } set)
            return build(image, set.Debug ?? set.Main, NameStyle.Ranked);
        return build(image, OwnDebugImage, NameStyle.Ranked);
    }

    /// <summary>The same from what the recording itself has.</summary>
    public void ResolveOwnSource(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        var resolvers = new SourceResolvers(_ownSource.Value);
        lock (_sourceGate)
            resolvers.Resolve(addresses, frames);
    }

    private static Kallsyms ReadKallsyms(ReadOnlyMemory<byte> bytes, string format, ulong[]? addresses)
    {
        if (format == "kallsyms-text")
            return Kallsyms.Parse(bytes.Span);
        return addresses is null ? Kallsyms.ReadCompact(bytes) : Kallsyms.ReadCompactNear(bytes, addresses);
    }

    private static ReadOnlyMemory<byte>? Whole(SparseImage? image)
    {
        // Not as a conditional expression: there null would become an empty memory.
        if (image is not null && image.TryRead(default, image.Length, out var bytes))
            return bytes;
        return null;
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
