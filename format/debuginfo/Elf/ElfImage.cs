using System.Text;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>An ELF file: header, segments, sections and what identifies it. Parsed once, immutable, safe for any number of readers.</summary>
/// <remarks>
/// Works on whole files and on snapshots (<see cref="SparseImage"/>) alike: what is not at hand is reported as missing when it is asked for.
/// A file without section headers gets the sections that its program headers and dynamic table imply (<see cref="SectionsDerived"/>).
/// </remarks>
public sealed partial class ElfImage
{
    /// <summary>Section names: 120,000 sections of one function each have 12 MB of them.</summary>
    private const ulong MaximumNameTableBytes = 64 << 20;

    private readonly ElfSegment[] _segments;
    private readonly ElfSection[] _sections;

    private ElfImage(SparseImage image, string name, IDecompressor? decompressor, SpanCursor header, byte elfClass, bool bigEndian)
    {
        Image = image;
        Decompressor = decompressor;
        Name = name;
        Is64Bit = elfClass == ELFCLASS64;
        IsBigEndian = bigEndian;
        header.TrySeek(16);
        Type = header.ReadUInt16("e_type");
        Machine = header.ReadUInt16("e_machine");
        header.ReadUInt32("e_version");
        Entry = new Svma(ReadWord(ref header, "e_entry"));
        var phoff = ReadWord(ref header, "e_phoff");
        var shoff = ReadWord(ref header, "e_shoff");
        header.ReadUInt32("e_flags");
        header.ReadUInt16("e_ehsize");
        var phentsize = header.ReadUInt16("e_phentsize");
        uint phnum = header.ReadUInt16("e_phnum");
        var shentsize = header.ReadUInt16("e_shentsize");
        uint shnum = header.ReadUInt16("e_shnum");
        uint shstrndx = header.ReadUInt16("e_shstrndx");
        SectionHeadersOffset = new FileOffset(shoff);
        SegmentHeadersOffset = new FileOffset(phoff);

        // Section 0 holds the counts that do not fit 16 bits (gABI, "Extended section header").
        var wanted = Is64Bit ? 64 : 40;
        if (shoff != 0 && shentsize >= wanted && image.TryRead(SectionHeadersOffset, (ulong)wanted, out var zero))
        {
            var first = ReadSectionHeader(Cursor(zero.Span, "section 0"), out _);
            if (shnum == 0)
                shnum = first.Size > InputLimits.ElfSections ? uint.MaxValue : (uint)first.Size;
            if (shstrndx == SHN_XINDEX)
                shstrndx = first.Link;
            if (phnum == PN_XNUM)
                phnum = first.Info;
        }

        if (shnum > InputLimits.ElfSections)
            BadDataException.Throw("ELF header", 0, BadDataCode.LimitExceeded, $"at most {InputLimits.ElfSections} sections", $"{shnum}");
        if (phnum > InputLimits.ElfSegments)
            BadDataException.Throw("ELF header", 0, BadDataCode.LimitExceeded, $"at most {InputLimits.ElfSegments} segments", $"{phnum}");
        SectionNamesIndex = shstrndx;
        SectionHeadersSize = (ulong)shnum * shentsize;
        SegmentHeadersSize = (ulong)phnum * phentsize;
        _segments = phoff == 0 || phnum == 0 ? [] : ReadSegments(phentsize, phnum);
        var sections = shoff == 0 || shnum == 0 ? null : TryReadSections(shentsize, shnum, shstrndx);
        ImageBase = FindImageBase();
        SectionsDerived = sections is null;
        _sections = sections ?? DeriveSections();
        BuildId = FindBuildId();
        DebugLink = FindDebugLink();
        AlternateLink = FindAlternateLink();
    }

    /// <summary>The file's bytes, as far as they are at hand.</summary>
    public SparseImage Image { get; }

    /// <summary>Inflates what the base library cannot; null when nobody brought one.</summary>
    public IDecompressor? Decompressor { get; }

    /// <summary>What errors call the file.</summary>
    public string Name { get; }

    /// <summary>ELFCLASS64, else ELFCLASS32.</summary>
    public bool Is64Bit { get; }

    /// <summary>ELFDATA2MSB, else ELFDATA2LSB.</summary>
    public bool IsBigEndian { get; }

    /// <summary><c>e_type</c>: ET_EXEC, ET_DYN…</summary>
    public ushort Type { get; }

    /// <summary><c>e_machine</c>: EM_X86_64, EM_AARCH64…</summary>
    public ushort Machine { get; }

    /// <summary><c>e_entry</c>.</summary>
    public Svma Entry { get; }

    /// <summary>Program headers, in file order.</summary>
    public ReadOnlySpan<ElfSegment> Segments => _segments;

    /// <summary>Section headers, in file order, the empty first one included; derived ones when <see cref="SectionsDerived"/>.</summary>
    public ReadOnlySpan<ElfSection> Sections => _sections;

    /// <summary>The file has no section headers (or they are not at hand): <see cref="Sections"/> come from program headers and the dynamic table.</summary>
    public bool SectionsDerived { get; }

    /// <summary>Where the section headers stand, and their bytes.</summary>
    public FileOffset SectionHeadersOffset { get; }

    /// <summary>Bytes of all section headers.</summary>
    public ulong SectionHeadersSize { get; }

    /// <summary>Where the program headers stand.</summary>
    public FileOffset SegmentHeadersOffset { get; }

    /// <summary>Bytes of all program headers.</summary>
    public ulong SegmentHeadersSize { get; }

    /// <summary>Index of the section that holds the sections' names; 0 when there is none.</summary>
    public uint SectionNamesIndex { get; }

    /// <summary>Content of the NT_GNU_BUILD_ID note; empty when there is none.</summary>
    public ReadOnlyMemory<byte> BuildId { get; }

    /// <summary>Name and checksum of the separate debug file; null when the file names none.</summary>
    public ElfDebugLink? DebugLink { get; }

    /// <summary>The file of shared debugging information that this one refers to; null when it names none.</summary>
    public ElfAlternateLink? AlternateLink { get; }

    /// <summary>Parses a whole file.</summary>
    /// <exception cref="BadDataException">Not ELF, cut short, or over a limit.</exception>
    public static ElfImage Parse(ReadOnlyMemory<byte> file, string name, IDecompressor? decompressor = null) => Parse(SparseImage.FromWhole(file), name, decompressor);

    /// <summary>Parses what is at hand of a file.</summary>
    /// <param name="image">At least the ELF header and the program headers must be at hand.</param>
    /// <param name="name">What errors call the file.</param>
    /// <param name="decompressor">For zstd sections and <c>.gnu_debugdata</c>; without one they count as not at hand, and zlib is all that is inflated.</param>
    /// <exception cref="BadDataException">Not ELF, cut short, or over a limit.</exception>
    public static ElfImage Parse(SparseImage image, string name, IDecompressor? decompressor = null)
    {
        try
        {
            var bytes = image.ReadUpTo(default, 64).Span;
            if (bytes.Length < 16 || bytes[0] != 0x7f || bytes[1] != 'E' || bytes[2] != 'L' || bytes[3] != 'F')
                BadDataException.Throw("ELF header", 0, BadDataCode.NotThisFormat, "7f 45 4c 46 (\\x7fELF)", Hex(bytes[..Math.Min(4, bytes.Length)]));
            byte elfClass = bytes[4], data = bytes[5];
            if (elfClass is not (ELFCLASS32 or ELFCLASS64))
                BadDataException.Throw("ELF header", 4, BadDataCode.InvalidValue, "ELFCLASS32 or ELFCLASS64", $"{elfClass}");
            if (data is not (ELFDATA2LSB or ELFDATA2MSB))
                BadDataException.Throw("ELF header", 5, BadDataCode.InvalidValue, "ELFDATA2LSB or ELFDATA2MSB", $"{data}");
            var bigEndian = data == ELFDATA2MSB;
            return new ElfImage(image, name, decompressor, new SpanCursor(bytes, "ELF header", bigEndian), elfClass, bigEndian);
        }
        catch (BadDataException e) when (e.File.Length == 0)
        {
            throw e.WithFile(name);
        }
    }

    private ElfSegment[] ReadSegments(ushort entrySize, uint count)
    {
        var wanted = Is64Bit ? 56 : 32;
        if (entrySize < wanted)
            BadDataException.Throw("ELF header", 54, BadDataCode.InvalidValue, $"e_phentsize of at least {wanted}", $"{entrySize}");
        if (!Image.TryRead(SegmentHeadersOffset, SegmentHeadersSize, out var table))
            BadDataException.Throw("program headers", SegmentHeadersOffset.Value, BadDataCode.Truncated, $"{SegmentHeadersSize} bytes", $"a file of {Image.Length} that does not have them");
        var segments = new ElfSegment[count];
        for (var i = 0; i < segments.Length; i++)
        {
            var c = Cursor(table.Span.Slice(i * entrySize, entrySize), "program header");
            var type = c.ReadUInt32("p_type");
            var flags = Is64Bit ? c.ReadUInt32("p_flags") : 0;
            var offset = ReadWord(ref c, "p_offset");
            var address = ReadWord(ref c, "p_vaddr");
            ReadWord(ref c, "p_paddr");
            var fileSize = ReadWord(ref c, "p_filesz");
            var memorySize = ReadWord(ref c, "p_memsz");
            if (!Is64Bit)
                flags = c.ReadUInt32("p_flags");
            segments[i] = new ElfSegment
            {
                Type = type,
                Flags = flags,
                Offset = new FileOffset(offset),
                Address = new Svma(address),
                FileSize = fileSize,
                MemorySize = memorySize,
                Alignment = ReadWord(ref c, "p_align"),
            };
        }

        return segments;
    }

    /// <summary>Null when the table is not at hand: the file then counts as one without sections.</summary>
    private ElfSection[]? TryReadSections(ushort entrySize, uint count, uint namesIndex)
    {
        if (entrySize < (Is64Bit ? 64 : 40) || !Image.TryRead(SectionHeadersOffset, SectionHeadersSize, out var table))
            return null;
        var sections = new ElfSection[count];
        var nameOffsets = new uint[count];
        for (var i = 0; i < sections.Length; i++)
            sections[i] = ReadSectionHeader(Cursor(table.Span.Slice(i * entrySize, entrySize), "section header"), out nameOffsets[i]);

        var names = namesIndex < count ? Image.ReadUpTo(sections[namesIndex].Offset, Math.Min(sections[namesIndex].Size, MaximumNameTableBytes)).Span : default;
        for (var i = 0; i < sections.Length; i++)
        {
            if (nameOffsets[i] < names.Length)
                sections[i] = WithName(sections[i], NameAt(names, nameOffsets[i]));
        }

        return sections;
    }

    private ElfSection ReadSectionHeader(SpanCursor c, out uint nameOffset)
    {
        nameOffset = c.ReadUInt32("sh_name");
        var type = c.ReadUInt32("sh_type");
        var flags = ReadWord(ref c, "sh_flags");
        var address = ReadWord(ref c, "sh_addr");
        var offset = ReadWord(ref c, "sh_offset");
        var size = ReadWord(ref c, "sh_size");
        var link = c.ReadUInt32("sh_link");
        var info = c.ReadUInt32("sh_info");
        var alignment = ReadWord(ref c, "sh_addralign");
        return new ElfSection
        {
            Name = "",
            Type = type,
            Flags = flags,
            Address = new Svma(address),
            Offset = new FileOffset(offset),
            Size = size,
            Link = link,
            Info = info,
            Alignment = alignment,
            EntrySize = ReadWord(ref c, "sh_entsize"),
        };
    }

    private static ElfSection WithName(in ElfSection s, string name) => s with { Name = name };

    private static string NameAt(ReadOnlySpan<byte> names, uint offset)
    {
        var rest = names[(int)offset..];
        rest = rest[..Math.Min(rest.Length, 4096)];
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private SpanCursor Cursor(ReadOnlySpan<byte> bytes, string label) => new(bytes, label, IsBigEndian);

    private ulong ReadWord(ref SpanCursor c, string what) => Is64Bit ? c.ReadUInt64(what) : c.ReadUInt32(what);

    private static string Hex(ReadOnlySpan<byte> bytes) => bytes.Length == 0 ? "nothing" : Convert.ToHexStringLower(bytes);
}
