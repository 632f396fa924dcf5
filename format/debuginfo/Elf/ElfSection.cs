using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>One section header (gABI, <c>Elf64_Shdr</c>), with its name.</summary>
public readonly struct ElfSection
{
    /// <summary>The name; empty when the name table is not at hand.</summary>
    public string Name { get; init; }

    /// <summary><c>sh_type</c>.</summary>
    public uint Type { get; init; }

    /// <summary><c>sh_flags</c>.</summary>
    public ulong Flags { get; init; }

    /// <summary><c>sh_addr</c>; 0 where the section is not loaded.</summary>
    public Svma Address { get; init; }

    /// <summary><c>sh_offset</c>.</summary>
    public FileOffset Offset { get; init; }

    /// <summary><c>sh_size</c>: bytes in the file (compressed size where compressed); in memory for SHT_NOBITS.</summary>
    public ulong Size { get; init; }

    /// <summary><c>sh_link</c>.</summary>
    public uint Link { get; init; }

    /// <summary><c>sh_info</c>.</summary>
    public uint Info { get; init; }

    /// <summary><c>sh_addralign</c>: 0 and 1 mean none.</summary>
    public ulong Alignment { get; init; }

    /// <summary><c>sh_entsize</c>.</summary>
    public ulong EntrySize { get; init; }

    /// <summary>Whether it holds instructions.</summary>
    public bool IsCode => (Flags & ElfConstants.SHF_EXECINSTR) != 0;
}
