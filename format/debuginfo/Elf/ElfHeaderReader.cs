using System.Buffers.Binary;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>
/// Opens an ELF file by reading only what describes it: headers, section names, notes, dynamic table, debuglink. A few kilobytes, a dozen reads.
/// </summary>
/// <remarks>The result knows build-id, sections and segments, and is what <see cref="ElfSnapshotPlan"/> plans from.</remarks>
public static class ElfHeaderReader
{
    /// <summary>More headers than this are refused: the largest seen (a -ffunction-sections object) has 7 MB.</summary>
    private const ulong MaximumHeaderBytes = 64 << 20;

    /// <summary>Reads the descriptive parts of a file.</summary>
    /// <param name="read">Reads from the file.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="BadDataException">Not ELF, cut short, over a limit, or the file could not be read where its own header points.</exception>
    public static ElfImage Read(ReadAt read, ulong length, string name)
    {
        var pieces = new List<FileExtent>();
        var header = Take(pieces, read, length, 0, Math.Min(length, 64), name);
        if (header.Length < 52 || !header[..4].SequenceEqual((ReadOnlySpan<byte>)[0x7f, 0x45, 0x4c, 0x46]))
            return ElfImage.Parse(new SparseImage(length, [.. pieces]), name); // says what is wrong

        // The two header tables; the rest of the header is the parser's business.
        var is64 = header[4] == ELFCLASS64;
        var big = header[5] == ELFDATA2MSB;
        ulong phoff = Word(header, is64 ? 32 : 28, is64, big), shoff = Word(header, is64 ? 40 : 32, is64, big);
        uint phentsize = Half(header, is64 ? 54 : 42, big), phnum = Half(header, is64 ? 56 : 44, big);
        uint shentsize = Half(header, is64 ? 58 : 46, big), shnum = Half(header, is64 ? 60 : 48, big);
        if (shoff != 0 && shentsize >= (is64 ? 64 : 40) && (shnum == 0 || phnum == PN_XNUM))
        {
            Span<byte> first = stackalloc byte[is64 ? 64 : 40];
            if (shoff < length && read(shoff, first))
            {
                shnum = shnum == 0 ? (uint)Math.Min(Word(first, is64 ? 32 : 20, is64, big), uint.MaxValue) : shnum;
                phnum = phnum == PN_XNUM ? Word32(first, is64 ? 44 : 28, big) : phnum;
            }
        }

        if (phoff != 0)
            Take(pieces, read, length, phoff, (ulong)phentsize * phnum, name);
        if (shoff != 0)
            Take(pieces, read, length, shoff, (ulong)shentsize * shnum, name);

        // Now sections and segments are known, still without names; fetch what names and identifies them.
        var bare = ElfImage.Parse(new SparseImage(length, Merge(pieces)), name);
        if (bare.SectionNamesIndex < (uint)bare.Sections.Length)
            Take(pieces, read, length, bare.Sections[(int)bare.SectionNamesIndex], name);
        foreach (ref readonly var s in bare.Segments)
        {
            if (s.Type == PT_NOTE || s.Type == PT_DYNAMIC || s.Type == PT_GNU_EH_FRAME && bare.SectionsDerived)
                Take(pieces, read, length, s.Offset.Value, Math.Min(s.FileSize, s.Type == PT_GNU_EH_FRAME ? 16UL : 1UL << 20), name);
        }

        foreach (ref readonly var s in bare.Sections)
        {
            if (s.Type == SHT_NOTE && s.Size <= 4096)
                Take(pieces, read, length, s, name);
        }

        var named = ElfImage.Parse(new SparseImage(length, Merge(pieces)), name);
        var links = named.TrySection(".gnu_debuglink", out var link) | named.TrySection(".gnu_debugaltlink", out var alternate);
        if (links)
        {
            if (link.Size <= 4096)
                Take(pieces, read, length, link, name);
            if (alternate.Size <= 8192)
                Take(pieces, read, length, alternate, name);
        }
        else if (named.SectionsDerived && named.TrySection(".dynamic", out var dynamic))
        {
            TakeHash(pieces, read, length, named, dynamic, name);
        }
        else
        {
            return named;
        }

        return ElfImage.Parse(new SparseImage(length, Merge(pieces)), name);
    }

    private static void TakeHash(List<FileExtent> pieces, ReadAt read, ulong length, ElfImage image, in ElfSection dynamic, string name)
    {
        // The number of dynamic symbols stands only in the hash tables.
        foreach (var tag in (ReadOnlySpan<long>)[DT_HASH, DT_GNU_HASH])
        {
            if (image.TryDynamicValue(dynamic, tag, out var address) && image.TryToFileOffset(new Svma(address), out var at))
                Take(pieces, read, length, at.Value, Math.Min(1UL << 20, length - Math.Min(length, at.Value)), name);
        }
    }

    private static void Take(List<FileExtent> pieces, ReadAt read, ulong length, in ElfSection section, string name)
    {
        if (section.Type != SHT_NOBITS)
            Take(pieces, read, length, section.Offset.Value, section.Size, name);
    }

    /// <summary>What lies after the end of the file is left out: the parser then says what is missing.</summary>
    private static ReadOnlySpan<byte> Take(List<FileExtent> pieces, ReadAt read, ulong length, ulong offset, ulong size, string name)
    {
        if (offset >= length || size == 0)
            return default;
        size = Math.Min(size, length - offset);
        if (size > MaximumHeaderBytes)
            throw new BadDataException(name, "headers", offset, BadDataCode.LimitExceeded, $"at most {MaximumHeaderBytes} bytes", $"{size}");
        var bytes = new byte[size];
        if (!read(offset, bytes))
            throw new BadDataException(name, "", offset, BadDataCode.Truncated, $"{size} bytes", "a file that cannot be read there");
        pieces.Add(new FileExtent(new FileOffset(offset), bytes));
        return bytes;
    }

    /// <summary>Sorted, and cut so that none overlaps: notes are segments and sections at once.</summary>
    private static FileExtent[] Merge(List<FileExtent> pieces)
    {
        pieces.Sort(static (a, b) => a.Offset.Value.CompareTo(b.Offset.Value));
        var merged = new List<FileExtent>(pieces.Count);
        ulong end = 0;
        foreach (var piece in pieces)
        {
            var skip = end > piece.Offset.Value ? end - piece.Offset.Value : 0;
            if (skip >= (ulong)piece.Bytes.Length)
                continue;
            merged.Add(new FileExtent(new FileOffset(piece.Offset.Value + skip), piece.Bytes[(int)skip..]));
            end = piece.Offset.Value + (ulong)piece.Bytes.Length;
        }

        return [.. merged];
    }

    private static ulong Word(ReadOnlySpan<byte> header, int at, bool is64, bool big) =>
        !is64 ? Word32(header, at, big) :
        big ? BinaryPrimitives.ReadUInt64BigEndian(header[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(header[at..]);

    private static uint Word32(ReadOnlySpan<byte> header, int at, bool big) =>
        big ? BinaryPrimitives.ReadUInt32BigEndian(header[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[at..]);

    private static ushort Half(ReadOnlySpan<byte> header, int at, bool big) =>
        header.Length < at + 2 ? (ushort)0 :
        big ? BinaryPrimitives.ReadUInt16BigEndian(header[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(header[at..]);
}
