using TraceKit.Binary;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Tests.Elf;

/// <summary>Which symbol names an address: the rules, one by one.</summary>
public class SymbolTableTests
{
    private static SymbolTable Build(params ElfSymbol[] symbols) => SymbolTable.Build(Image(dynamic: false, 0, symbols));

    private static ElfImage Image(bool dynamic, ulong imageBase, params ElfSymbol[] symbols)
    {
        var b = new ElfBuilder();
        b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, new byte[0x100]);
        b.AddSection(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x2000, new byte[0x100]);
        b.AddSymbols(dynamic, symbols);
        b.AddSegment(PT_LOAD, PF_R | PF_X, 0, imageBase, 0x4000, 0x4000);
        return ElfImage.Parse(b.Build(), "symbols");
    }

    private static string At(SymbolTable table, ulong address) => table.TryFind(new Svma(address), out var s) ? table.Name(s.Index) : "-";

    /// <summary>At one address perf's order decides: sized, not weak, global, fewer underscores, longer, first.</summary>
    [Theory]
    [InlineData("empty", 0, 1, "sized", 8, 0, "sized")]
    [InlineData("weak", 8, 2, "local", 8, 0, "local")]
    [InlineData("local", 8, 0, "global", 8, 1, "global")]
    [InlineData("__libc_open", 8, 1, "open64", 8, 1, "open64")]
    [InlineData("_open", 8, 1, "__open", 8, 1, "_open")]
    [InlineData("read", 8, 1, "readable", 8, 1, "readable")]
    [InlineData("one", 8, 1, "two", 8, 1, "one")]
    [InlineData("name@@V1", 8, 1, "name", 8, 1, "name@@V1")]
    public void SymbolTable_TwoAtOneAddress_BestOfPerfsRules(string nameA, uint sizeA, byte bindA, string nameB, uint sizeB, byte bindB, string expected)
    {
        var table = Build(new ElfSymbol(nameA, 0x1010, sizeA, STT_FUNC, bindA), new ElfSymbol(nameB, 0x1010, sizeB, STT_FUNC, bindB));
        Assert.Equal(expected, At(table, 0x1010));
        Assert.Equal(1, table.Count);
    }

    /// <summary>Variables have a table of their own: objects, and the labels in sections of data that are not hidden; one without a size reaches to the next or to the end of its section.</summary>
    [Fact]
    public void BuildData_ObjectsAndLabels_NameDataAlone()
    {
        var table = SymbolTable.BuildData(Image(dynamic: false, 0,
            new ElfSymbol("function", 0x1000, 0x10), new ElfSymbol("counter", 0x2000, 8, STT_OBJECT, STB_GLOBAL, 2), new ElfSymbol("unsized", 0x2010, 0, STT_OBJECT, STB_LOCAL, 2),
            new ElfSymbol("data_start", 0x2020, 0, STT_NOTYPE, STB_GLOBAL, 2), new ElfSymbol("codelabel", 0x1020, 0, STT_NOTYPE), new ElfSymbol("_edata", 0x2100, 0, STT_NOTYPE, STB_GLOBAL, 2)));
        Assert.Equal(["counter", "-", "unsized", "data_start", "-", "-", "-"], new ulong[] { 0x2007, 0x2008, 0x201f, 0x20ff, 0x2100, 0x1000, 0x1020 }.Select(a => At(table, a)));
    }

    /// <summary>perf compares the names that it shows: what is mangled has an underscore and a length of its own. Variants of one constructor are shown alike, so the first stays.</summary>
    [Theory]
    [InlineData("_RNvXsC_NtNtCsgEmfK2I1SDS_4core3fmt3numyNtB7_8LowerHex3fmt", "_RNvXs6_NtNtCsgEmfK2I1SDS_4core3fmt3numjNtB7_8LowerHex3fmt", "_RNvXs6_NtNtCsgEmfK2I1SDS_4core3fmt3numjNtB7_8LowerHex3fmt")]
    [InlineData("plain", "_ZN6longer4nameEv", "_ZN6longer4nameEv")]
    [InlineData("_ZN3FooC1Ev", "_ZN3FooC2Ev", "_ZN3FooC1Ev")]
    [InlineData("_ZN3FooC2Ev", "_ZN3FooC1Ev", "_ZN3FooC2Ev")]
    [InlineData("_ZN3FooD0Ev", "_ZN3FoaD0Ev", "_ZN3FooD0Ev")]
    public void SymbolTable_TwoMangledAtOneAddress_BestOfTheNamesAsShown(string nameA, string nameB, string expected)
    {
        var image = Image(dynamic: false, 0, new ElfSymbol(nameA, 0x1010, 8, STT_FUNC, STB_GLOBAL), new ElfSymbol(nameB, 0x1010, 8, STT_FUNC, STB_GLOBAL));
        Assert.Equal(expected, At(SymbolTable.Build(image, null, Demangled), 0x1010));
    }

    private static ReadOnlySpan<byte> Demangled(ReadOnlySpan<byte> stored) =>
        Demangler.TryDemangle(stored, DemangleStyle.WithoutParameters, out var shown) ? System.Text.Encoding.UTF8.GetBytes(shown) : stored;

    /// <summary>A sized symbol ends where it says; one without a size reaches to the next symbol or to the end of its section.</summary>
    [Fact]
    public void SymbolTable_Sizes_StatedOrUpToNext()
    {
        var table = Build(new ElfSymbol("sized", 0x1000, 0x10), new ElfSymbol("label", 0x1020, 0, STT_NOTYPE), new ElfSymbol("next", 0x1040, 0x10), new ElfSymbol("last", 0x1080, 0));
        Assert.Equal("sized", At(table, 0x100f));
        Assert.Equal("-", At(table, 0x1010));
        Assert.Equal("label", At(table, 0x103f));
        Assert.Equal("next", At(table, 0x1040));
        Assert.Equal("last", At(table, 0x10ff));
        Assert.Equal("-", At(table, 0x1100));
    }

    /// <summary>Nested symbols: the innermost that covers the address; after it the outer one again. Labels inside a sized function do not split it.</summary>
    [Fact]
    public void SymbolTable_Overlaps_InnermostThenOuter()
    {
        var table = Build(new ElfSymbol("outer", 0x1000, 0x80), new ElfSymbol("inner", 0x1020, 0x10), new ElfSymbol("label", 0x1040, 0, STT_NOTYPE), new ElfSymbol("tail", 0x1070, 0x20));
        Assert.Equal("outer", At(table, 0x101f));
        Assert.Equal("inner", At(table, 0x102f));
        Assert.Equal("outer", At(table, 0x1030));
        Assert.Equal("outer", At(table, 0x1044));
        Assert.Equal("tail", At(table, 0x1078));
        Assert.Equal("tail", At(table, 0x1088));
        Svma[] addresses = [new(0x0fff), new(0x1000), new(0x1020), new(0x1030), new(0x1031), new(0x1078), new(0x10f0)];
        var found = new int[addresses.Length];
        table.Find(addresses, found);
        Assert.Equal(addresses.Select(a => At(table, a.Value)), found.Select(i => i < 0 ? "-" : table.Name(i)));
    }

    /// <summary>Undefined, absolute, data and mapping symbols and labels outside of code are not functions.</summary>
    [Fact]
    public void SymbolTable_NotFunctions_LeftOut()
    {
        var table = Build(
            new ElfSymbol("import", 0, 0, Section: SHN_UNDEF), new ElfSymbol("absolute", 0x1000, 4, Section: SHN_ABS), new ElfSymbol("object", 0x1000, 4, STT_OBJECT),
            new ElfSymbol("tls", 0x10, 4, STT_TLS), new ElfSymbol("section", 0x1000, 0, STT_SECTION), new ElfSymbol("__start_managed", 0x1000, 0, STT_NOTYPE), new ElfSymbol("__stop_managed", 0x1800, 0, STT_NOTYPE), new ElfSymbol("datalabel", 0x2000, 0, STT_NOTYPE, Section: 2), new ElfSymbol("file.c", 0x1000, 0, STT_FILE),
            new ElfSymbol("ifunc", 0x1050, 4, STT_GNU_IFUNC));
        Assert.Equal(1, table.Count);
        Assert.Equal("ifunc", At(table, 0x1050));
    }

    /// <summary>Mapping symbols name no function on the machines that have them; elsewhere such a label is a label.</summary>
    [Theory]
    [InlineData(EM_AARCH64, "$x", false)]
    [InlineData(EM_AARCH64, "$d.12", false)]
    [InlineData(EM_AARCH64, "$start", true)]
    [InlineData(EM_ARM, "$a", false)]
    [InlineData(EM_ARM, "$t", false)]
    [InlineData(EM_RISCV, "$xrv64i2p0_m2p0", false)]
    [InlineData(EM_X86_64, "$x", true)]
    public void SymbolTable_MappingSymbols_OnTheirMachinesOnly(ushort machine, string name, bool named)
    {
        var b = new ElfBuilder { Machine = machine };
        b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, new byte[0x100]);
        b.AddSymbols(false, new ElfSymbol(name, 0x1000, 0, STT_NOTYPE, 0));
        b.AddSegment(PT_LOAD, PF_R | PF_X, 0, 0, 0x4000, 0x4000);
        Assert.Equal(named ? name : "-", At(SymbolTable.Build(ElfImage.Parse(b.Build(), "m")), 0x1000));
    }

    /// <summary>A Thumb function's address has bit 0 set in the table and not in the code.</summary>
    [Fact]
    public void SymbolTable_ThumbFunction_EvenAddress()
    {
        var b = new ElfBuilder { Machine = EM_ARM, Is64Bit = false };
        b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, new byte[0x100]);
        b.AddSymbols(false, new ElfSymbol("thumb", 0x1011, 8));
        b.AddSegment(PT_LOAD, PF_R | PF_X, 0, 0, 0x4000, 0x4000);
        Assert.Equal("thumb", At(SymbolTable.Build(ElfImage.Parse(b.Build(), "t")), 0x1010));
    }

    /// <summary>A label without a size ends where its section ends, also when a segment goes on with another section; padding after a sized one is nobody's.</summary>
    [Fact]
    public void SymbolTable_LabelAtEndOfSection_EndsThere()
    {
        var b = new ElfBuilder();
        b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, new byte[0x40]);
        b.AddSection(".fini", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1080, new byte[0x20]);
        b.AddSymbols(false, new ElfSymbol("sized", 0x1000, 0xd), new ElfSymbol("label", 0x1020, 0, STT_NOTYPE), new ElfSymbol("fini", 0x1080, 0, STT_NOTYPE, 1, 2));
        b.AddSegment(PT_LOAD, PF_R | PF_X, 0, 0, 0x4000, 0x4000);
        var table = SymbolTable.Build(ElfImage.Parse(b.Build(), "s"));
        Assert.Equal(["sized", "-", "label", "-", "fini", "-"], new ulong[] { 0x100c, 0x100d, 0x103f, 0x1040, 0x109f, 0x10a0 }.Select(a => At(table, a)));
    }

    /// <summary>A hundred thousand code sections and labels without a size: the ends are looked up, not searched for.</summary>
    [Fact]
    public void SymbolTable_ManySectionsAndEmptyLabels_Ends()
    {
        var b = new ElfBuilder();
        var symbols = new List<ElfSymbol>();
        for (var i = 0; i < 60_000; i++)
        {
            b.AddSection(".t", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000 + (ulong)i * 16, []);
            symbols.Add(new ElfSymbol("l" + i, 0x1000 + (ulong)i * 16, 0, STT_NOTYPE, 1, 1));
        }

        b.AddSymbols(false, [.. symbols]);
        b.AddSegment(PT_LOAD, PF_R | PF_X, 0, 0, 0x200_0000, 0x200_0000);
        Assert.Equal(60_000, SymbolTable.Build(ElfImage.Parse(b.Build(), "many")).Count);
    }

    /// <summary>A stripped file's own exports and the symbol table of its debug file name its code together.</summary>
    [Fact]
    public void SymbolTable_WithDebugFile_NamesFromBoth()
    {
        var stripped = Image(dynamic: true, 0, new ElfSymbol("exported", 0x1000, 0x10));
        var debugFile = Image(dynamic: false, 0, new ElfSymbol("exported", 0x1000, 0x10), new ElfSymbol("start_thread", 0x1020, 0x10));
        Assert.Equal("-", At(SymbolTable.Build(stripped), 0x1024));
        var table = SymbolTable.Build(stripped, debugFile);
        Assert.Equal("start_thread", At(table, 0x1024));
        Assert.Equal("exported", At(table, 0x1004));
        Assert.Equal(2, table.Count);
    }

    /// <summary>A debug file with another image base is of another layout: its addresses would name the wrong code.</summary>
    [Fact]
    public void SymbolTable_DebugFileWithAnotherBase_NotUsed()
    {
        var stripped = Image(dynamic: true, 0, new ElfSymbol("exported", 0x1000, 0x10));
        var debugFile = Image(dynamic: false, 0x400000, new ElfSymbol("start_thread", 0x1020, 0x10));
        Assert.Equal("-", At(SymbolTable.Build(stripped, debugFile), 0x1024));
    }
}
