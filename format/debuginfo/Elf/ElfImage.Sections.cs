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

    /// <summary>The section's content as it is meant, inflated where it is stored compressed; of <c>.debug_x</c> also where it is called <c>.zdebug_x</c>.</summary>
    /// <remarks>In a file that is not linked yet, what its relocations fill in is filled in: each section lies at 0.</remarks>
    /// <returns>False when there is no such section, its bytes are not at hand, or it holds none.</returns>
    /// <exception cref="BadDataException">It is compressed, and damaged or by a method that nobody here inflates (zstd needs a <see cref="Decompressor"/>).</exception>
    public bool TrySectionData(string name, out ReadOnlyMemory<byte> data)
    {
        data = default;
        return (TrySection(name, out var section) || name.StartsWith(".debug_", StringComparison.Ordinal) && TrySection(".z" + name[1..], out section)) && TrySectionData(section, out data);
    }

    /// <inheritdoc cref="TrySectionData(string, out ReadOnlyMemory{byte})"/>
    public bool TrySectionData(in ElfSection section, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (Type != ET_REL && TryInflateFromFile(section, out data))
            return true;
        if (!TryStoredData(section, out var stored))
            return false;
        data = (section.Flags & SHF_COMPRESSED) != 0 ? Inflate(section, stored)
            : section.Name.StartsWith(".zdebug_", StringComparison.Ordinal) ? InflateOld(section, stored) : stored;
        if (Type == ET_REL && (section.Flags & SHF_ALLOC) == 0)
            data = Relocate(section, data);
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
}
