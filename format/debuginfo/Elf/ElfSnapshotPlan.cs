using TraceKit.Binary;
using TraceKit.DebugInfo.Go;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>Decides which ranges of an ELF file a recording must carry, so that the file itself is not needed later.</summary>
/// <remarks>
/// The ranges keep their file offsets: a <see cref="SparseImage"/> of them parses as the file does. <c>.eh_frame_hdr</c> is left out
/// wherever section headers say where <c>.eh_frame</c> is: its search table is derived data.
/// </remarks>
public static class ElfSnapshotPlan
{
    /// <summary>
    /// Bytes of <c>.plt*</c> or of the symbolic tail of <c>.rela.dyn</c> above which PLT names are given up: the largest PLT seen has 0.2 MB.
    /// </summary>
    private const ulong MaximumPltBytes = 2 << 20;

    /// <summary>Code that a snapshot takes at most: the first so many bytes of the executable segments.</summary>
    public const ulong MaximumCodeBytes = 8 << 20;

    /// <summary>The ranges to copy, by offset, none overlapping, none past the end of the file.</summary>
    /// <param name="image">From <see cref="ElfHeaderReader.Read"/>, or a whole file.</param>
    /// <param name="parts">What the snapshot should allow.</param>
    public static SnapshotExtent[] Create(ElfImage image, ElfSnapshotParts parts) => Create(image, parts, null, ulong.MaxValue, out _);

    /// <summary>The ranges to copy, by offset, none overlapping, none past the end of the file, within a number of bytes.</summary>
    /// <param name="image">From <see cref="ElfHeaderReader.Read"/>, or a whole file.</param>
    /// <param name="parts">What the snapshot should allow.</param>
    /// <param name="read">Reads from the file: where Go's tables are stands only in other tables. Null leaves out what is found so.</param>
    /// <param name="maximumBytes">
    /// All ranges together. What is over is left out, whole sections, the largest first: source lines before code, code before unwinding
    /// tables, those before symbols. Headers and notes always stay.
    /// </param>
    /// <param name="leftOut">Names and sizes of what was left out for its size; null when nothing was.</param>
    public static SnapshotExtent[] Create(ElfImage image, ElfSnapshotParts parts, ReadAt? read, ulong maximumBytes, out string? leftOut)
    {
        var pieces = new List<Piece>();
        Add(pieces, image, Rank.Always, 0, 64, "ELF header");
        Add(pieces, image, Rank.Always, image.SegmentHeadersOffset.Value, image.SegmentHeadersSize, "program headers");
        if (!image.SectionsDerived)
            Add(pieces, image, Rank.Always, image.SectionHeadersOffset.Value, image.SectionHeadersSize, "section headers");
        foreach (ref readonly var s in image.Segments)
        {
            if (s.Type == PT_NOTE)
                Add(pieces, image, Rank.Always, s.Offset.Value, s.FileSize, "notes");
        }

        var sections = image.Sections;
        for (var i = 0; i < sections.Length; i++)
        {
            ref readonly var s = ref sections[i];
            if (s.Type is SHT_NOBITS or SHT_NULL)
                continue;
            if (i == image.SectionNamesIndex)
                Add(pieces, image, Rank.Always, s.Offset.Value, s.Size, s.Name);
            else if (IsWanted(s, parts, out var rank))
                Add(pieces, image, rank, s.Offset.Value, s.Size, s.Name);
            if ((parts & ElfSnapshotParts.Symbols) != 0 && s.Type is SHT_SYMTAB or SHT_DYNSYM)
            {
                Add(pieces, image, Rank.Symbols, s.Offset.Value, s.Size, s.Name);
                if (s.Link < (uint)sections.Length)
                    Add(pieces, image, Rank.Symbols, sections[(int)s.Link].Offset.Value, sections[(int)s.Link].Size, sections[(int)s.Link].Name);
            }
        }

        if ((parts & ElfSnapshotParts.Symbols) != 0)
            AddPltNames(pieces, image);
        if (read is not null && (parts & (ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind)) != 0)
        {
            foreach (var extent in GoSnapshotParts.Find(image, read, inlines: (parts & ElfSnapshotParts.GoInlines) != 0))
                Add(pieces, image, Rank.Symbols, extent.Offset.Value, extent.Length, extent.Name);
        }

        if ((parts & ElfSnapshotParts.Code) != 0 || ((parts & ElfSnapshotParts.CodeWithoutTables) != 0 && !HasUnwindTable(image)))
            AddCode(pieces, image);
        if (image.SectionsDerived)
            AddDerivation(pieces, image);
        leftOut = Bound(pieces, maximumBytes);
        return Cut(pieces);
    }

    private static bool IsWanted(in ElfSection s, ElfSnapshotParts parts, out Rank rank)
    {
        rank = Rank.Always;
        if (s.Type == SHT_NOTE)
            return s.Name != ".note.stapsdt" ? s.Size <= 4096 : (parts & ElfSnapshotParts.Probes) != 0;
        switch (s.Name)
        {
            case ".gnu_debuglink" or ".gnu_debugaltlink" or ".dynamic":
                return true;
            case ".gnu_debugdata" or ".gnu.version" or ".gnu.version_d" or ".gnu.version_r":
                rank = Rank.Symbols;
                return (parts & ElfSnapshotParts.Symbols) != 0;
            case ".gopclntab" or ".data.rel.ro.gopclntab":
                rank = Rank.Symbols;
                return (parts & (ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind)) != 0;
            case ".eh_frame" or ".debug_frame" or ".zdebug_frame":
                rank = Rank.Unwind;
                return (parts & ElfSnapshotParts.Unwind) != 0;
            case ".stapsdt.base":
                return (parts & ElfSnapshotParts.Probes) != 0;
            case ".debug_pubnames" or ".debug_pubtypes" or ".debug_gnu_pubnames" or ".debug_gnu_pubtypes" or ".debug_gdb_scripts":
                return false;
            default:
                rank = Rank.Lines;
                return (parts & ElfSnapshotParts.Lines) != 0 && (s.Name.StartsWith(".debug_", StringComparison.Ordinal) || s.Name.StartsWith(".zdebug_", StringComparison.Ordinal));
        }
    }

    /// <summary>Whether anything in the file says how to find a caller's frame; an <c>.eh_frame</c> that holds only its end does not.</summary>
    private static bool HasUnwindTable(ElfImage image)
    {
        foreach (ref readonly var s in image.Sections)
        {
            if (s.Type != SHT_NOBITS && s.Size > 8 && s.Name is ".eh_frame" or ".debug_frame" or ".zdebug_frame" or ".gopclntab" or ".data.rel.ro.gopclntab")
                return true;
        }

        return false;
    }

    private static void AddCode(List<Piece> pieces, ElfImage image)
    {
        var left = MaximumCodeBytes;
        foreach (ref readonly var s in image.Segments)
        {
            if (s.Type != PT_LOAD || !s.IsCode || left == 0)
                continue;
            var taken = Math.Min(s.FileSize, left);
            Add(pieces, image, Rank.Code, s.Offset.Value, taken, "code");
            left -= taken;
        }
    }

    /// <summary>The stubs (they say which GOT slot they jump through) and the relocations that name the slots.</summary>
    private static void AddPltNames(List<Piece> pieces, ElfImage image)
    {
        foreach (ref readonly var s in image.Sections)
        {
            if (s.Type == SHT_NOBITS || s.Size > MaximumPltBytes)
                continue;
            if (s.Name is ".plt" or ".plt.sec" or ".plt.got" or ".rela.plt")
                Add(pieces, image, Rank.Symbols, s.Offset.Value, s.Size, s.Name);
        }

        if (image.TrySection(".plt.got", out _) && image.TrySection(".rela.dyn", out var dyn))
        {
            // RELATIVE relocations come first and name nothing: libjvm has 7 MB of them.
            ulong skip = 0;
            if (image.TrySection(".dynamic", out var dynamic) && image.TryDynamicValue(dynamic, DT_RELACOUNT, out var count))
                skip = Math.Min(count, dyn.Size / 24) * 24;
            if (dyn.Size - skip <= MaximumPltBytes)
                Add(pieces, image, Rank.Symbols, dyn.Offset.Value + skip, dyn.Size - skip, ".rela.dyn");
        }
    }

    /// <summary>What the sections of a file without section headers are derived from.</summary>
    private static void AddDerivation(List<Piece> pieces, ElfImage image)
    {
        if (image.TrySection(".eh_frame_hdr", out var header))
            Add(pieces, image, Rank.Always, header.Offset.Value, Math.Min(header.Size, 16), ".eh_frame_hdr");
        if (!image.TrySection(".dynamic", out var dynamic))
            return;
        foreach (var tag in (ReadOnlySpan<long>)[DT_HASH, DT_GNU_HASH])
        {
            if (image.TryDynamicValue(dynamic, tag, out var address) && image.TryToFileOffset(new Svma(address), out var at))
                Add(pieces, image, Rank.Always, at.Value, Math.Min(1UL << 20, image.Image.Length - at.Value), tag == DT_HASH ? ".hash" : ".gnu.hash");
        }
    }

    private static void Add(List<Piece> pieces, ElfImage image, Rank rank, ulong offset, ulong length, string name)
    {
        var fileLength = image.Image.Length;
        if (offset < fileLength && length != 0)
            pieces.Add(new Piece(offset, Math.Min(length, fileLength - offset), rank, name));
    }

    /// <summary>Takes pieces out until the rest is small enough; their names and sizes.</summary>
    private static string? Bound(List<Piece> pieces, ulong maximumBytes)
    {
        ulong sum = 0;
        foreach (var piece in pieces)
            sum = sum + piece.Length < sum ? ulong.MaxValue : sum + piece.Length;
        string? leftOut = null;
        while (sum > maximumBytes)
        {
            var worst = -1;
            for (var i = 0; i < pieces.Count; i++)
            {
                if (pieces[i].Rank != Rank.Always && (worst < 0 || pieces[i].Rank > pieces[worst].Rank || (pieces[i].Rank == pieces[worst].Rank && pieces[i].Length > pieces[worst].Length)))
                    worst = i;
            }

            if (worst < 0)
                return leftOut;
            leftOut = (leftOut is null ? "" : leftOut + ", ") + $"{pieces[worst].Name} ({pieces[worst].Length} bytes)";
            sum -= pieces[worst].Length;
            pieces.RemoveAt(worst);
        }

        return leftOut;
    }

    /// <summary>Sorts, and shortens each range that begins inside an earlier one.</summary>
    private static SnapshotExtent[] Cut(List<Piece> pieces)
    {
        pieces.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : b.Length.CompareTo(a.Length));
        var cut = new List<SnapshotExtent>(pieces.Count);
        ulong end = 0;
        foreach (var piece in pieces)
        {
            var from = Math.Max(end, piece.Offset);
            var to = piece.Offset + piece.Length;
            if (from >= to)
                continue;
            cut.Add(new SnapshotExtent(new FileOffset(from), to - from, piece.Name));
            end = to;
        }

        return [.. cut];
    }

    /// <summary>What goes first when there is not room for all: the greatest.</summary>
    private enum Rank : byte
    {
        Always,
        Symbols,
        Unwind,
        Code,
        Lines,
    }

    private readonly record struct Piece(ulong Offset, ulong Length, Rank Rank, string Name);
}
