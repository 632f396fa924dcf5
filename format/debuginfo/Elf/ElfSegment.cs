using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>One program header (gABI, <c>Elf64_Phdr</c>).</summary>
public readonly struct ElfSegment
{
    /// <summary><c>p_type</c>.</summary>
    public uint Type { get; init; }

    /// <summary><c>p_flags</c>.</summary>
    public uint Flags { get; init; }

    /// <summary><c>p_offset</c>.</summary>
    public FileOffset Offset { get; init; }

    /// <summary><c>p_vaddr</c>.</summary>
    public Svma Address { get; init; }

    /// <summary><c>p_filesz</c>.</summary>
    public ulong FileSize { get; init; }

    /// <summary><c>p_memsz</c>.</summary>
    public ulong MemorySize { get; init; }

    /// <summary><c>p_align</c>.</summary>
    public ulong Alignment { get; init; }

    /// <summary>Whether it is loaded and executable.</summary>
    public bool IsCode => Type == ElfConstants.PT_LOAD && (Flags & ElfConstants.PF_X) != 0;
}
