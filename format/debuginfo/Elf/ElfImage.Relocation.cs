using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>Debug sections of files that were not linked yet (<c>.o</c>, kernel modules): every offset and address in them is still to be filled in.</summary>
public sealed partial class ElfImage
{
    /// <summary>The section as the linker would make it if every section lay at its stated address (0). Untouched in linked files and where nothing refers to it.</summary>
    /// <exception cref="BadDataException">Something in it is of a kind not known here: read without it, names and addresses would be wrong ones.</exception>
    private ReadOnlyMemory<byte> Relocate(in ElfSection section, ReadOnlyMemory<byte> data)
    {
        byte[]? relocated = null;
        for (var i = 0; i < _sections.Length; i++)
        {
            ref readonly var r = ref _sections[i];
            if (r.Type is not (SHT_RELA or SHT_REL) || r.Info >= (uint)_sections.Length || !IsSame(_sections[(int)r.Info], section))
                continue;
            if (!TryStoredData(r, out var table) || !ElfSymbols.TryRead(this, (int)Math.Min(r.Link, int.MaxValue), out var symbols))
                throw new BadDataException(Name, r.Name, 0, BadDataCode.Truncated, "relocations and their symbols", "a file that does not have them");
            relocated ??= data.ToArray();
            Relocate(r, table.Span, symbols, relocated);
        }

        return relocated ?? data;
    }

    private static bool IsSame(in ElfSection a, in ElfSection b) => a.Offset == b.Offset && a.Size == b.Size && a.Name == b.Name && a.Type == b.Type;

    // Elf64_Rela: offset, info (symbol << 32 | type), addend. Elf32_Rela: offset, info (symbol << 8 | type), addend. Rel: without the addend, which stands in the section.
    private void Relocate(in ElfSection section, ReadOnlySpan<byte> table, ElfSymbols symbols, byte[] target)
    {
        var isRela = section.Type == SHT_RELA;
        var step = (Is64Bit ? 8 : 4) * (isRela ? 3 : 2);
        var c = Cursor(table, section.Name);
        while (c.Remaining >= step)
        {
            var at = c.Position;
            var place = ReadWord(ref c, "r_offset");
            var info = ReadWord(ref c, "r_info");
            var addend = isRela ? ReadWord(ref c, "r_addend") : 0;
            if (!Is64Bit)
                addend = (ulong)(int)(uint)addend;
            // 64-bit MIPS keeps symbol and types in this order whatever the byte order.
            var (symbol, type) = !Is64Bit ? ((uint)info >> 8, (uint)info & 0xff) : Machine != EM_MIPS ? ((uint)(info >> 32), (uint)info)
                : IsBigEndian ? ((uint)(info >> 32), (uint)info & 0xff) : ((uint)info, (uint)(info >> 56));
            var (kind, size) = ElfRelocationTypes.Find(Machine, type);
            if (kind == ElfRelocationKind.None)
                continue;
            if (kind == ElfRelocationKind.Unknown)
                throw new BadDataException(Name, section.Name, (ulong)at, BadDataCode.Unsupported, "a relocation type of debug sections", $"type {type} of machine {Machine}");
            if (place > (ulong)target.Length || (ulong)size > (ulong)target.Length - place || symbol >= (uint)symbols.Count)
                throw new BadDataException(Name, section.Name, (ulong)at, BadDataCode.InvalidValue, $"a place within {target.Length} bytes and one of {symbols.Count} symbols", $"0x{place:x}, symbol {symbol}");

            var bytes = target.AsSpan((int)place, size);
            var there = ReadSized(bytes);
            var s = symbols[(int)symbol];
            var value = s.Value.Value + (s.IsInSection && s.Section < (uint)_sections.Length ? _sections[(int)s.Section].Address.Value : 0) + (isRela ? addend : there);
            WriteSized(bytes, kind switch
            {
                ElfRelocationKind.Absolute => value,
                ElfRelocationKind.Relative => value - place,
                ElfRelocationKind.Add => there + value,
                _ => there - value,
            });
        }
    }

    private ulong ReadSized(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length; i++)
            value = value << 8 | bytes[IsBigEndian ? i : bytes.Length - 1 - i];
        return value;
    }

    private void WriteSized(Span<byte> bytes, ulong value)
    {
        for (var i = 0; i < bytes.Length; i++)
            bytes[IsBigEndian ? bytes.Length - 1 - i : i] = (byte)(value >> 8 * i);
    }
}
