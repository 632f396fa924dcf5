using TraceKit.Binary;
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

    /// <summary>The ranges to copy, by offset, none overlapping, none past the end of the file.</summary>
    /// <param name="image">From <see cref="ElfHeaderReader.Read"/>, or a whole file.</param>
    /// <param name="parts">What the snapshot should allow.</param>
    public static SnapshotExtent[] Create(ElfImage image, ElfSnapshotParts parts)
    {
        var extents = new List<SnapshotExtent>();
        Add(extents, image, 0, 64, "ELF header");
        Add(extents, image, image.SegmentHeadersOffset.Value, image.SegmentHeadersSize, "program headers");
        if (!image.SectionsDerived)
            Add(extents, image, image.SectionHeadersOffset.Value, image.SectionHeadersSize, "section headers");
        foreach (ref readonly var s in image.Segments)
        {
            if (s.Type == PT_NOTE)
                Add(extents, image, s.Offset.Value, s.FileSize, "notes");
        }

        var sections = image.Sections;
        for (var i = 0; i < sections.Length; i++)
        {
            ref readonly var s = ref sections[i];
            if (s.Type is SHT_NOBITS or SHT_NULL)
                continue;
            if (i == image.SectionNamesIndex || IsWanted(s, parts))
                Add(extents, image, s.Offset.Value, s.Size, s.Name);
            if ((parts & ElfSnapshotParts.Symbols) != 0 && s.Type is SHT_SYMTAB or SHT_DYNSYM)
            {
                Add(extents, image, s.Offset.Value, s.Size, s.Name);
                if (s.Link < (uint)sections.Length)
                    Add(extents, image, sections[(int)s.Link].Offset.Value, sections[(int)s.Link].Size, sections[(int)s.Link].Name);
            }
        }

        if ((parts & ElfSnapshotParts.Symbols) != 0)
            AddPltNames(extents, image);
        if (image.SectionsDerived)
            AddDerivation(extents, image);
        return Cut(extents);
    }

    private static bool IsWanted(in ElfSection s, ElfSnapshotParts parts)
    {
        if (s.Type == SHT_NOTE)
            return s.Name != ".note.stapsdt" ? s.Size <= 4096 : (parts & ElfSnapshotParts.Probes) != 0;
        return s.Name switch
        {
            ".gnu_debuglink" or ".gnu_debugaltlink" or ".dynamic" => true,
            ".gnu_debugdata" => (parts & ElfSnapshotParts.Symbols) != 0,
            ".eh_frame" or ".debug_frame" or ".zdebug_frame" => (parts & ElfSnapshotParts.Unwind) != 0,
            ".stapsdt.base" => (parts & ElfSnapshotParts.Probes) != 0,
            _ => (parts & ElfSnapshotParts.Lines) != 0 && s.Name.StartsWith(".debug_", StringComparison.Ordinal),
        };
    }

    /// <summary>The stubs (they say which GOT slot they jump through) and the relocations that name the slots.</summary>
    private static void AddPltNames(List<SnapshotExtent> extents, ElfImage image)
    {
        foreach (ref readonly var s in image.Sections)
        {
            if (s.Type == SHT_NOBITS || s.Size > MaximumPltBytes)
                continue;
            if (s.Name is ".plt" or ".plt.sec" or ".plt.got" or ".rela.plt")
                Add(extents, image, s.Offset.Value, s.Size, s.Name);
        }

        if (image.TrySection(".plt.got", out _) && image.TrySection(".rela.dyn", out var dyn))
        {
            // RELATIVE relocations come first and name nothing: libjvm has 7 MB of them.
            ulong skip = 0;
            if (image.TrySection(".dynamic", out var dynamic) && image.TryDynamicValue(dynamic, DT_RELACOUNT, out var count))
                skip = Math.Min(count, dyn.Size / 24) * 24;
            if (dyn.Size - skip <= MaximumPltBytes)
                Add(extents, image, dyn.Offset.Value + skip, dyn.Size - skip, ".rela.dyn");
        }
    }

    /// <summary>What the sections of a file without section headers are derived from.</summary>
    private static void AddDerivation(List<SnapshotExtent> extents, ElfImage image)
    {
        if (image.TrySection(".eh_frame_hdr", out var header))
            Add(extents, image, header.Offset.Value, Math.Min(header.Size, 16), ".eh_frame_hdr");
        if (!image.TrySection(".dynamic", out var dynamic))
            return;
        foreach (var tag in (ReadOnlySpan<long>)[DT_HASH, DT_GNU_HASH])
        {
            if (image.TryDynamicValue(dynamic, tag, out var address) && image.TryToFileOffset(new Svma(address), out var at))
                Add(extents, image, at.Value, Math.Min(1UL << 20, image.Image.Length - at.Value), tag == DT_HASH ? ".hash" : ".gnu.hash");
        }
    }

    private static void Add(List<SnapshotExtent> extents, ElfImage image, ulong offset, ulong length, string name)
    {
        var fileLength = image.Image.Length;
        if (offset < fileLength && length != 0)
            extents.Add(new SnapshotExtent(new FileOffset(offset), Math.Min(length, fileLength - offset), name));
    }

    /// <summary>Sorts, and shortens each range that begins inside an earlier one.</summary>
    private static SnapshotExtent[] Cut(List<SnapshotExtent> extents)
    {
        extents.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : b.Length.CompareTo(a.Length));
        var cut = new List<SnapshotExtent>(extents.Count);
        ulong end = 0;
        foreach (var extent in extents)
        {
            var from = Math.Max(end, extent.Offset.Value);
            var to = extent.Offset.Value + extent.Length;
            if (from >= to)
                continue;
            cut.Add(new SnapshotExtent(new FileOffset(from), to - from, extent.Name));
            end = to;
        }

        return [.. cut];
    }
}
