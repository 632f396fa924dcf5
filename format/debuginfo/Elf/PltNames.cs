using System.Buffers.Binary;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>Names the stubs of the procedure linkage table after the symbol whose GOT slot they jump through.</summary>
/// <remarks>
/// Each stub is decoded instead of counted, so lazy (<c>.plt</c>), IBT (<c>.plt.sec</c>) and non-lazy (<c>.plt.got</c>) tables of any linker name alike
/// (x86-64 psABI §5.2 and appendix on IBT).
/// </remarks>
internal sealed class PltNames
{
    private readonly List<byte> _names = [];
    private readonly Dictionary<ulong, uint> _slots = []; // GOT slot -> offset of "name@plt"
    private readonly List<uint> _lazy = []; // same, by index into .rela.plt; 0 = unnamed

    /// <summary>The stubs found.</summary>
    public List<Stub> Stubs { get; } = [];

    /// <summary>Their names, NUL-terminated.</summary>
    public ReadOnlyMemory<byte> Names { get; private set; }

    /// <summary>Reads what is at hand; an absent table leaves its stubs unnamed.</summary>
    public static PltNames Read(ElfImage image)
    {
        var plt = new PltNames();
        if (image.Machine != EM_X86_64 || image.IsBigEndian || !image.Is64Bit)
            return plt;
        plt._names.Add(0);
        if (!image.TrySection(".rela.plt", out var relocations) || !plt.ReadRelocations(image, relocations, 0, true))
            plt._lazy.Clear();
        if (image.TrySection(".plt.got", out _) && image.TrySection(".rela.dyn", out relocations))
        {
            // A snapshot has only what follows the RELATIVE ones.
            ulong skip = 0;
            if (image.TrySection(".dynamic", out var dynamic) && image.TryDynamicValue(dynamic, DT_RELACOUNT, out var count))
                skip = Math.Min(count, relocations.Size / 24) * 24;
            plt.ReadRelocations(image, relocations, skip, false);
        }

        foreach (ref readonly var section in image.Sections)
        {
            if (section.Name is ".plt" or ".plt.sec" or ".plt.got" && image.TryStoredData(section, out var code))
                plt.ReadStubs(code.Span, section);
        }

        plt.Names = plt._names.ToArray();
        return plt;
    }

    private bool ReadRelocations(ElfImage image, in ElfSection section, ulong skip, bool lazy)
    {
        if (section.Type != SHT_RELA || skip > section.Size || !image.Image.TryRead(new FileOffset(section.Offset.Value + skip), section.Size - skip, out var table))
            return false;
        ReadOnlyMemory<byte> symbols = default, names = default;
        var sections = image.Sections;
        if (section.Link < (uint)sections.Length && sections[(int)section.Link].Type is SHT_DYNSYM or SHT_SYMTAB &&
            image.TryStoredData(sections[(int)section.Link], out symbols) && sections[(int)section.Link].Link < (uint)sections.Length)
        {
            image.TryStoredData(sections[(int)sections[(int)section.Link].Link], out names);
        }

        // Elf64_Rela: offset, info (symbol << 32 | type), addend.
        for (var rela = table.Span; rela.Length >= 24; rela = rela[24..])
        {
            var slot = BinaryPrimitives.ReadUInt64LittleEndian(rela);
            var type = BinaryPrimitives.ReadUInt32LittleEndian(rela[8..]);
            var symbol = BinaryPrimitives.ReadUInt32LittleEndian(rela[12..]);
            uint name = 0;
            if (type == R_X86_64_IRELATIVE)
                name = AddName(System.Text.Encoding.ASCII.GetBytes($"*ABS*+0x{BinaryPrimitives.ReadUInt64LittleEndian(rela[16..]):x}")); // as objdump says
            else if (type is R_X86_64_JUMP_SLOT or R_X86_64_GLOB_DAT or R_X86_64_64 && symbol != 0 && (ulong)symbol * 24 + 24 <= (ulong)symbols.Length)
                name = AddName(CString(names.Span, BinaryPrimitives.ReadUInt32LittleEndian(symbols.Span[(int)(symbol * 24)..])));
            if (name != 0)
                _slots.TryAdd(slot, name);
            if (lazy)
                _lazy.Add(name);
        }

        return true;
    }

    private void ReadStubs(ReadOnlySpan<byte> code, in ElfSection section)
    {
        // .plt.got has 8-byte stubs, 16 with IBT; everything else 16. Old linkers leave sh_entsize wrong, so only 8 is believed.
        var size = section.Name == ".plt.got" && section.EntrySize == 8 ? 8 : 16;
        for (var at = 0; at + size <= code.Length; at += size)
        {
            var stub = code.Slice(at, size);
            var used = 0;
            if (stub.StartsWith((ReadOnlySpan<byte>)[0xf3, 0x0f, 0x1e, 0xfa])) // endbr64
                used = 4;
            if (stub[used] == 0xf2) // bnd
                used++;
            uint name = 0;
            if (used + 6 <= size && stub[used] == 0xff && stub[used + 1] == 0x25) // jmp *disp32(%rip)
            {
                var slot = section.Address.Value + (ulong)(at + used + 6) + (ulong)BinaryPrimitives.ReadInt32LittleEndian(stub[(used + 2)..]);
                _slots.TryGetValue(slot, out name);
            }
            else if (used + 5 <= size && stub[used] == 0x68) // push $index, jmp header: the lazy half of an IBT stub
            {
                var index = BinaryPrimitives.ReadUInt32LittleEndian(stub[(used + 1)..]);
                name = index < (uint)_lazy.Count ? _lazy[(int)index] : 0;
            }

            if (name != 0)
                Stubs.Add(new Stub(section.Address.Value + (ulong)at, (uint)size, name));
        }
    }

    private uint AddName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > InputLimits.NameBytes)
            return 0;
        var at = (uint)_names.Count;
        _names.AddRange(name);
        _names.AddRange("@plt\0"u8);
        return at;
    }

    private static ReadOnlySpan<byte> CString(ReadOnlySpan<byte> table, uint offset)
    {
        if (offset >= (uint)table.Length)
            return default;
        var rest = table[(int)offset..];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? default : rest[..end];
    }

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
