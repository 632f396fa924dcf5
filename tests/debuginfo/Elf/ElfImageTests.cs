using System.IO.Compression;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Tests.Elf;

/// <summary>ELF files laid out by hand.</summary>
public class ElfImageTests
{
    private static byte[] Small(bool is64Bit = true, bool bigEndian = false, bool headers = true)
    {
        var b = new ElfBuilder { Is64Bit = is64Bit, BigEndian = bigEndian, WithSectionHeaders = headers, Machine = is64Bit ? EM_X86_64 : EM_386 };
        var text = b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, new byte[64]);
        var note = b.AddSection(".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, 0x2000, ElfBuilder.Note(NT_GNU_BUILD_ID, "GNU", [1, 2, 3, 4], bigEndian));
        b.AddSection(".gnu_debuglink", SHT_PROGBITS, 0, 0, new ByteWriter(bigEndian).CString("small.debug").Align(4).U32(0xdeadbeef).ToArray());
        b.AddSymbols(dynamic: false, new ElfSymbol("main", 0x1010, 16));
        return b.AddSegmentOver(PT_LOAD, PF_R | PF_X, text).AddSegmentOver(PT_NOTE, PF_R, note).Build();
    }

    /// <summary>Class and byte order change every table's layout, not what is read.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void ElfImage_EachClassAndByteOrder_SameContent(bool is64Bit, bool bigEndian)
    {
        var image = ElfImage.Parse(Small(is64Bit, bigEndian), "small");
        Assert.Equal((is64Bit, bigEndian, ET_DYN), (image.Is64Bit, image.IsBigEndian, image.Type));
        Assert.Equal("01020304", Convert.ToHexString(image.BuildId.Span));
        Assert.Equal(("small.debug", 0xdeadbeef), (image.DebugLink!.FileName, image.DebugLink.Crc));
        Assert.True(image.TrySection(".text", out var text));
        Assert.Equal((0x1000UL, 64UL, true), (text.Address.Value, text.Size, text.IsCode));
        Assert.True(image.TryToSvma(text.Offset, out var address));
        Assert.Equal(0x1000UL, address.Value);
        Assert.True(image.TryToFileOffset(new Svma(0x1010), out var offset));
        Assert.Equal(text.Offset.Value + 16, offset.Value);
        var symbols = SymbolTable.Build(image);
        Assert.True(symbols.TryFind(new Svma(0x101f), out var main));
        Assert.Equal("main", symbols.Name(main.Index));
        Assert.False(symbols.TryFind(new Svma(0x1020), out _));
    }

    /// <summary>Without section headers the build-id comes from PT_NOTE.</summary>
    [Fact]
    public void ElfImage_NoSectionHeaders_BuildIdFromSegment()
    {
        var image = ElfImage.Parse(Small(headers: false), "small");
        Assert.True(image.SectionsDerived);
        Assert.Equal("01020304", Convert.ToHexString(image.BuildId.Span));
    }

    /// <summary>A stripped real library still gives dynamic symbols and unwind rows through its program headers.</summary>
    [Fact]
    public void ElfImage_RealLibraryWithoutSectionHeaders_SymbolsAndRowsDerived()
    {
        var file = Tool.SystemFiles().FirstOrDefault(f => f.EndsWith("libz.so.1", StringComparison.Ordinal));
        if (file is null)
            Assert.Skip("no libz.so.1");
        var bytes = File.ReadAllBytes(file);
        var whole = ElfImage.Parse(bytes, file);
        var stripped = (byte[])bytes.Clone();
        stripped.AsSpan(40, 8).Clear(); // e_shoff
        stripped.AsSpan(58, 6).Clear(); // e_shentsize, e_shnum, e_shstrndx
        var image = ElfImage.Parse(stripped, file);
        Assert.True(image.SectionsDerived);
        Assert.Equal(Convert.ToHexString(whole.BuildId.Span), Convert.ToHexString(image.BuildId.Span));
        SymbolTable a = SymbolTable.Build(whole), b = SymbolTable.Build(image);
        Assert.True(a.TryFindName("inflate"u8, out var inWhole));
        Assert.True(b.TryFind(inWhole.Start, out var inStripped));
        Assert.Equal("inflate", b.Name(inStripped.Index));
        Assert.Equal(DebugInfo.Cfi.UnwindTable.Build(whole).Count, DebugInfo.Cfi.UnwindTable.Build(image).Count);

        // And so does a snapshot of it.
        bool Read(ulong offset, Span<byte> destination) => offset <= (ulong)stripped.Length && stripped.AsSpan((int)offset)[..destination.Length].TryCopyTo(destination);
        var plan = ElfSnapshotPlan.Create(ElfHeaderReader.Read(Read, (ulong)stripped.Length, file), ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind);
        var snapshot = ElfImage.Parse(new SparseImage((ulong)stripped.Length, [.. plan.Select(e => new FileExtent(e.Offset, stripped.AsMemory((int)e.Offset.Value, (int)e.Length)))]), file);
        Assert.Equal(b.Count, SymbolTable.Build(snapshot).Count);
        Assert.Equal(DebugInfo.Cfi.UnwindTable.Build(whole).Count, DebugInfo.Cfi.UnwindTable.Build(snapshot).Count);
    }

    /// <summary>More sections than e_shnum can say: the count and the name table's index stand in section 0 (gABI, SHN_XINDEX).</summary>
    [Fact]
    public void ElfImage_ExtendedSectionCount_ReadFromSectionZero()
    {
        var bytes = Small();
        var shoff = BitConverter.ToInt32(bytes, 40);
        var count = bytes[60];
        BitConverter.TryWriteBytes(bytes.AsSpan(shoff + 32), (ulong)count); // sh_size of section 0
        BitConverter.TryWriteBytes(bytes.AsSpan(shoff + 40), (uint)bytes[62]); // sh_link
        BitConverter.TryWriteBytes(bytes.AsSpan(60), (ushort)0);
        BitConverter.TryWriteBytes(bytes.AsSpan(62), SHN_XINDEX);
        var image = ElfImage.Parse(bytes, "small");
        Assert.Equal(count, image.Sections.Length);
        Assert.True(image.TrySection(".text", out _));
    }

    /// <summary>A zlib section is inflated; a damaged one and one by zstd say so; a size that zlib cannot produce is refused before it is allocated.</summary>
    [Fact]
    public void ElfImage_CompressedSection_InflatedOrRefused()
    {
        var content = new byte[5000];
        content.AsSpan().Fill(7);
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(content);
        byte[] Build(uint method, ulong size, byte[] data)
        {
            var b = new ElfBuilder();
            b.AddSection(".debug_frame", SHT_PROGBITS, SHF_COMPRESSED, 0, new ByteWriter().U32(method).U32(0).U64(size).U64(1).U8(data).ToArray());
            return b.Build();
        }

        Assert.True(ElfImage.Parse(Build(ELFCOMPRESS_ZLIB, 5000, packed.ToArray()), "z").TrySectionData(".debug_frame", out var inflated));
        Assert.True(inflated.Span.SequenceEqual(content));
        var damaged = packed.ToArray();
        damaged[0] ^= 0xff;
        Assert.Equal(BadDataCode.InvalidValue, Assert.Throws<BadDataException>(() => ElfImage.Parse(Build(ELFCOMPRESS_ZLIB, 5000, damaged), "z").TrySectionData(".debug_frame", out _)).Code);
        Assert.Equal(BadDataCode.Unsupported, Assert.Throws<BadDataException>(() => ElfImage.Parse(Build(ELFCOMPRESS_ZSTD, 5000, packed.ToArray()), "z").TrySectionData(".debug_frame", out _)).Code);
        Assert.Equal(BadDataCode.LimitExceeded, Assert.Throws<BadDataException>(() => ElfImage.Parse(Build(ELFCOMPRESS_ZLIB, 1UL << 30, packed.ToArray()), "z").TrySectionData(".debug_frame", out _)).Code);
    }

    /// <summary>What binutils compress in each way they can, read back as what it was.</summary>
    [Theory]
    [InlineData("zlib")]
    [InlineData("zlib-gnu")]
    public void ElfImage_CompressedByObjcopy_SectionsAsBefore(string method)
    {
        Tool.Need("gcc");
        Tool.Need("objcopy");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), "struct s { int a, b, c; }; int f(struct s *p) { return p->a + p->b; }\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"int g{i}(int x) {{ return x + {i}; }}\n")));
        Tool.Run("gcc", "-g", "-c", "-o", folder.File("x.o"), folder.File("x.c"));
        Tool.Run("objcopy", $"--compress-debug-sections={method}", folder.File("x.o"), folder.File("packed.o"));
        ElfImage plain = ElfImage.Parse(File.ReadAllBytes(folder.File("x.o")), "x.o"), packed = ElfImage.Parse(File.ReadAllBytes(folder.File("packed.o")), "packed.o");
        foreach (var name in new[] { ".debug_info", ".debug_abbrev", ".debug_line", ".debug_str" })
        {
            Assert.True(plain.TrySectionData(name, out var before) && packed.TrySectionData(name, out var after) && before.Span.SequenceEqual(after.Span), name);
            Assert.True(!packed.TrySection(name, out var section) || (section.Flags & SHF_COMPRESSED) != 0 || section.Size < 200 || name == ".debug_abbrev", name);
        }
    }

    /// <summary>Debug sections of an object that is not linked, relocated as <c>readelf --relocated-dump</c> shows them.</summary>
    [Theory]
    [InlineData("x86_64", 4)]
    [InlineData("x86_64", 5)]
    [InlineData("i386", 4)]
    public void ElfImage_ObjectFile_SectionsRelocatedAsReadelf(string machine, int version)
    {
        Tool.Need("clang");
        Tool.Need("readelf");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), "struct s { int a; }; static int f(struct s *p) { return p->a; } __thread int t; int g(struct s *p) { return f(p) + t; } int h(int x) { return x * 2; }\n");
        Tool.Run("clang", $"--target={machine}-linux-gnu", "-fintegrated-as", "-g", "-O1", "-ffunction-sections", $"-gdwarf-{version}", "-c", "-o", folder.File("x.o"), folder.File("x.c"));
        var image = ElfImage.Parse(File.ReadAllBytes(folder.File("x.o")), "x.o");
        var compared = 0;
        foreach (var section in image.Sections.ToArray().Where(s => s.Type == SHT_PROGBITS && s.Name.StartsWith(".debug_", StringComparison.Ordinal)))
        {
            //   0x00000000 3b000000 04000000 00000801 00000000 ;...............
            var bytes = Tool.Lines("readelf", $"--relocated-dump={section.Name}", folder.File("x.o")).Where(l => l.StartsWith("  0x", StringComparison.Ordinal))
                .SelectMany(l => Convert.FromHexString(l[13..49].Split("  ")[0].Replace(" ", "", StringComparison.Ordinal))).ToArray();
            Assert.True(image.TrySectionData(section, out var ours));
            Assert.True(ours.Span.SequenceEqual(bytes), section.Name);
            compared++;
        }

        Assert.True(compared > 3);
    }

    /// <summary>Damaged relocations: outside of the section, of symbols that do not exist, of unknown types.</summary>
    [Fact]
    public void ElfImage_DamagedRelocations_OnlyBadData()
    {
        var b = new ElfBuilder { Type = ET_REL };
        var info = b.AddSection(".debug_info", SHT_PROGBITS, 0, 0, new byte[16]);
        var symbols = b.AddSymbols(false, new ElfSymbol("s", 0x1234, 0));
        b.AddSection(".rela.debug_info", SHT_RELA, 0, 0, new ByteWriter().U64(8).U64(1UL << 32 | 10).U64(5).U64(0).U64(1UL << 32 | 1).U64(1).ToArray(), (uint)symbols, (uint)info, 24);
        var good = b.Build();
        Assert.True(ElfImage.Parse(good, "r").TrySectionData(".debug_info", out var data));
        Assert.Equal("35120000000000003912000000000000", Convert.ToHexString(data.Span));
        Hostile.CutAndFlip(good, bytes => ElfImage.Parse(bytes, "r").TrySectionData(".debug_info", out _));
    }

    /// <summary>The shared file's name and build-id as dwz writes them.</summary>
    [Fact]
    public void ElfImage_AlternateLink_NameAndBuildId()
    {
        var b = new ElfBuilder();
        b.AddSection(".gnu_debugaltlink", SHT_PROGBITS, 0, 0, new ByteWriter().CString("../.dwz/shared.debug").U8(1, 2, 3, 4, 5).ToArray());
        var link = ElfImage.Parse(b.Build(), "x").AlternateLink;
        Assert.Equal(("../.dwz/shared.debug", "0102030405"), (link!.FileName, Convert.ToHexString(link.BuildId.Span)));
    }

    /// <summary>A file that is read when asked gives what the whole file gives, and its sections cost nothing before.</summary>
    [Fact]
    public void ElfImage_OnDemand_SameAsWhole()
    {
        var file = Tool.SystemFiles().FirstOrDefault() ?? throw new InvalidOperationException();
        var bytes = File.ReadAllBytes(file);
        ulong read = 0;
        var image = ElfImage.Parse(SparseImage.OnDemand((ulong)bytes.Length, (offset, destination) =>
        {
            read += (ulong)destination.Length;
            return offset <= (ulong)bytes.Length && bytes.AsSpan((int)offset).Length >= destination.Length && bytes.AsSpan((int)offset, destination.Length).TryCopyTo(destination);
        }), file);
        Assert.True(read < 64 << 10, $"{read} bytes for headers");
        var whole = ElfImage.Parse(bytes, file);
        Assert.Equal(Convert.ToHexString(whole.BuildId.Span), Convert.ToHexString(image.BuildId.Span));
        SymbolTable a = SymbolTable.Build(whole), c = SymbolTable.Build(image);
        Assert.Equal(a.Count, c.Count);
        for (var i = 0; i < a.Count; i += 97)
            Assert.Equal((a.Name(i), a[i].Start), (c.Name(i), c[i].Start));
    }

    /// <summary>Files of gigabytes: offsets, sizes and addresses above 4 GiB, of which only a few pages are at hand.</summary>
    [Fact]
    public void ElfImage_Over4GiB_NothingOverflows()
    {
        const ulong Length = 6UL << 30, TextAt = 5UL << 30;
        var b = new ElfBuilder();
        var names = new ByteWriter().U8(0).CString("far").ToArray();
        // Laid out by hand: headers in front, code 5 GiB behind.
        b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, TextAt, new byte[16]);
        b.AddSymbols(false, new ElfSymbol("far", TextAt + 4, 8));
        b.AddSegment(PT_LOAD, PF_R, 0, 0, TextAt, TextAt).AddSegment(PT_LOAD, PF_R | PF_X, TextAt, TextAt, 1 << 20, 1 << 20);
        var front = b.Build();
        var image = ElfImage.Parse(new SparseImage(Length, [new FileExtent(default, front)]), "huge");
        Assert.Equal(TextAt, image.Segments[1].Address.Value);
        Assert.True(image.TryGetBias(new Avma(0x7f00_0000_0000), new FileOffset(TextAt), 1 << 20, out var bias));
        Assert.Equal(0x7f00_0000_0000 - TextAt, bias);
        Assert.True(image.TryToFileOffset(new Svma(TextAt + 5), out var offset) && offset.Value == TextAt + 5);
        Assert.False(image.Image.TryRead(new FileOffset(TextAt), 3UL << 30, out _));
        var symbols = SymbolTable.Build(image);
        Assert.True(symbols.TryFind(new Svma(TextAt + 11), out var far));
        Assert.Equal("far", symbols.Name(far.Index));
        Assert.NotEmpty(names);
    }

    /// <summary>vmlinux loads per-CPU data at 0 and its code at the top of the address space: its symbols are found all the same.</summary>
    [Fact]
    public void SymbolTable_KernelImage_CodeFarFromLowestSegment()
    {
        const ulong Text = 0xffffffff81000000;
        var b = new ElfBuilder { Type = ET_EXEC };
        b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, Text, new byte[64]);
        b.AddSymbols(false, new ElfSymbol("vfs_read", Text + 16, 8));
        b.AddSegment(PT_LOAD, PF_R | PF_X, 0x1000, Text, 64, 64).AddSegment(PT_LOAD, PF_R | PF_W, 0x2000, 0, 64, 64);
        var symbols = SymbolTable.Build(ElfImage.Parse(b.Build(), "vmlinux"));
        Assert.True(symbols.TryFind(new Svma(Text + 20), out var found));
        Assert.Equal("vfs_read", symbols.Name(found.Index));
    }

    /// <summary>The vDSO of this process: read from memory, named by its own dynamic symbols as perf names them.</summary>
    [Fact]
    public void SymbolTable_Vdso_Named()
    {
        var line = File.ReadLines("/proc/self/maps").FirstOrDefault(l => l.EndsWith("[vdso]", StringComparison.Ordinal));
        if (line is null)
            Assert.Skip("no vDSO is mapped");
        var range = line.Split(' ')[0].Split('-').Select(x => Convert.ToInt64(x, 16)).ToArray();
        var bytes = new byte[range[1] - range[0]];
        using (var memory = File.OpenHandle("/proc/self/mem"))
            Assert.Equal(bytes.Length, RandomAccess.Read(memory, bytes, range[0]));
        var image = ElfImage.Parse(bytes, "[vdso]");
        Assert.False(image.BuildId.IsEmpty);
        var symbols = SymbolTable.Build(image);
        if (image.Machine != EM_X86_64)
            Assert.Skip("names are those of x86-64");
        Assert.True(symbols.TryFindName("__vdso_clock_gettime"u8, out var gettime) && gettime.Length > 0);
    }

    /// <summary>The load bias of the shapes that exist: PIE, fixed, prelinked, two executable segments, a mapping split by mprotect.</summary>
    [Theory]
    [InlineData(0x1000UL, 0x1000UL, 0x5555_5555_5000UL, 0x1000UL, 0x2000UL, 0x5555_5555_4000UL)] // PIE or library linked at 0
    [InlineData(0x1000UL, 0x40_1000UL, 0x40_1000UL, 0x1000UL, 0x2000UL, 0UL)] // non-PIE
    [InlineData(0x1000UL, 0x3d_0000_1000UL, 0x7f00_0000_1000UL, 0x1000UL, 0x2000UL, 0x7ec3_0000_0000UL)] // prelinked at 0x3d00000000
    [InlineData(0x1e30UL, 0x2e30UL, 0x7f00_0000_2000UL, 0x1000UL, 0x2000UL, 0x7f00_0000_0000UL)] // segment in mid-page, address and offset a page apart (lld)
    [InlineData(0x1000UL, 0x1000UL, 0x7f00_0000_2000UL, 0x2000UL, 0x1000UL, 0x7f00_0000_0000UL)] // the second half of a split mapping
    public void TryGetBias_EachLayout_StatedBias(ulong offset, ulong address, ulong start, ulong pageOffset, ulong length, ulong bias)
    {
        var b = new ElfBuilder().AddSegment(PT_LOAD, PF_R, 0, address - offset, offset, offset).AddSegment(PT_LOAD, PF_R | PF_X, offset, address, 0x2000, 0x2000);
        Assert.True(ElfImage.Parse(b.Build(), "elf").TryGetBias(new Avma(start), new FileOffset(pageOffset), length, out var found));
        Assert.Equal(bias, found);
    }

    /// <summary>Two executable segments at different distances: each mapping belongs to the one it shows most of.</summary>
    [Fact]
    public void TryGetBias_TwoExecutableSegments_EachItsOwn()
    {
        var image = ElfImage.Parse(new ElfBuilder().AddSegment(PT_LOAD, PF_R | PF_X, 0x1000, 0x1000, 0x1800, 0x1800).AddSegment(PT_LOAD, PF_R | PF_X, 0x2800, 0x10_2800, 0x3000, 0x3000).Build(), "elf");
        Assert.True(image.TryGetBias(new Avma(0x7000_0000_1000), new FileOffset(0x1000), 0x2000, out var first));
        Assert.True(image.TryGetBias(new Avma(0x7000_0010_2000), new FileOffset(0x2000), 0x4000, out var second));
        Assert.Equal((0x7000_0000_0000UL, 0x7000_0000_0000UL), (first, second));
        Assert.False(image.TryGetBias(new Avma(0x7000_0000_0000), new FileOffset(0x8000), 0x1000, out _));
    }

    /// <summary>What is not ELF says so, with the file's name.</summary>
    [Fact]
    public void ElfImage_NotElf_SaysWhatItFound()
    {
        var e = Assert.Throws<BadDataException>(() => ElfImage.Parse("#!/bin/sh\nexit 0\n"u8.ToArray(), "script.sh"));
        Assert.Equal(BadDataCode.NotThisFormat, e.Code);
        Assert.StartsWith("script.sh: ELF header+0x0: expected 7f 45 4c 46", e.Message, StringComparison.Ordinal);
        Assert.Throws<BadDataException>(() => ElfImage.Parse(Array.Empty<byte>(), "empty"));
    }

    /// <summary>Cut anywhere or with any byte changed: a clean exception or an image that answers, never anything else.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void ElfImage_CutAndFlippedAtEveryByte_OnlyBadData(bool is64Bit, bool bigEndian) =>
        Hostile.CutAndFlip(Small(is64Bit, bigEndian), bytes =>
        {
            var image = ElfImage.Parse(bytes, "hostile");
            SymbolTable.Build(image).TryFind(new Svma(0x1010), out _);
            bool Read(ulong offset, Span<byte> destination) => offset <= (ulong)bytes.Length && bytes.AsSpan((int)offset).Length >= destination.Length && bytes.AsSpan((int)offset)[..destination.Length].TryCopyTo(destination);
            foreach (var extent in ElfSnapshotPlan.Create(ElfHeaderReader.Read(Read, (ulong)bytes.Length, "hostile"), (ElfSnapshotParts)127))
                Assert.True(extent.Offset.Value + extent.Length <= (ulong)bytes.Length);
        });

    /// <summary>Pieces answer for what they hold, also across a seam; holes and the space after the end fail.</summary>
    [Fact]
    public void SparseImage_Reads_PiecesSeamsAndHoles()
    {
        var image = new SparseImage(100, [new FileExtent(new FileOffset(20), new byte[] { 3, 4 }), new FileExtent(new FileOffset(10), new byte[] { 1, 2 }), new FileExtent(new FileOffset(22), new byte[] { 5 })]);
        Assert.True(image.TryRead(new FileOffset(11), 1, out var one));
        Assert.Equal([2], one.ToArray());
        Assert.True(image.TryRead(new FileOffset(21), 2, out var seam));
        Assert.Equal([4, 5], seam.ToArray());
        Assert.False(image.TryRead(new FileOffset(11), 2, out _));
        Assert.False(image.TryRead(new FileOffset(0), 1, out _));
        Assert.False(image.TryRead(new FileOffset(22), 2, out _));
        Assert.False(image.TryRead(new FileOffset(99), 2, out _));
        Assert.False(image.TryRead(new FileOffset(ulong.MaxValue), ulong.MaxValue, out _));
        Assert.Throws<BadDataException>(() => new SparseImage(100, [new FileExtent(new FileOffset(10), new byte[5]), new FileExtent(new FileOffset(14), new byte[1])]));
        Assert.Throws<BadDataException>(() => new SparseImage(10, [new FileExtent(new FileOffset(8), new byte[5])]));
    }
}
