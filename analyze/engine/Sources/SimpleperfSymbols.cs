using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>The symbols that simpleperf stores beside its samples, in the forms that every other part reads: as an ELF file, or as text of kallsyms.</summary>
internal static class SimpleperfSymbols
{
    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;
    private const int SectionBytes = 64;
    private const int SymbolBytes = 24;

    /// <summary>More than any file has: where its code ends is not told.</summary>
    private const ulong CodeBytes = 1UL << 40;

    /// <summary>Lines of <c>/proc/kallsyms</c>: simpleperf's addresses of the kernel are those in memory.</summary>
    public static byte[] ToKallsyms(SimpleperfFile file)
    {
        var text = new StringBuilder();
        foreach (var symbol in file.Symbols)
            text.Append(CultureInfo.InvariantCulture, $"{symbol.Address:x16} T {symbol.Name}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A shared object with one segment, where the file's code is, and a table of these symbols.</summary>
    /// <remarks>gABI: header, one program header, names, symbols, section headers: null, .text (without content), .strtab, .symtab, .shstrtab.</remarks>
    public static byte[] ToElf(SimpleperfFile file)
    {
        ReadOnlySpan<byte> sectionNames = "\0.text\0.strtab\0.symtab\0.shstrtab\0"u8;
        var names = new MemoryStream();
        names.WriteByte(0);
        var symbols = new byte[(file.Symbols.Count + 1) * SymbolBytes];
        for (var i = 0; i < file.Symbols.Count; i++)
        {
            var symbol = file.Symbols[i];
            var entry = symbols.AsSpan((i + 1) * SymbolBytes, SymbolBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)names.Length);
            entry[4] = 0x12; // STB_GLOBAL, STT_FUNC
            BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], 1);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], symbol.Address);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], symbol.Size);
            names.Write(Encoding.UTF8.GetBytes(symbol.Name));
            names.WriteByte(0);
        }

        var namesAt = HeaderBytes + SegmentBytes;
        var symbolsAt = (namesAt + (int)names.Length + 7) & ~7;
        var sectionNamesAt = symbolsAt + symbols.Length;
        var sectionsAt = (sectionNamesAt + sectionNames.Length + 7) & ~7;
        var image = new byte[sectionsAt + (5 * SectionBytes)];
        names.ToArray().CopyTo(image, namesAt);
        symbols.CopyTo(image, symbolsAt);
        sectionNames.CopyTo(image.AsSpan(sectionNamesAt));

        // The segment says how addresses of the file and offsets in it belong together; it need not have its bytes.
        WriteHeader(image, sectionsAt);
        WriteSegment(image.AsSpan(HeaderBytes), file.MinimumOffset, file.MinimumAddress);
        var sections = image.AsSpan(sectionsAt);
        WriteSection(sections[SectionBytes..], 1, 8, 6, file.MinimumAddress, 0, CodeBytes, 0, 0);
        WriteSection(sections[(2 * SectionBytes)..], 7, 3, 0, 0, namesAt, (ulong)names.Length, 0, 0);
        WriteSection(sections[(3 * SectionBytes)..], 15, 2, 0, 0, symbolsAt, (ulong)symbols.Length, 2, SymbolBytes);
        WriteSection(sections[(4 * SectionBytes)..], 23, 3, 0, 0, sectionNamesAt, (ulong)sectionNames.Length, 0, 0);
        return image;
    }

    private static void WriteHeader(Span<byte> image, int sectionsAt)
    {
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(image);
        BinaryPrimitives.WriteUInt16LittleEndian(image[16..], 3); // ET_DYN
        BinaryPrimitives.WriteUInt16LittleEndian(image[18..], 183); // EM_AARCH64: nothing but the symbols is asked of it
        BinaryPrimitives.WriteUInt32LittleEndian(image[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(image[32..], HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(image[40..], (ulong)sectionsAt);
        BinaryPrimitives.WriteUInt16LittleEndian(image[52..], HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(image[54..], SegmentBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(image[56..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(image[58..], SectionBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(image[60..], 5);
        BinaryPrimitives.WriteUInt16LittleEndian(image[62..], 4);
    }

    private static void WriteSegment(Span<byte> segment, ulong offset, ulong address)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1); // PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5); // PF_R | PF_X
        BinaryPrimitives.WriteUInt64LittleEndian(segment[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], CodeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], CodeBytes);
    }

    private static void WriteSection(Span<byte> section, uint name, uint type, ulong flags, ulong address, int offset, ulong size, uint link, ulong entrySize)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(section, name);
        BinaryPrimitives.WriteUInt32LittleEndian(section[4..], type);
        BinaryPrimitives.WriteUInt64LittleEndian(section[8..], flags);
        BinaryPrimitives.WriteUInt64LittleEndian(section[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(section[24..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(section[32..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(section[40..], link);
        BinaryPrimitives.WriteUInt64LittleEndian(section[56..], entrySize);
    }
}
