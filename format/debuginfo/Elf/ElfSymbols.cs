using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>A symbol table as it is stored, entry by entry: what readelf lists. <see cref="SymbolTable"/> is made from such tables.</summary>
/// <remarks>Borrows the image's bytes. Immutable; safe for any number of readers.</remarks>
public sealed class ElfSymbols
{
    private readonly ReadOnlyMemory<byte> _table;
    private readonly ReadOnlyMemory<byte> _names;
    private readonly ReadOnlyMemory<byte> _extendedIndexes;
    private readonly int _entrySize;
    private readonly bool _is64Bit;
    private readonly bool _isBigEndian;

    private ElfSymbols(ElfImage image, ReadOnlyMemory<byte> table, ReadOnlyMemory<byte> names, ReadOnlyMemory<byte> extendedIndexes)
    {
        (_table, _names, _extendedIndexes) = (table, names, extendedIndexes);
        (_is64Bit, _isBigEndian) = (image.Is64Bit, image.IsBigEndian);
        _entrySize = image.Is64Bit ? 24 : 16;
        Count = table.Length / _entrySize;
    }

    /// <summary>Number of entries, the empty first one included.</summary>
    public int Count { get; }

    /// <summary>The string section that names stand in.</summary>
    public ReadOnlyMemory<byte> Names => _names;

    /// <summary>An entry.</summary>
    public ElfSymbolEntry this[int index]
    {
        get
        {
            // Elf64_Sym: name, info, other, shndx, value, size. Elf32_Sym: name, value, size, info, other, shndx.
            var s = _table.Span.Slice(index * _entrySize, _entrySize);
            var info = s[_is64Bit ? 4 : 12];
            uint section = UInt16(s[(_is64Bit ? 6 : 14)..]);
            if (section == SHN_XINDEX)
                section = (index + 1) * 4 <= _extendedIndexes.Length ? UInt32(_extendedIndexes.Span[(index * 4)..]) : 0;
            else if (section >= SHN_LORESERVE)
                section |= 0xffff0000;
            return new ElfSymbolEntry
            {
                NameOffset = UInt32(s),
                Value = new Svma(_is64Bit ? UInt64(s[8..]) : UInt32(s[4..])),
                Size = _is64Bit ? UInt64(s[16..]) : UInt32(s[8..]),
                Type = (byte)(info & 0xf),
                Binding = (byte)(info >> 4),
                Other = s[_is64Bit ? 5 : 13],
                Section = section,
            };
        }
    }

    /// <summary>Opens the symbol table that a section of type SHT_SYMTAB or SHT_DYNSYM is.</summary>
    /// <returns>False when it is of another type, or its bytes or those of its names are not at hand.</returns>
    public static bool TryRead(ElfImage image, int section, [NotNullWhen(true)] out ElfSymbols? symbols)
    {
        symbols = null;
        var sections = image.Sections;
        if ((uint)section >= (uint)sections.Length || sections[section].Type is not (SHT_SYMTAB or SHT_DYNSYM) || sections[section].Link >= (uint)sections.Length ||
            !image.TryStoredData(sections[section], out var table) || !image.TryStoredData(sections[(int)sections[section].Link], out var names))
        {
            return false;
        }

        // gABI "Section header", SHT_SYMTAB_SHNDX: sh_link says whose section numbers it extends.
        ReadOnlyMemory<byte> extended = default;
        for (var i = 0; i < sections.Length; i++)
        {
            if (sections[i].Type == SHT_SYMTAB_SHNDX && sections[i].Link == (uint)section && image.TryStoredData(sections[i], out extended))
                break;
        }

        symbols = new ElfSymbols(image, table, names, extended);
        return true;
    }

    /// <summary>The name's bytes, without the NUL; empty when it has none or its offset lies outside.</summary>
    public ReadOnlySpan<byte> NameBytes(in ElfSymbolEntry symbol)
    {
        if (symbol.NameOffset >= (uint)_names.Length)
            return default;
        var rest = _names.Span[(int)symbol.NameOffset..];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>The name as text; made anew on each call.</summary>
    public string Name(in ElfSymbolEntry symbol) => Encoding.UTF8.GetString(NameBytes(symbol));

    private ushort UInt16(ReadOnlySpan<byte> at) => _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    private uint UInt32(ReadOnlySpan<byte> at) => _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private ulong UInt64(ReadOnlySpan<byte> at) => _isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
}
