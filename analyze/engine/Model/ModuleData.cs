using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Kernel;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Model;

/// <summary>The tables of one module, each opened when it is first asked for. Any thread may ask.</summary>
internal sealed class ModuleData
{
    private readonly Lazy<ElfImage?> _image;
    private readonly Lazy<UnwindTable?> _unwind;
    private readonly Lazy<FunctionStarts?> _functionStarts;
    private readonly Lazy<SymbolTable?> _symbols;
    private readonly Lazy<Kallsyms?> _kallsyms;
    private readonly Lazy<PerfMap?> _perfMap;

    /// <param name="module">Whose tables; its <see cref="TraceModule.SnapshotProblem"/> is written when they turn out damaged.</param>
    /// <param name="snapshot">Gives the snapshot's bytes, or null when the trace has none; may throw <see cref="BadDataException"/>.</param>
    /// <param name="debugFile">Gives the separate debug file's bytes, or null when the trace has none.</param>
    /// <param name="format">What the bytes are, where there is a choice: <c>kallsyms-text</c> or <c>kallsyms-compact</c>.</param>
    public ModuleData(TraceModule module, Func<SparseImage?> snapshot, Func<SparseImage?> debugFile, string format = "")
    {
        Module = module;
        _image = new(() => Guarded(() => module.Kind is ModuleKind.Elf or ModuleKind.Vdso && snapshot() is { } image ? ElfImage.Parse(image, module.Path) : null));
        _unwind = new(() => Guarded(BuildUnwind));
        _functionStarts = new(() => Guarded(() => Image is { } image ? FunctionStarts.Build(image) : null));
        _symbols = new(() => Guarded(() => Image is { } image ? SymbolTable.Build(image, Guarded(() => debugFile() is { } bytes ? ElfImage.Parse(bytes, module.Path) : null)) : null));
        _kallsyms = new(() => Guarded(() => module.Kind == ModuleKind.Kernel && Whole(snapshot()) is { } bytes ? ReadKallsyms(bytes, format) : null));
        _perfMap = new(() => Guarded(() => module.Kind == ModuleKind.Jit && Whole(snapshot()) is { } bytes ? PerfMap.Parse(bytes) : null));
    }

    public TraceModule Module { get; }

    public ElfImage? Image => _image.Value;

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

    private static Kallsyms ReadKallsyms(ReadOnlyMemory<byte> bytes, string format) =>
        format == "kallsyms-text" ? Kallsyms.Parse(bytes.Span) : Kallsyms.ReadCompact(bytes);

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
