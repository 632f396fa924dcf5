using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Tests.Dwarf.DwarfTestData;

namespace TraceKit.DebugInfo.Tests.Dwarf;

/// <summary>Each rule of units, entries and ranges by hand; <see cref="DwarfOracleTests"/> holds compilers' output against llvm-symbolizer.</summary>
public class DwarfInfoTests
{
    /// <summary>A function with two levels of inlining is one chain in every version, size and byte order.</summary>
    [Theory]
    [InlineData(2, false, 4)]
    [InlineData(2, true, 8)]
    [InlineData(3, false, 8)]
    [InlineData(3, true, 4)]
    [InlineData(4, false, 4)]
    [InlineData(4, true, 8)]
    [InlineData(5, false, 8)]
    [InlineData(5, true, 4)]
    public void DwarfInfo_EveryEncoding_SameChain(int version, bool dwarf64, int addressSize)
    {
        InByteOrder(version, dwarf64, addressSize, bigEndian: false);
        InByteOrder(version, dwarf64, addressSize, bigEndian: true);
    }

    private static void InByteOrder(int version, bool dwarf64, int addressSize, bool bigEndian)
    {
        var b = new DwarfBuilder(bigEndian) { IsDwarf64 = dwarf64, AddressSize = (byte)addressSize };
        DwarfEntry inner = Function("inner").With(DW_AT.inline, DW_FORM.data1, 1), middle = Function("middle");
        b.Unit((ushort)version, Unit("a.c", 0x1000, 0x100).Add(inner, middle,
            Function("outer", 0x1010, 0x40).Add(Inlined(middle, 0x1018, 0x10, 7).Add(Inlined(inner, 0x1020, 4, 3)))));
        var dwarf = b.Open();
        Assert.Equal("-", dwarf.Chain(0x100f));
        Assert.Equal("outer", dwarf.Chain(0x1010));
        Assert.Equal("middle < outer:7:9", dwarf.Chain(0x1018));
        Assert.Equal("inner < middle:3:9 < outer:7:9", dwarf.Chain(0x1020));
        Assert.Equal("middle < outer:7:9", dwarf.Chain(0x1024));
        Assert.Equal("outer", dwarf.Chain(0x104f));
        Assert.Equal("-", dwarf.Chain(0x1050));
        Assert.Equal((0, null), (dwarf.DamagedUnits, dwarf.FirstDamage));
    }

    /// <summary>A batch answers each address in its order, repeated ones too, and a second batch the same.</summary>
    [Fact]
    public void Resolve_BatchWithRepeats_OneChainEach()
    {
        var b = new DwarfBuilder();
        for (var i = 0; i < 40; i++)
            b.Unit(4, Unit($"{i}.c", 0x1000 + (ulong)i * 0x100, 0x100).Add(Function($"f{i}", 0x1000 + (ulong)i * 0x100, 0x100)));
        var dwarf = b.Open();
        var addresses = Enumerable.Range(0, 2000).Select(i => new Svma(0x0f80 + (ulong)(i / 2) * 4)).ToArray();
        foreach (var workers in (int[])[1, 4])
        {
            dwarf.Workers = workers;
            var frames = new SourceFrames();
            dwarf.Resolve(addresses, frames);
            Assert.Equal(addresses.Length, frames.Count);
            for (var i = 0; i < addresses.Length; i++)
                Assert.Equal(addresses[i].Value < 0x1000 ? "-" : $"f{(addresses[i].Value - 0x1000) / 0x100}", Chain(frames, i));
            Assert.Equal("f0", frames.Text(1)); // numbered as they appear, whichever thread was first
        }
    }

    /// <summary>Names come from the linkage name wherever it stands in the chain of origins, else from the nearest plain one.</summary>
    [Fact]
    public void Name_OriginsAndSpecifications_LinkageNameFirst()
    {
        var declaration = Function("f").With(DW_AT.linkage_name, DW_FORM.strp, "_Z1fv").With(DW_AT.declaration, DW_FORM.flag_present);
        var plain = Function("g");
        var origin = Function(null).With(DW_AT.specification, DW_FORM.ref4, declaration);
        var b = new DwarfBuilder().Unit(4, Unit("a.c", 0x1000, 0x100).Add(declaration, plain, origin,
            Function("named here", 0x1000, 4).With(DW_AT.abstract_origin, DW_FORM.ref4, origin),
            Function(null, 0x1004, 4).With(DW_AT.specification, DW_FORM.ref4, plain),
            Function(null, 0x1008, 4),
            Function("h", 0x100c, 4).With(DW_AT.MIPS_linkage_name, DW_FORM.@string, "_Z1hv")));
        var dwarf = b.Open();
        Assert.Equal(["_Z1fv", "g", "?", "_Z1hv"], new ulong[] { 0x1000, 0x1004, 0x1008, 0x100c }.Select(dwarf.Chain));
    }

    /// <summary>Origins in a circle end, with the name that was met.</summary>
    [Fact]
    public void Name_OriginsInACircle_Ends()
    {
        DwarfEntry a = Function(null), c = Function("c");
        a.With(DW_AT.abstract_origin, DW_FORM.ref4, c);
        c.With(DW_AT.specification, DW_FORM.ref4, a);
        var self = new DwarfEntry(DW_TAG.subprogram);
        self.With(DW_AT.abstract_origin, DW_FORM.ref4, self).Range(0x1010, 4);
        var dwarf = new DwarfBuilder().Unit(5, Unit("a.c", 0x1000, 0x100).Add(a, c, Function(null, 0x1000, 4).With(DW_AT.abstract_origin, DW_FORM.ref4, a), self)).Open();
        Assert.Equal(("c", "?"), (dwarf.Chain(0x1000), dwarf.Chain(0x1010)));
    }

    /// <summary>LTO: the origin of an inlined function stands in another unit.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void Name_OriginInAnotherUnit_Followed(int version)
    {
        var elsewhere = Function("elsewhere");
        var b = new DwarfBuilder();
        var inlined = new DwarfEntry(DW_TAG.inlined_subroutine).With(DW_AT.abstract_origin, DW_FORM.ref_addr, elsewhere).Range(0x1004, 4).With(DW_AT.call_line, DW_FORM.data2, 500);
        b.Unit((ushort)version, Unit("lto", 0x1000, 0x10).Add(Function("here", 0x1000, 0x10).Add(inlined)));
        b.Unit((ushort)version, Unit("b.c").Add(elsewhere));
        Assert.Equal("elsewhere < here:500", b.Open().Chain(0x1005));
    }

    /// <summary>Names and origins in the file that dwz made for several; without it they are unknown and the file is named.</summary>
    [Fact]
    public void Name_InTheSharedFile_FollowedOrMissed()
    {
        var shared = new DwarfBuilder();
        var common = Function("common");
        shared.Unit(4, new DwarfEntry(DW_TAG.partial_unit).Add(common));
        var text = shared.String("only a text");
        var file = shared.Image();
        var b = new DwarfBuilder();
        b.Unit(4, Unit("a.c", 0x1000, 0x100).Add(
            Function(null, 0x1000, 4).With(DW_AT.abstract_origin, DW_FORM.GNU_ref_alt, common.Offset),
            Function(null, 0x1004, 4).With(DW_AT.name, DW_FORM.GNU_strp_alt, text)));
        b.Sections[".gnu_debugaltlink"] = [.. "shared.debug\0"u8, 1, 2, 3];
        var whole = b.Open(new DwarfFiles { Alternate = ElfImage.Parse(file, "shared") });
        Assert.Equal(("common", "only a text"), (whole.Chain(0x1000), whole.Chain(0x1004)));
        Assert.Empty(whole.MissingFiles);
        var alone = b.Open();
        Assert.Equal("?", alone.Chain(0x1000));
        Assert.Equal(["shared.debug"], alone.MissingFiles);
    }

    /// <summary>Units whose first entry gives no addresses are found by their functions, with wrong indexes and without any.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void Units_WithoutAddresses_FoundByTheirFunctions(int hinted)
    {
        var b = new DwarfBuilder();
        b.Unit(4, Unit("a.c").Add(Function("a", 0x1000, 0x10), Function("cold", 0x5000, 0x10)));
        var second = b.NextUnit;
        b.Unit(4, Unit("b.c").Add(Function("b", 0x1010, 0x10)));
        b.Unit(4, Unit("c.c", 0x1020, 0x10).Add(Function("c", 0x1020, 0x10)));
        if (hinted >= 0) // claims everything for one of them
        {
            b.Sections[".debug_aranges"] = new ByteWriter().U32(44).U16(2).U32((uint)(hinted * second)).U8(8, 0).U32(0).U64(0x1000).U64(0x20).U64(0).U64(0).ToArray();
        }

        var dwarf = b.Open();
        Assert.Equal(["a", "b", "c", "cold", "-"], new ulong[] { 0x1008, 0x1010, 0x1020, 0x500f, 0x5010 }.Select(dwarf.Chain));
    }

    /// <summary>What the linker dropped is at 0, -1 or -2, or begins outside of all code: it names nothing.</summary>
    [Fact]
    public void Functions_Dropped_NameNothing()
    {
        var b = new DwarfBuilder();
        b.Unit(4, Unit("a.c", 0x1000, 0x100).Add(Function("alive", 0x1000, 0x100)));
        b.Unit(4, Unit("b.c", 0, 0x2000).Add(Function("dropped", 0, 0x2000)));
        b.Unit(4, Unit("c.c", 0x1000, 0x100).Add(Function("dropped too", 0x10, 0x3000),
            new DwarfEntry(DW_TAG.subprogram).With(DW_AT.name, DW_FORM.@string, "-1").With(DW_AT.low_pc, DW_FORM.addr, ulong.MaxValue).With(DW_AT.high_pc, DW_FORM.data4, 0x4000)));
        Assert.Equal("alive", b.Open().Chain(0x1010));
        Assert.Equal("-", b.Open().Chain(0x1200));
    }

    /// <summary>Functions within functions (GNU C, Ada, Fortran) are their own, also where the one around them was passed over.</summary>
    [Fact]
    public void Functions_Nested_TheirOwn()
    {
        var b = new DwarfBuilder();
        b.Unit(4, Unit("a.c", 0x1000, 0x100).Add(
            Function("around", 0x1000, 0x10).With(DW_AT.sibling, DW_FORM.ref4).Add(new DwarfEntry(DW_TAG.lexical_block).Add(Function("nested", 0x1040, 0x10))),
            Function("after", 0x1010, 0x10)));
        var dwarf = b.Open();
        Assert.Equal("nested", dwarf.Chain(0x1041));
        Assert.Equal(["around", "after", "nested"], new ulong[] { 0x1001, 0x1011, 0x1041 }.Select(dwarf.Chain));
    }

    /// <summary>Where functions overlap the later entry counts, as in llvm-symbolizer; where units do, one that has a function there.</summary>
    [Fact]
    public void Overlaps_FunctionsAndUnits_LaterEntryAndUnitWithFunction()
    {
        var b = new DwarfBuilder();
        b.Unit(4, Unit("whole", 0x1000, 0x1000).Add(Function("first", 0x1000, 0x20), Function("second", 0x1010, 0x20)));
        b.Unit(4, Unit("part", 0x1010, 0x100).Add(Function("third", 0x1040, 0x10)));
        var dwarf = b.Open();
        Assert.Equal(["first", "second", "second", "third", "-"], new ulong[] { 0x100f, 0x1010, 0x102f, 0x1040, 0x1050 }.Select(dwarf.Chain));
    }

    /// <summary>Ranges of <c>.debug_ranges</c>: relative to the unit, after a base, dropped ones.</summary>
    [Fact]
    public void Ranges_OldList_EachKind()
    {
        var b = new DwarfBuilder();
        b.Sections[".debug_ranges"] = new ByteWriter().U64(0x10).U64(0x20).U64(1).U64(1).U64(ulong.MaxValue).U64(0x3000).U64(0).U64(4).U64(ulong.MaxValue - 1).U64(ulong.MaxValue - 1)
            .U64(0).U64(0).ToArray();
        b.Unit(3, Unit("a.c", 0x1000, 0x4000).Add(new DwarfEntry(DW_TAG.subprogram).With(DW_AT.name, DW_FORM.@string, "f").With(DW_AT.ranges, DW_FORM.data4, 0)));
        var dwarf = b.Open();
        Assert.Equal(["-", "f", "f", "-", "f", "f", "-"], new ulong[] { 0x100f, 0x1010, 0x101f, 0x1020, 0x3000, 0x3003, 0x3004 }.Select(dwarf.Chain));
    }

    /// <summary>Ranges of <c>.debug_rnglists</c>: every kind of entry, by offset and by number, dropped ones.</summary>
    [Theory]
    [InlineData(DW_FORM.sec_offset, 16)]
    [InlineData(DW_FORM.rnglistx, 0)]
    public void Ranges_NewList_EachKind(int form, int value)
    {
        var b = new DwarfBuilder();
        var list = new ByteWriter().U8(DW_RLE.offset_pair).Uleb(0x10).Uleb(0x14) // from the unit
            .U8(DW_RLE.base_addressx).Uleb(0).U8(DW_RLE.offset_pair).Uleb(0).Uleb(4)
            .U8(DW_RLE.base_address).U64(0x3000).U8(DW_RLE.offset_pair).Uleb(8).Uleb(12)
            .U8(DW_RLE.startx_endx).Uleb(1).Uleb(2).U8(DW_RLE.startx_length).Uleb(2).Uleb(4)
            .U8(DW_RLE.start_end).U64(0x4000).U64(0x4004).U8(DW_RLE.start_length).U64(0x4010).Uleb(4)
            .U8(DW_RLE.base_address).U64(ulong.MaxValue).U8(DW_RLE.offset_pair).Uleb(0x2001).Uleb(0x3001)
            .U8(DW_RLE.start_length).U64(ulong.MaxValue).Uleb(0x3000).U8(DW_RLE.end_of_list).ToArray();
        b.Sections[".debug_rnglists"] = new ByteWriter().U32((uint)(12 + list.Length)).U16(5).U8(8, 0).U32(1).U32(4).U8(list).ToArray();
        b.Sections[".debug_addr"] = new ByteWriter().U32(28).U16(5).U8(8, 0).U64(0x2000).U64(0x2100).U64(0x2104).ToArray();
        b.Unit(5, Unit("a.c", 0x1000, 0x8000).With(DW_AT.addr_base, DW_FORM.sec_offset, 8).With(DW_AT.rnglists_base, DW_FORM.sec_offset, 12)
            .Add(new DwarfEntry(DW_TAG.subprogram).With(DW_AT.name, DW_FORM.@string, "f").With(DW_AT.ranges, (ushort)form, value)));
        var dwarf = b.Open();
        foreach (var at in (ulong[])[0x1010, 0x2000, 0x3008, 0x2100, 0x2104, 0x4000, 0x4010])
            Assert.Equal("- f f -", $"{dwarf.Chain(at - 1).Replace("f", at == 0x2104 ? "-" : "f")} {dwarf.Chain(at)} {dwarf.Chain(at + 3)} {dwarf.Chain(at + 4).Replace("f", at == 0x2100 ? "-" : "f")}");
        Assert.Equal(0, dwarf.DamagedUnits);
    }

    /// <summary>A unit that breaks off keeps what stands before, is counted, and leaves its neighbours alone.</summary>
    [Fact]
    public void Units_Damaged_CountedAndPassedOver()
    {
        var b = new DwarfBuilder();
        var back = Function("back").With(DW_AT.declaration, DW_FORM.flag_present).With(DW_AT.sibling, DW_FORM.ref4, 0x0b).Add(new DwarfEntry(DW_TAG.formal_parameter));
        b.Unit(4, Unit("a.c", 0x1000, 0x100).Add(Function("before", 0x1000, 0x10), back, Function("after", 0x1010, 0x10)));
        b.Unit(9, Unit("b.c", 0x1100, 0x100));
        b.Unit(4, Unit("c.c", 0x1200, 0x100).Add(Function("c", 0x1200, 0x10)));
        var dwarf = b.Open();
        Assert.Equal(["before", "-", "-", "c"], new ulong[] { 0x1000, 0x1010, 0x1100, 0x1200 }.Select(dwarf.Chain));
        Assert.Equal(2, dwarf.DamagedUnits);
        Assert.Equal(BadDataCode.UnsupportedVersion, dwarf.FirstDamage!.Code);
    }

    /// <summary>Entries nested as deep as bytes allow are walked, not recursed into.</summary>
    [Fact]
    public void Entries_NestedDeeply_Walked()
    {
        var b = new DwarfBuilder();
        b.Unit(4, Unit("a.c", 0x1000, 0x100).Add(Function("f", 0x1000, 0x10)));
        var sections = b.Build();
        // Blocks in blocks in a unit of its own: one byte each.
        var abbreviations = new ByteWriter().U8(sections[".debug_abbrev"][..^1]).Uleb(200).Uleb(DW_TAG.lexical_block).U8(1, 0, 0, 0).ToArray();
        var deep = new byte[4_000_000];
        for (var i = 0; i < deep.Length; i += 2)
            (deep[i], deep[i + 1]) = (200, 1);
        sections[".debug_abbrev"] = abbreviations;
        sections[".debug_info"] = [.. sections[".debug_info"], .. new ByteWriter().U32((uint)(7 + deep.Length)).U16(4).U32(0).U8(8).U8(deep).ToArray()];
        Assert.Equal("f", Open(b.Image(sections)).Chain(0x1000));
    }
}
