using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Go;

/// <summary>Finds Go's function table in an ELF file: by section name, else by its magic number in read-only data of a file that a Go linker marked.</summary>
internal static class GoLocator
{
    /// <summary>Bytes of the header that <see cref="IsHeader"/> looks at.</summary>
    public const int HeaderBytes = 8;

    private static ReadOnlySpan<byte> GoNote => "Go\0\0"u8;

    /// <summary>Whether the Go linker made it, by itself or with another's help: then there is a table somewhere.</summary>
    public static bool IsGo(ElfImage image)
    {
        foreach (ref readonly var s in image.Sections)
        {
            if (s.Name is ".go.buildinfo" or ".note.go.buildid" || IsTableName(s.Name))
                return true;
        }

        foreach (ref readonly var s in image.Segments)
        {
            // namesz 4, descsz, type 4, "Go\0\0"
            var note = s.Type == PT_NOTE ? image.Image.ReadUpTo(s.Offset, 16).Span : default;
            if (note.Length == 16 && note[12..].SequenceEqual(GoNote))
                return true;
        }

        return false;
    }

    /// <summary>The sections that the table has to itself. External linkers put it into <c>.data.rel.ro</c> among other things.</summary>
    public static bool IsTableName(string section) => section is ".gopclntab" or ".data.rel.ro.gopclntab" or "__gopclntab";

    /// <summary>The section of the table, where it has one.</summary>
    public static bool TrySection(ElfImage image, out ElfSection section)
    {
        foreach (ref readonly var s in image.Sections)
        {
            if (IsTableName(s.Name) && s.Type == SHT_PROGBITS && s.Size > HeaderBytes)
            {
                section = s;
                return true;
            }
        }

        section = default;
        return false;
    }

    /// <summary>Where the table may be that has no section of its own: file ranges, by address those of loaded data that is not code.</summary>
    public static IEnumerable<(FileOffset Start, ulong Length)> Candidates(ElfImage image)
    {
        var ranges = new List<(FileOffset, ulong)>();
        foreach (ref readonly var s in image.Sections)
        {
            if (s.Name is ".rodata" or ".data.rel.ro" && s.Type == SHT_PROGBITS)
                ranges.Add((s.Offset, s.Size));
        }

        if (ranges.Count == 0)
        {
            foreach (ref readonly var s in image.Segments)
            {
                if (s.Type == PT_LOAD && !s.IsCode)
                    ranges.Add((s.Offset, s.FileSize));
            }
        }

        return ranges;
    }

    /// <summary>Offset of the first header in some bytes that begin at a multiple of 8 of the address space; -1 when there is none.</summary>
    public static int IndexOfHeader(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        // The table is aligned to 32, or to the pointer size at least. The byte that all magics begin (or end) with is rare enough.
        for (var at = 0; at + HeaderBytes <= bytes.Length; at += 8)
        {
            if (bytes[at + 1] == 0xff && IsHeader(bytes[at..], bigEndian))
                return at;
        }

        return -1;
    }

    /// <summary>Magic, two zero bytes, instruction quantum, pointer size.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bytes.Length >= HeaderBytes && TryVersion(bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes), out _) &&
        bytes[4] == 0 && bytes[5] == 0 && bytes[6] is 1 or 2 or 4 && bytes[7] is 4 or 8;

    /// <summary>The layout of a magic number.</summary>
    public static bool TryVersion(uint magic, out GoPclntabVersion version)
    {
        version = magic switch
        {
            0xfffffffb => GoPclntabVersion.Go12,
            0xfffffffa => GoPclntabVersion.Go116,
            0xfffffff0 => GoPclntabVersion.Go118,
            _ => GoPclntabVersion.Go120,
        };
        return version != GoPclntabVersion.Go120 || magic == 0xfffffff1;
    }
}
