using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Prototypes;

/// <summary>What a file with types is.</summary>
public enum TypesFileKind
{
    /// <summary>C text.</summary>
    Declarations,

    /// <summary>Raw BTF.</summary>
    Btf,

    /// <summary>An ELF file with DWARF.</summary>
    Dwarf,

    /// <summary>An ELF file with a <c>.BTF</c> section and no DWARF.</summary>
    ElfBtf,
}

/// <summary>A file of another that knows the types (<c>--types-from</c>): a program with DWARF, a module or BPF object with BTF, raw BTF, or a header of plain C declarations.</summary>
public sealed class TypesFile
{
    private TypesFile(TypesFileKind kind, ITypeSource types, IFunctionSource functions)
    {
        Kind = kind;
        Types = types;
        Functions = functions;
    }

    /// <summary>Opens the DWARF of an ELF file, whose separate debug file only who opens files can find; null when it has none.</summary>
    public delegate (ITypeSource Types, IFunctionSource Functions)? DwarfOpener(ElfImage image);

    /// <summary>What the file is.</summary>
    public TypesFileKind Kind { get; }

    /// <summary>Its types.</summary>
    public ITypeSource Types { get; }

    /// <summary>Its functions. Those of DWARF have code, which is that file's and not the target's: only what they take and return counts.</summary>
    public IFunctionSource Functions { get; }

    /// <summary>Whether bytes begin as an ELF file does: <see cref="Open(ElfImage, DwarfOpener, BtfFile)"/> takes those.</summary>
    public static bool IsElf(ReadOnlySpan<byte> start) => start.StartsWith("\u007fELF"u8);

    /// <summary>Opens a file that is no ELF file.</summary>
    /// <param name="data">All of it.</param>
    /// <param name="name">Its path.</param>
    /// <param name="others">Who knows the types that C text only names.</param>
    /// <param name="baseFile">What split BTF builds on.</param>
    /// <exception cref="PrototypeException">It is text, but no C declarations.</exception>
    /// <exception cref="BadDataException">It is BTF, and damaged; or it is neither.</exception>
    public static TypesFile Open(ReadOnlyMemory<byte> data, string name, IReadOnlyList<ITypeSource> others, BtfFile? baseFile = null)
    {
        if (BtfFile.IsBtf(data.Span))
        {
            var btf = BtfFile.Parse(data, name, baseFile);
            return new TypesFile(TypesFileKind.Btf, btf, btf);
        }

        if (data.Span.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(data.Span))
            throw new BadDataException(name, "", 0, BadDataCode.NotThisFormat, "an ELF file, BTF, or C declarations", "none of them");
        var declarations = CDeclarations.Parse(Encoding.UTF8.GetString(data.Span), name, others);
        return new TypesFile(TypesFileKind.Declarations, declarations, declarations);
    }

    /// <summary>Opens an ELF file: its DWARF, else its <c>.BTF</c>.</summary>
    /// <param name="image">The file.</param>
    /// <param name="dwarf">Opens DWARF.</param>
    /// <param name="baseFile">What split BTF builds on: of a kernel module the kernel's.</param>
    /// <exception cref="BadDataException">What it has is damaged, or it has neither.</exception>
    public static TypesFile Open(ElfImage image, DwarfOpener dwarf, BtfFile? baseFile = null)
    {
        if (dwarf(image) is { } found)
            return new TypesFile(TypesFileKind.Dwarf, found.Types, found.Functions);
        var btf = BtfFile.FromElf(image, baseFile)
            ?? throw new BadDataException(image.Name, "", 0, BadDataCode.NotThisFormat, "types: DWARF (.debug_info, or a separate debug file) or .BTF", "an ELF file without either");
        return new TypesFile(TypesFileKind.ElfBtf, btf, btf);
    }
}
