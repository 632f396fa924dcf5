using System.IO.Compression;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Tests.Dwarf.DwarfTestData;

namespace TraceKit.DebugInfo.Tests.Dwarf;

/// <summary>Damaged and malicious files: nothing but <see cref="BadDataException"/> at the door, in bounded time and memory.</summary>
public class DwarfHostileTests
{
    private const string Source = """
        static inline int sq(int x) { return x * x; }
        __attribute__((noinline, section(".text.far"))) int far(int x) { return sq(x) + 1; }
        int work(int a) { int s = 0; for (int i = 0; i < a; i++) s += sq(i) + far(i); return s; }
        """;

    /// <summary>Each section of small files by compilers, cut at every byte and every byte changed, resolved at addresses that are known and unknown.</summary>
    [Theory]
    [InlineData("gcc", "-gdwarf-3")]
    [InlineData("gcc", "-gdwarf-4")]
    [InlineData("gcc", "-gdwarf-5")]
    [InlineData("clang", "-gdwarf-4")]
    [InlineData("clang", "-gdwarf-5")]
    public void DwarfInfo_SectionsCutAndFlippedAtEveryByte_OnlyBadData(string compiler, string version)
    {
        Tool.Need(compiler);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), Source);
        Tool.Run(compiler, version, "-O2", "-shared", "-nostdlib", "-fno-asynchronous-unwind-tables", "-o", folder.File("x.so"), folder.File("x.c"));
        var image = ElfImage.Parse(File.ReadAllBytes(folder.File("x.so")), "x.so");
        var addresses = DwarfPrograms.Sample(image, 64, 1);
        var sections = new Dictionary<string, byte[]>();
        var code = new List<(string, ulong, int)>();
        foreach (var section in image.Sections)
        {
            if (section.Name.StartsWith(".debug_", StringComparison.Ordinal) && image.TrySectionData(section, out var data))
                sections[section.Name] = data.ToArray();
            else if (section.IsCode)
                code.Add((section.Name, section.Address.Value, (int)section.Size));
        }

        Resolve(Image(sections, code), addresses, mustName: true);
        foreach (var (name, good) in sections)
        {
            if (name is ".debug_frame" or ".debug_loc" or ".debug_loclists")
                continue; // not read for this
            Hostile.CutAndFlip(good, bad => Resolve(Image(new Dictionary<string, byte[]>(sections) { [name] = bad }, code), addresses));
        }
    }

    /// <summary>Split units and a package's index, damaged likewise.</summary>
    [Fact]
    public void DwarfInfo_SplitFileAndPackageDamaged_OnlyBadData()
    {
        Tool.Need("clang");
        Tool.Need("llvm-dwp");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), Source);
        Tool.Run("clang", "-gdwarf-5", "-gsplit-dwarf", "-O2", "-c", "-o", folder.File("x.o"), folder.File("x.c"));
        Tool.Run("clang", "-shared", "-nostdlib", "-o", folder.File("x.so"), folder.File("x.o"));
        Tool.Run("llvm-dwp", "-e", folder.File("x.so"), "-o", folder.File("x.dwp"));
        var file = File.ReadAllBytes(folder.File("x.so"));
        var addresses = DwarfPrograms.Sample(ElfImage.Parse(file, "x.so"), 32, 1);
        var package = ElfImage.Parse(File.ReadAllBytes(folder.File("x.dwp")), "x.dwp");
        var sections = new Dictionary<string, byte[]>();
        foreach (var section in package.Sections)
        {
            if (section.Name.StartsWith(".debug_", StringComparison.Ordinal) && package.TrySectionData(section, out var data))
                sections[section.Name] = data.ToArray();
        }

        void With(Dictionary<string, byte[]> damaged)
        {
            var image = ElfImage.Parse(Image(damaged, []), "x.dwp");
            foreach (var files in (DwarfFiles[])[new() { Package = image }, new() { SplitUnit = (_, _, _) => image }])
                DwarfInfo.Open(ElfImage.Parse(file, "x.so"), files).Resolve(addresses, new SourceFrames());
        }

        With(sections);
        foreach (var name in (string[])[".debug_info.dwo", ".debug_abbrev.dwo", ".debug_str_offsets.dwo", ".debug_cu_index", ".debug_rnglists.dwo"])
        {
            if (sections.TryGetValue(name, out var good))
                Hostile.CutAndFlip(good, bad => With(new Dictionary<string, byte[]>(sections) { [name] = bad }));
        }
    }

    /// <summary>Counts and numbers as large as their encoding allows.</summary>
    [Fact]
    public void DwarfInfo_HugeNumbers_Bounded()
    {
        var b = new DwarfBuilder();
        b.Unit(5, Unit("a.c", 0x1000, 0x100).With(DW_AT.str_offsets_base, DW_FORM.sec_offset, -1).With(DW_AT.addr_base, DW_FORM.sec_offset, -8).With(DW_AT.rnglists_base, DW_FORM.sec_offset, -1)
            .With(DW_AT.stmt_list, DW_FORM.sec_offset, -1).Add(
            new DwarfEntry(DW_TAG.subprogram) { Code = ulong.MaxValue }.With(DW_AT.name, DW_FORM.strx, -1L).With(DW_AT.low_pc, DW_FORM.addrx, -1L).With(DW_AT.high_pc, DW_FORM.udata, -1L),
            new DwarfEntry(DW_TAG.subprogram) { Code = 1UL << 40 }.With(DW_AT.name, DW_FORM.strp, "f").With(DW_AT.ranges, DW_FORM.rnglistx, -1L),
            Function("g", 0x1010, 0x10).With(DW_AT.abstract_origin, DW_FORM.ref8, -1L),
            new DwarfEntry(DW_TAG.subprogram).With(DW_AT.name, DW_FORM.@string, "h").With(DW_AT.low_pc, DW_FORM.addr, 0x1020).With(DW_AT.high_pc, DW_FORM.data8, long.MaxValue)));
        var dwarf = b.Open();
        Assert.Equal("-", dwarf.Chain(0x1000)); // a list that cannot be read ends the walk
        Assert.True(dwarf.DamagedUnits == 1 && dwarf.FirstDamage is not null);
    }

    /// <summary>Many entries that all name one long list, and ranges that all cover every address: work is bounded by what is asked.</summary>
    [Fact]
    public void DwarfInfo_ListsNamedByEveryEntry_Bounded()
    {
        var list = new ByteWriter();
        for (var i = 0u; i < 20_000; i++)
            list.U64(i * 16).U64(0x10000);
        var b = new DwarfBuilder();
        b.Sections[".debug_ranges"] = list.U64(0).U64(0).ToArray();
        var unit = Unit("a.c", 0x1000, 0x10000);
        for (var i = 0; i < 3000; i++)
            unit.Add(new DwarfEntry(DW_TAG.subprogram) { Code = 7 }.With(DW_AT.ranges, DW_FORM.data4, 0));
        b.Unit(3, unit);
        var dwarf = b.Open();
        dwarf.Resolve([.. Enumerable.Range(0x1000, 1000).Select(a => new Svma((ulong)a))], new SourceFrames());
        Assert.Equal(BadDataCode.InvalidValue, dwarf.FirstDamage?.Code);
    }

    /// <summary>A compressed section that claims more than zlib can hold, and one that is cut: as if the section were missing, and told.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1 << 30)]
    [InlineData(5000)]
    public void DwarfInfo_BombOrCutSection_Told(long claimed)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(new byte[4000]);
        var elf = new ElfBuilder();
        elf.AddSection(".text", 8, 6, 0x1000, new byte[0x1000]);
        elf.AddSection(".debug_info", 1, 0x800, 0, [.. new ByteWriter().U32(1).U32(0).U64((ulong)claimed).U64(1).ToArray(), .. packed.ToArray()]);
        var dwarf = Open(elf.Build());
        Assert.Equal("-", dwarf.Chain(0x1000));
        Assert.NotNull(dwarf.FirstDamage);
    }

    private static byte[] Image(Dictionary<string, byte[]> sections, List<(string Name, ulong Address, int Size)> code)
    {
        var elf = new ElfBuilder();
        foreach (var (name, address, size) in code)
            elf.AddSection(name, 8, 6, address, new byte[size]);
        foreach (var (name, data) in sections)
            elf.AddSection(name, 1, 0, 0, data);
        return elf.Build();
    }

    private static void Resolve(byte[] file, Svma[] addresses, bool mustName = false)
    {
        var dwarf = Open(file);
        var frames = new SourceFrames();
        dwarf.Resolve(addresses, frames);
        Assert.Equal(addresses.Length, frames.Count);
        if (mustName)
            Assert.True(addresses.Length > 20 && frames.TextCount > 4 && dwarf.DamagedUnits == 0);
    }
}
