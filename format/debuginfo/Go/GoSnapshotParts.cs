using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Go;

/// <summary>Which ranges of a Go program a recording must carry beside the usual ones, so that its function table works without the file.</summary>
public static class GoSnapshotParts
{
    /// <summary>Tables larger than this are not read for their inlining trees: the largest program seen has 60 MB.</summary>
    private const ulong MaximumTableBytes = 128UL << 20;

    /// <summary>Data sections larger than this are not searched for <c>runtime.firstmoduledata</c>.</summary>
    private const ulong MaximumDataBytes = 16 << 20;

    private const int ChunkBytes = 1 << 20;

    /// <summary>The ranges: the function table, the module data, and with <paramref name="inlines"/> the inlining trees.</summary>
    /// <param name="image">From <see cref="ElfHeaderReader.Read"/>, or a whole file.</param>
    /// <param name="read">Reads from the file. A few hundred kilobytes, and the whole table when its trees are wanted or it has no section of its own.</param>
    /// <param name="inlines">Whether inlined calls should be told apart; names, lines and unwinding need no trees.</param>
    /// <returns>By offset, not overlapping; empty when the file was not made by Go. What cannot be read or found is left out.</returns>
    public static SnapshotExtent[] Find(ElfImage image, ReadAt read, bool inlines)
    {
        if (!GoLocator.IsGo(image) || !TryLocate(image, read, out var table))
            return [];
        var extents = new List<SnapshotExtent>();
        try
        {
            // A small image of the table and the data around it: the reader itself then says where the rest is.
            var pieces = new List<FileExtent>();
            AddPiece(pieces, read, 0, Math.Min(image.Image.Length, 64));
            AddPiece(pieces, read, image.SegmentHeadersOffset.Value, image.SegmentHeadersSize);
            if (!image.SectionsDerived)
            {
                AddPiece(pieces, read, image.SectionHeadersOffset.Value, image.SectionHeadersSize);
                if (image.SectionNamesIndex < (uint)image.Sections.Length)
                    AddPiece(pieces, read, image.Sections[(int)image.SectionNamesIndex].Offset.Value, image.Sections[(int)image.SectionNamesIndex].Size);
            }

            foreach (ref readonly var s in image.Segments)
            {
                if (s.Type == PT_NOTE && s.FileSize <= 4096)
                    AddPiece(pieces, read, s.Offset.Value, s.FileSize);
            }

            foreach (var (start, length) in DataRanges(image))
                AddPiece(pieces, read, start, Math.Min(length, MaximumDataBytes));
            AddPiece(pieces, read, table.Offset.Value, Math.Min(table.Length, MaximumTableBytes));
            var small = ElfImage.Parse(new SparseImage(image.Image.Length, Merge(pieces)), image.Name);
            if (GoPclntab.TryOpen(small, inlines ? read : null) is not { } reader)
                return [table];
            extents.Add(GoLocator.TrySection(image, out _) ? table : new SnapshotExtent(table.Offset, Math.Min(table.Length, (ulong)reader.OwnLength), table.Name));
            if (reader.ModuleData is { } module)
                extents.Add(module);
            if (inlines)
                AddTrees(extents, small, reader);
        }
        catch (BadDataException)
        {
            // A table that cannot be read here is copied as it is: who reads it later says what is wrong with it.
            if (extents.Count == 0)
                extents.Add(table);
        }

        return Cut(extents);
    }

    private static void AddTrees(List<SnapshotExtent> extents, ElfImage image, GoPclntab table)
    {
        for (var i = 0; i < table.Count; i++)
        {
            var function = table[i];
            var address = table.InlineTreeAddress(function);
            var length = address == 0 ? 0 : table.InlineTreeLength(function);
            if (length > 0 && image.TryToFileOffset(new Svma(address), out var offset) && (ulong)length <= image.Image.Length - offset.Value)
                extents.Add(new SnapshotExtent(offset, (ulong)length, "go:func.*"));
        }
    }

    /// <summary>Where module data may be: Go's linker puts it into <c>.noptrdata</c>, newer ones into a section of its own, others into <c>.data.rel.ro</c> or <c>.data</c>.</summary>
    private static List<(ulong Start, ulong Length)> DataRanges(ElfImage image)
    {
        var ranges = new List<(ulong, ulong)>();
        foreach (ref readonly var s in image.Sections)
        {
            if (s.Type == SHT_PROGBITS && s.Name is ".noptrdata" or ".go.module" or ".data" or ".data.rel.ro")
                ranges.Add((s.Offset.Value, s.Size));
        }

        if (ranges.Count == 0)
        {
            foreach (ref readonly var s in image.Segments)
            {
                if (s.Type == PT_LOAD && (s.Flags & PF_W) != 0)
                    ranges.Add((s.Offset.Value, s.FileSize));
            }
        }

        return ranges;
    }

    private static bool TryLocate(ElfImage image, ReadAt read, out SnapshotExtent table)
    {
        if (GoLocator.TrySection(image, out var section))
        {
            table = new SnapshotExtent(section.Offset, section.Size, section.Name);
            return true;
        }

        var buffer = new byte[ChunkBytes];
        foreach (var (start, length) in GoLocator.Candidates(image))
        {
            var from = (start.Value + 7) & ~7UL;
            var end = Math.Min(start.Value + length, image.Image.Length);
            for (; from + GoLocator.HeaderBytes <= end; from += ChunkBytes)
            {
                var count = (int)Math.Min(ChunkBytes, end - from);
                if (!read(from, buffer.AsSpan(0, count)))
                    break;
                var at = GoLocator.IndexOfHeader(buffer.AsSpan(0, count), image.IsBigEndian);
                if (at < 0)
                    continue;
                table = new SnapshotExtent(new FileOffset(from + (ulong)at), end - from - (ulong)at, ".gopclntab");
                return true;
            }
        }

        table = default;
        return false;
    }

    private static void AddPiece(List<FileExtent> pieces, ReadAt read, ulong offset, ulong length)
    {
        if (length is 0 or > int.MaxValue)
            return;
        var bytes = new byte[length];
        if (read(offset, bytes))
            pieces.Add(new FileExtent(new FileOffset(offset), bytes));
    }

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

    /// <summary>Sorted; what overlaps or stands within a few bytes of the one before is joined to it, so that thousands of small trees become few ranges.</summary>
    private static SnapshotExtent[] Cut(List<SnapshotExtent> extents)
    {
        const ulong gap = 256;
        extents.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        var cut = new List<SnapshotExtent>();
        foreach (var extent in extents)
        {
            if (cut.Count > 0 && extent.Offset.Value <= cut[^1].Offset.Value + cut[^1].Length + (cut[^1].Name == extent.Name ? gap : 0))
            {
                var last = cut[^1];
                var end = Math.Max(last.Offset.Value + last.Length, extent.Offset.Value + extent.Length);
                cut[^1] = new SnapshotExtent(last.Offset, end - last.Offset.Value, last.Name);
            }
            else
            {
                cut.Add(extent);
            }
        }

        return [.. cut];
    }
}
