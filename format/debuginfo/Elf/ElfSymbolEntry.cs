using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>One entry of a symbol table as it is stored (gABI, <c>Elf64_Sym</c>).</summary>
public readonly struct ElfSymbolEntry
{
    /// <summary><c>st_name</c>: where the name begins in the table's string section.</summary>
    public uint NameOffset { get; init; }

    /// <summary><c>st_value</c>.</summary>
    public Svma Value { get; init; }

    /// <summary><c>st_size</c>.</summary>
    public ulong Size { get; init; }

    /// <summary><c>ELF64_ST_TYPE(st_info)</c>: STT_FUNC…</summary>
    public byte Type { get; init; }

    /// <summary><c>ELF64_ST_BIND(st_info)</c>: STB_GLOBAL…</summary>
    public byte Binding { get; init; }

    /// <summary><c>st_other</c>: visibility in the low two bits.</summary>
    public byte Other { get; init; }

    /// <summary>
    /// The section; where <c>st_shndx</c> is SHN_XINDEX, what SHT_SYMTAB_SHNDX says. The reserved numbers from SHN_LORESERVE on stand above every real one:
    /// SHN_ABS is 0xfffffff1 here.
    /// </summary>
    public uint Section { get; init; }

    /// <summary>Whether it lies in a section of this file: defined, not absolute, not common.</summary>
    public bool IsInSection => Section is not 0 and < 0xffffff00;
}
