using System.Buffers.Binary;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>Names the stubs of the procedure linkage table after the symbol whose GOT slot they jump through.</summary>
/// <remarks>
/// Each stub is decoded instead of counted, so lazy (<c>.plt</c>), IBT (<c>.plt.sec</c>), MPX (<c>.plt.bnd</c>) and non-lazy (<c>.plt.got</c>) tables of any
/// linker name alike (x86-64 psABI §5.2 and appendix on IBT; i386 psABI §5.2; AArch64 with and without BTI and pointer authentication).
/// </remarks>
internal sealed partial class PltNames
{
    private readonly ElfImage _image;
    private readonly List<byte> _names = [];
    private readonly Dictionary<ulong, uint> _slots = []; // GOT slot -> offset of "name@plt"
    private readonly List<uint> _lazy = []; // same, by index into .rela.plt; 0 = unnamed

    private PltNames(ElfImage image) => _image = image;

    /// <summary>The stubs found.</summary>
    public List<Stub> Stubs { get; } = [];

    /// <summary>Their names, NUL-terminated.</summary>
    public ReadOnlyMemory<byte> Names { get; private set; }

    /// <summary>Reads what is at hand; an absent table leaves its stubs unnamed.</summary>
    public static PltNames Read(ElfImage image)
    {
        var plt = new PltNames(image);
        if (image.IsBigEndian || (image.Machine, image.Is64Bit) is not ((EM_X86_64 or EM_AARCH64, true) or (EM_386, false)))
            return plt;
        plt._names.Add(0);
        var rel = image.Machine == EM_386 ? ".rel" : ".rela";
        if (!image.TrySection(rel + ".plt", out var relocations) || !plt.ReadRelocations(relocations, 0, true))
            plt._lazy.Clear();
        if (image.TrySection(".plt.got", out _) && image.TrySection(rel + ".dyn", out relocations))
        {
            // A snapshot has only what follows the RELATIVE ones.
            ulong skip = 0, entry = image.Is64Bit ? 24u : 8u;
            if (image.TrySection(".dynamic", out var dynamic) && image.TryDynamicValue(dynamic, image.Is64Bit ? DT_RELACOUNT : DT_RELCOUNT, out var count))
                skip = Math.Min(count, relocations.Size / entry) * entry;
            plt.ReadRelocations(relocations, skip, false);
        }

        foreach (ref readonly var section in image.Sections)
        {
            if (section.Name is ".plt" or ".plt.sec" or ".plt.bnd" or ".plt.got" && image.TryStoredData(section, out var code))
            {
                if (image.Machine == EM_AARCH64)
                    plt.ReadArm64Stubs(code.Span, section);
                else
                    plt.ReadX86Stubs(code.Span, section);
            }
        }

        plt.Names = plt._names.ToArray();
        return plt;
    }

    // Elf64_Rela: offset, info (symbol << 32 | type), addend. Elf32_Rel: offset, info (symbol << 8 | type), each 32 bits; the addend stands in the slot.
    private bool ReadRelocations(in ElfSection section, ulong skip, bool lazy)
    {
        if (section.Type != (_image.Is64Bit ? SHT_RELA : SHT_REL) || skip > section.Size ||
            !_image.Image.TryRead(new FileOffset(section.Offset.Value + skip), section.Size - skip, out var table))
        {
            return false;
        }

        ElfSymbols.TryRead(_image, (int)Math.Min(section.Link, int.MaxValue), out var symbols);
        var step = _image.Is64Bit ? 24 : 8;
        for (var entry = table.Span; entry.Length >= step; entry = entry[step..])
        {
            ulong slot;
            uint type, symbol, name = 0;
            if (_image.Is64Bit)
            {
                slot = BinaryPrimitives.ReadUInt64LittleEndian(entry);
                type = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
                symbol = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            }
            else
            {
                slot = BinaryPrimitives.ReadUInt32LittleEndian(entry);
                type = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
                (symbol, type) = (type >> 8, type & 0xff);
            }

            if (IsIndirect(type))
                name = AddResolver(entry, slot);
            else if (IsSymbolic(type) && symbol != 0 && symbols is not null && symbol < (uint)symbols.Count)
                name = AddName(symbols.NameBytes(symbols[(int)symbol]));
            if (name != 0)
                _slots.TryAdd(slot, name);
            if (lazy)
                _lazy.Add(name);
        }

        return true;
    }

    private bool IsIndirect(uint type) => type == _image.Machine switch { EM_X86_64 => R_X86_64_IRELATIVE, EM_386 => R_386_IRELATIVE, _ => R_AARCH64_IRELATIVE };

    private bool IsSymbolic(uint type) => _image.Machine switch
    {
        EM_X86_64 => type is R_X86_64_JUMP_SLOT or R_X86_64_GLOB_DAT or R_X86_64_64,
        EM_386 => type is R_386_JMP_SLOT or R_386_GLOB_DAT or R_386_32,
        _ => type is R_AARCH64_JUMP_SLOT or R_AARCH64_GLOB_DAT or R_AARCH64_ABS64,
    };

    /// <summary>A slot that a resolver fills (IFUNC) has no name, only the resolver's address: written as objdump does.</summary>
    private uint AddResolver(ReadOnlySpan<byte> entry, ulong slot)
    {
        ulong resolver;
        if (_image.Is64Bit)
            resolver = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
        else if (_image.TryToFileOffset(new Svma(slot), out var at) && _image.Image.TryRead(at, 4, out var addend))
            resolver = BinaryPrimitives.ReadUInt32LittleEndian(addend.Span);
        else
            return 0;
        return AddName(System.Text.Encoding.ASCII.GetBytes($"*ABS*+0x{resolver:x}"));
    }

    private uint AddName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > InputLimits.NameBytes || _names.Count > MaximumNames)
            return 0;
        var at = (uint)_names.Count;
        _names.AddRange(name);
        _names.AddRange("@plt\0"u8);
        return at;
    }

    /// <summary>Bytes of all names: relocations that all name one long symbol must not add up.</summary>
    private const int MaximumNames = 64 << 20;

    /// <summary>One stub.</summary>
    internal readonly struct Stub(ulong address, uint size, uint name)
    {
        /// <summary>Stated address.</summary>
        public readonly ulong Address = address;

        /// <summary>Bytes.</summary>
        public readonly uint Size = size;

        /// <summary>Offset of its name.</summary>
        public readonly uint Name = name;
    }
}
