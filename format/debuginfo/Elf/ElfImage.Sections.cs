using System.IO.Compression;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

public sealed partial class ElfImage
{
    /// <summary>The first section of that name.</summary>
    public bool TrySection(string name, out ElfSection section)
    {
        foreach (ref readonly var candidate in _sections.AsSpan())
        {
            if (candidate.Name == name)
            {
                section = candidate;
                return true;
            }
        }

        section = default;
        return false;
    }

    /// <summary>The section's content as it is meant, inflated where it is stored compressed.</summary>
    /// <returns>False when there is no such section, its bytes are not at hand, or it holds none.</returns>
    /// <exception cref="BadDataException">It is compressed, and damaged or by a method other than zlib.</exception>
    public bool TrySectionData(string name, out ReadOnlyMemory<byte> data)
    {
        data = default;
        return TrySection(name, out var section) && TrySectionData(section, out data);
    }

    /// <inheritdoc cref="TrySectionData(string, out ReadOnlyMemory{byte})"/>
    public bool TrySectionData(in ElfSection section, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (!TryStoredData(section, out var stored))
            return false;
        data = (section.Flags & SHF_COMPRESSED) != 0 ? Inflate(section, stored) : stored;
        return true;
    }

    /// <summary>
    /// The section's bytes as they stand in the file. Symbols, notes and whatever is loaded are never compressed; who reads only
    /// those needs no inflater (the capture agent).
    /// </summary>
    /// <returns>False when its bytes are not at hand, or it holds none.</returns>
    public bool TryStoredData(in ElfSection section, out ReadOnlyMemory<byte> data)
    {
        data = default;
        return section.Type is not (SHT_NOBITS or SHT_NULL) && section.Size != 0 && Image.TryRead(section.Offset, section.Size, out data);
    }

    /// <summary>As much of the section's stored bytes as the piece that holds its start has; for tables that stay useful when cut.</summary>
    internal ReadOnlyMemory<byte> StoredPrefix(in ElfSection section) =>
        section.Type == SHT_NOBITS ? default : Image.ReadUpTo(section.Offset, section.Size);

    // gABI "Section compression": Elf64_Chdr is ch_type u32, reserved u32, ch_size u64, ch_addralign u64; Elf32_Chdr three u32.
    private ReadOnlyMemory<byte> Inflate(in ElfSection section, ReadOnlyMemory<byte> stored)
    {
        var c = Cursor(stored.Span, section.Name);
        var method = c.ReadUInt32("ch_type");
        if (Is64Bit)
            c.ReadUInt32("ch_reserved");
        var size = ReadWord(ref c, "ch_size");
        ReadWord(ref c, "ch_addralign");
        if (method != ELFCOMPRESS_ZLIB)
            throw new BadDataException(Name, section.Name, 0, BadDataCode.Unsupported, "ELFCOMPRESS_ZLIB (1)", $"{method}");

        // zlib cannot expand by more than 1032 to 1: a larger claim is refused before anything is allocated.
        if (size > (ulong)c.Remaining * 1032 + 64 || size > int.MaxValue)
            throw new BadDataException(Name, section.Name, 0, BadDataCode.LimitExceeded, $"at most 1032 bytes from each of {c.Remaining}", $"{size}");
        var inflated = new byte[size];
        try
        {
            using var source = new MemoryStream(stored[c.Position..].ToArray(), writable: false);
            using var zlib = new ZLibStream(source, CompressionMode.Decompress);
            zlib.ReadExactly(inflated);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new BadDataException(Name, section.Name, (ulong)c.Position, BadDataCode.InvalidValue, $"zlib data of {size} bytes", e.Message);
        }

        return inflated;
    }
}
