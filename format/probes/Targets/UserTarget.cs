using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Go;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

/// <summary>A program or library: its functions by every table it has, which of its bytes begin an instruction, and what must not be armed.</summary>
/// <remarks>Does no I/O: whoever opens files hands them in. Everything is read when it is first asked for. Not for several threads at once.</remarks>
public sealed partial class UserTarget : ProbeTarget
{
    private readonly ElfImage _image;
    private readonly UserTargetParts _parts;
    private readonly Dictionary<SourceLanguage, ICallingConvention> _conventions = [];
    private FunctionIndex? _index;
    private SymbolTable? _symbols;

    /// <summary>Over a file and what belongs to it.</summary>
    /// <param name="image">The file that runs.</param>
    /// <param name="parts">What else is at hand.</param>
    /// <exception cref="ProbeTargetException">It is no 64-bit x86 or ARM file that can run.</exception>
    public UserTarget(ElfImage image, UserTargetParts parts)
    {
        if (!image.Is64Bit || image.IsBigEndian || image.Machine is not (EM_X86_64 or EM_AARCH64))
            throw new ProbeTargetException($"{image.Name} is a file for {MachineName(image)}: probes are placed in 64-bit x86 and ARM files");
        if (image.Type is not (ET_EXEC or ET_DYN))
            throw new ProbeTargetException($"{image.Name} is no program or library: {(image.Type == ET_REL ? "an object file that is not linked yet" : image.Type == ET_CORE ? "a core file" : "not linked")}");
        _image = image;
        _parts = parts;
        IsGo = GoPclntab.IsGo(image);
    }

    /// <inheritdoc/>
    public override bool IsKernel => false;

    /// <inheritdoc/>
    public override string Name => _image.Name;

    /// <inheritdoc/>
    public override ushort Machine => _image.Machine;

    /// <inheritdoc/>
    public override bool IsGo { get; }

    /// <summary>The file.</summary>
    public ElfImage Image => _image;

    /// <inheritdoc/>
    public override IFunctionSource? Code => _parts.Code;

    /// <inheritdoc/>
    public override ISourcePlaces? Places => _parts.Places;

    /// <inheritdoc/>
    public override IReadOnlyList<IFunctionSource> Prototypes => _parts.Prototypes;

    /// <inheritdoc/>
    public override IReadOnlyList<ITypeSource> Types => _parts.Types;

    /// <inheritdoc/>
    public override ICallingConvention ConventionOf(DebugFunction? function)
    {
        var language = function?.Language ?? (IsGo ? SourceLanguage.Go : SourceLanguage.C);
        if (!_conventions.TryGetValue(language, out var convention))
            _conventions.Add(language, convention = CallingConvention.For(Machine, language, language == SourceLanguage.Go ? GoVersion.FindMinor(_image) : null));
        return convention;
    }

    /// <inheritdoc/>
    public override FileOffset? ToFileOffset(Svma address) => _image.TryToFileOffset(address, out var offset) ? offset : null;

    /// <inheritdoc/>
    public override Svma? ToAddress(FileOffset offset)
    {
        foreach (ref readonly var segment in _image.Segments)
        {
            if (segment.Type == PT_LOAD && (segment.Flags & PF_X) != 0 && offset.Value >= segment.Offset.Value && offset.Value - segment.Offset.Value < segment.FileSize)
                return new Svma(segment.Address.Value + (offset.Value - segment.Offset.Value));
        }

        return null;
    }

    /// <inheritdoc/>
    public override Svma? FindSymbol(string name)
    {
        var wanted = System.Text.Encoding.UTF8.GetBytes(name);
        Svma? local = null;
        foreach (var file in SymbolFiles())
        {
            for (var i = 0; i < file.Sections.Length; i++)
            {
                if (file.Sections[i].Type is not (SHT_SYMTAB or SHT_DYNSYM) || !ElfSymbols.TryRead(file, i, out var symbols))
                    continue;
                for (var k = 0; k < symbols.Count; k++)
                {
                    var s = symbols[k];
                    if (s.Type is not (STT_FUNC or STT_GNU_IFUNC or STT_OBJECT or STT_NOTYPE) || !s.IsInSection)
                        continue;
                    var bytes = symbols.NameBytes(s);
                    if (!bytes.StartsWith(wanted) || bytes.Length > wanted.Length && bytes[wanted.Length] != (byte)'@')
                        continue;
                    if (s.Binding != STB_LOCAL)
                        return s.Value;
                    local ??= s.Value;
                }
            }
        }

        return local;
    }

    private FunctionIndex Index => _index ??= FunctionIndex.Build(_image, [.. DebugFiles()]);

    private SymbolTable Symbols => _symbols ??= SymbolTable.Build(_image, _parts.DebugFile);

    private IEnumerable<ElfImage> SymbolFiles()
    {
        foreach (var file in DebugFiles())
            yield return file;
        yield return _image;
    }

    /// <summary>Files that keep the addresses of this one: else their symbols are another build's.</summary>
    private IEnumerable<ElfImage> DebugFiles()
    {
        if (_parts.DebugFile is { } debug && (debug.ImageBase == _image.ImageBase || debug.Segments.IsEmpty))
            yield return debug;
        if (_image.TryDebugData(out var inner) && (inner.ImageBase == _image.ImageBase || inner.Segments.IsEmpty))
            yield return inner;
    }

    private static string MachineName(ElfImage image) => image.Machine switch
    {
        EM_386 => "32-bit x86",
        EM_X86_64 => image.Is64Bit ? "x86-64" : "x32",
        EM_ARM => "32-bit ARM",
        EM_AARCH64 => image.IsBigEndian ? "big-endian AArch64" : "AArch64",
        EM_RISCV => "RISC-V",
        EM_PPC64 => "POWER",
        EM_S390 => "s390",
        EM_MIPS => "MIPS",
        _ => $"machine {image.Machine}",
    };
}
