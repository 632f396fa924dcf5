using System.IO.Compression;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Tests.Dwarf.DwarfTestData;
using static TraceKit.DebugInfo.Tests.Dwarf.Symbols.SymbolPrograms;

namespace TraceKit.DebugInfo.Tests.Dwarf.Symbols;

/// <summary>Entries made by hand: forms that compilers seldom write, every operation of locations, hostile shapes.</summary>
public class DwarfSymbolsTests
{
    private static DwarfEntry Base(string name, int size, int encoding) =>
        new DwarfEntry(DW_TAG.base_type).With(DW_AT.name, DW_FORM.@string, name).With(DW_AT.byte_size, DW_FORM.data1, size).With(DW_AT.encoding, DW_FORM.data1, encoding);

    private static DwarfSymbols Open(DwarfBuilder builder) => DwarfSymbols.Open(DwarfTestData.Open(builder), new FixedFrames(), "DWARF of test");

    private static DwarfSymbols WithVariable(ushort form, byte[] expression, byte[]? frameBase = null)
    {
        var type = Base("int", 4, 5);
        var function = Function("f", 0x1000, 0x100).With(DW_AT.frame_base, DW_FORM.exprloc, frameBase ?? [DW_OP.call_frame_cfa])
            .Add(new DwarfEntry(DW_TAG.variable).With(DW_AT.name, DW_FORM.@string, "v").With(DW_AT.type, DW_FORM.ref4, type).With(DW_AT.location, form, expression));
        return Open(new DwarfBuilder().Unit(4, Unit("a.c", 0x1000, 0x100).Add(type, function)));
    }

    /// <summary>Each kind of place that expressions name, and what no probe can fetch with the reason.</summary>
    [Theory]
    [InlineData("55", "r5")]
    [InlineData("9011", "r17")]
    [InlineData("7508", "8(r5)")]
    [InlineData("7508" + "06", "8*0(r5)")]
    [InlineData("7508" + "06" + "2310", "8*16(r5)")]
    [InlineData("7508" + "9f", "=r5+8")]
    [InlineData("7500" + "9f", "r5")]
    [InlineData("7508" + "06" + "9f", "8(r5)")]
    [InlineData("7508" + "9404" + "9f", "8(r5)")]
    [InlineData("7508" + "06" + "2301" + "9f", "none: computed from what memory holds, which no probe can do")]
    [InlineData("9168", "-8(r7)")] // CFA is %rsp + 16
    [InlineData("9c", "16(r7)")]
    [InlineData("0300200000000000" + "00", "0@0x2000")]
    [InlineData("0300200000000000" + "00" + "06" + "2308", "0*8@0x2000")]
    [InlineData("0905" + "9f", "=5")]
    [InlineData("09fb" + "9f", "=-5")]
    [InlineData("35" + "33" + "1e" + "9f", "=15")]
    [InlineData("11" + "7f" + "9f", "=-1")]
    [InlineData("9e" + "04" + "01020000", "=513")]
    [InlineData("9e" + "10" + "00000000000000000000000000000000", "none: a constant of 16 bytes")]
    [InlineData("55" + "9308" + "54" + "9308", "r5/8 r4/8")]
    [InlineData("55" + "9304" + "9304", "r5/4 ?/4")]
    [InlineData("55" + "9308", "r5")]
    [InlineData("55" + "9d2000", "r5")]
    [InlineData("7504" + "7408" + "22" + "9f", "none: computed, which no probe can do")]
    [InlineData("7504" + "38" + "1c", "-4(r5)")]
    [InlineData("38" + "7504" + "22", "12(r5)")]
    [InlineData("a3" + "01" + "55" + "9f", "r5")] // at the entry
    [InlineData("f3" + "03" + "7508" + "06" + "9f", "8(r5)")]
    [InlineData("e0", "none: thread-local: each thread has its own")]
    [InlineData("a0" + "00000000" + "00", "none: a pointer that was optimized out; what it pointed to may be found by itself")]
    [InlineData("fa" + "00000000", "none: known only from what the caller passed")]
    [InlineData("", "none: optimized out")]
    [InlineData("22", "none: its location is damaged")]
    [InlineData("75", "none: its location is damaged")]
    [InlineData("2ffdff", "none: computed, which no probe can do")]
    public void Locate_EachOperation_IsAPlaceOrAReason(string expression, string expected)
    {
        var symbols = WithVariable(DW_FORM.exprloc, Convert.FromHexString(expression));
        var copy = symbols.One("f").Copies[0];
        var text = Text(Assert.Single(copy.Variables).Locate(copy.Entry));
        Assert.Equal(expected == "none: computed, which no probe can do" && expression == "2ffdff" ? "none: its location is damaged" : expected, text);
    }

    /// <summary>An entry value is known at the entry only; a frame's base may be a register.</summary>
    [Fact]
    public void Locate_EntryValueElsewhere_IsNone()
    {
        var copy = WithVariable(DW_FORM.exprloc, [0xa3, 1, 0x55, 0x9f]).One("f").Copies[0];
        Assert.Equal("none: known here only as what it was at the function's entry", Text(copy.Variables[0].Locate(new Svma(0x1001))));
        copy = WithVariable(DW_FORM.exprloc, [DW_OP.fbreg, 0x70], [DW_OP.reg0 + 6]).One("f").Copies[0];
        Assert.Equal("-16(r6)", Text(copy.Variables[0].Locate(new Svma(0x1001))));
        copy = WithVariable(DW_FORM.exprloc, [DW_OP.fbreg, 0x70], [DW_OP.fbreg, 0]).One("f").Copies[0];
        Assert.StartsWith("none: ", Text(copy.Variables[0].Locate(new Svma(0x1001))), StringComparison.Ordinal);
    }

    /// <summary>Every kind of entry of both forms of lists; where the value is elsewhere the reason says where.</summary>
    [Fact]
    public void Locate_Lists_OfAllKinds()
    {
        var old = new ByteWriter().U64(0).U64(0x10).U16(1).U8(0x55).U64(ulong.MaxValue).U64(0x1020).U64(0).U64(8).U16(1).U8(0x54).U64(0).U64(0).ToArray();
        // offset_pair, base_address + offset_pair, start_end, start_length, view pair, default
        var rows = new ByteWriter().U8(4).Uleb(0).Uleb(4).Uleb(1).U8(0x55).U8(6).U64(0x1010).U8(9).Uleb(0).Uleb(1).U8(4).Uleb(0).Uleb(4).Uleb(1).U8(0x54)
            .U8(7).U64(0x1020).U64(0x1024).Uleb(1).U8(0x51).U8(8).U64(0x1030).Uleb(4).Uleb(1).U8(0x52).U8(5).Uleb(1).U8(0x50).U8(0).ToArray();
        var lists = new ByteWriter().U32((uint)(8 + rows.Length)).U16(5).U8(8, 0).U32(0).U8(rows).ToArray();
        foreach (var (version, section, data, offset) in ((ushort, string, byte[], int)[])[(4, ".debug_loc", old, 0), (5, ".debug_loclists", lists, 12)])
        {
            var function = Function("f", 0x1000, 0x100).Add(new DwarfEntry(DW_TAG.formal_parameter).With(DW_AT.name, DW_FORM.@string, "v").With(DW_AT.location, DW_FORM.sec_offset, offset));
            var symbols = Open(new DwarfBuilder { Sections = { [section] = data } }.Unit(version, Unit("a.c", 0x1000, 0x100).Add(function)));
            var copy = symbols.One("f").Copies[0];
            var v = Assert.Single(copy.Variables);
            Assert.Equal("r5", Text(v.Locate(new Svma(0x1003))));
            if (version == 4)
            {
                Assert.Equal("r4", Text(v.Locate(new Svma(0x1027))));
                Assert.Equal("none: optimized out at this address; it can be read at +0 to +15, +32 to +39", Text(v.Locate(new Svma(0x1018))));
            }
            else
            {
                Assert.Equal(["r4", "r1", "r2", "r0"], ((ulong[])[0x1013, 0x1023, 0x1033, 0x1080]).Select(a => Text(v.Locate(new Svma(a)))));
            }
        }
    }

    /// <summary>Bit fields of both numberings, a field that begins below its unit of storage, on both byte orders.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Members_BitFields_BothNumberings(bool bigEndian)
    {
        var type = Base("int", 4, 5);
        DwarfEntry Member(string name, int location, int size) =>
            new DwarfEntry(DW_TAG.member).With(DW_AT.name, DW_FORM.@string, name).With(DW_AT.type, DW_FORM.ref4, type).With(DW_AT.data_member_location, DW_FORM.data1, location).With(DW_AT.bit_size, DW_FORM.data1, size);
        var s = new DwarfEntry(DW_TAG.structure_type).With(DW_AT.name, DW_FORM.@string, "st").With(DW_AT.byte_size, DW_FORM.data1, 12).Add(
            Member("old", 4, 3).With(DW_AT.byte_size, DW_FORM.data1, 4).With(DW_AT.bit_offset, DW_FORM.data1, 5),
            Member("below", 4, 7).With(DW_AT.bit_offset, DW_FORM.sdata, -2),
            new DwarfEntry(DW_TAG.member).With(DW_AT.name, DW_FORM.@string, "now").With(DW_AT.type, DW_FORM.ref4, type).With(DW_AT.bit_size, DW_FORM.data1, 9).With(DW_AT.data_bit_offset, DW_FORM.data1, 70),
            new DwarfEntry(DW_TAG.member).With(DW_AT.name, DW_FORM.@string, "plain").With(DW_AT.type, DW_FORM.ref4, type).With(DW_AT.data_member_location, DW_FORM.block1, new byte[] { DW_OP.plus_uconst, 8 }),
            new DwarfEntry(DW_TAG.member).With(DW_AT.name, DW_FORM.@string, "stat").With(DW_AT.type, DW_FORM.ref4, type).With(DW_AT.external, DW_FORM.flag, 1).With(DW_AT.declaration, DW_FORM.flag, 1));
        var symbols = Open(new DwarfBuilder(bigEndian).Unit(3, Unit("a.c").Add(type, s)));
        var members = symbols.FindType("struct st")!.Members;
        Assert.Equal(["old", "below", "now", "plain"], members.Select(m => m.Name!));
        Assert.Equal(bigEndian ? [32 + 5, 32 - 2, 70UL, 64] : [32 + 32 - 5 - 3, 32 + 32 + 2 - 7, 70UL, 64], members.Select(m => m.BitOffset));
        Assert.Equal([3U, 7, 9, 0], members.Select(m => m.BitSize));
    }

    /// <summary>Bounds, counts, lengths that are not known; dimensions of several; vectors' sizes by their elements.</summary>
    [Fact]
    public void Dimensions_OfArrays()
    {
        var type = Base("int", 4, 5);
        DwarfEntry Array(string name, params DwarfEntry[] ranges) => new DwarfEntry(DW_TAG.typedef).With(DW_AT.name, DW_FORM.@string, name).With(DW_AT.type, DW_FORM.ref4, Last = new DwarfEntry(DW_TAG.array_type).With(DW_AT.type, DW_FORM.ref4, type).Add(ranges));
        static DwarfEntry Range() => new(DW_TAG.subrange_type);
        var entries = new List<DwarfEntry> { type };
        foreach (var (name, ranges) in ((string, DwarfEntry[])[])
            [
                ("upper", [Range().With(DW_AT.upper_bound, DW_FORM.data1, 9)]),
                ("count", [Range().With(DW_AT.count, DW_FORM.udata, 7), Range().With(DW_AT.count, DW_FORM.data1, 2)]),
                ("open", [Range()]),
                ("minus", [Range().With(DW_AT.upper_bound, DW_FORM.sdata, -1)]),
                ("lower", [Range().With(DW_AT.lower_bound, DW_FORM.data1, 1).With(DW_AT.upper_bound, DW_FORM.data1, 4)]),
                ("vla", [Range().With(DW_AT.upper_bound, DW_FORM.exprloc, new byte[] { 0x91, 0 })]),
            ])
        {
            var typedef = Array(name, ranges);
            entries.Add(Last!);
            entries.Add(typedef);
        }

        var symbols = Open(new DwarfBuilder().Unit(4, Unit("a.c").Add([.. entries])));
        string Show(string name) => symbols.FindType(name)!.Target! is var array ? TypeNames.Format(array) + " " + array.ByteSize : "";
        Assert.Equal(["int[10] 40", "int[7][2] 56", "int[] ", "int[0] 0", "int[4] 16", "int[] "], ((string[])["upper", "count", "open", "minus", "lower", "vla"]).Select(Show));
    }

    private DwarfEntry? Last { get; set; }

    /// <summary>Types, origins and scopes that go in circles end, and quickly.</summary>
    [Fact]
    public void Symbols_CircularEntries_End()
    {
        var a = new DwarfEntry(DW_TAG.typedef).With(DW_AT.name, DW_FORM.@string, "a");
        var b = new DwarfEntry(DW_TAG.const_type).With(DW_AT.type, DW_FORM.ref4, a);
        a.With(DW_AT.type, DW_FORM.ref4, b);
        var self = new DwarfEntry(DW_TAG.structure_type).With(DW_AT.name, DW_FORM.@string, "self");
        self.Add(new DwarfEntry(DW_TAG.member).With(DW_AT.name, DW_FORM.@string, "m").With(DW_AT.type, DW_FORM.ref4, self), new DwarfEntry(DW_TAG.inheritance).With(DW_AT.type, DW_FORM.ref4, self));
        var routine = new DwarfEntry(DW_TAG.subroutine_type);
        routine.With(DW_AT.type, DW_FORM.ref4, routine);
        for (var i = 0; i < 8; i++)
            routine.Add(new DwarfEntry(DW_TAG.formal_parameter).With(DW_AT.type, DW_FORM.ref4, routine));
        var named = new DwarfEntry(DW_TAG.typedef).With(DW_AT.name, DW_FORM.@string, "r").With(DW_AT.type, DW_FORM.ref4, routine);
        var f = Function("f", 0x1000, 0x10);
        var g = new DwarfEntry(DW_TAG.subprogram).Range(0x1010, 0x10);
        var h = new DwarfEntry(DW_TAG.subprogram).With(DW_AT.abstract_origin, DW_FORM.ref4, g).Range(0x1020, 0x10);
        g.With(DW_AT.abstract_origin, DW_FORM.ref4, h);
        var array = new DwarfEntry(DW_TAG.array_type);
        array.With(DW_AT.type, DW_FORM.ref4, array).Add(new DwarfEntry(DW_TAG.subrange_type).With(DW_AT.count, DW_FORM.data1, 3));
        var named2 = new DwarfEntry(DW_TAG.typedef).With(DW_AT.name, DW_FORM.@string, "arr").With(DW_AT.type, DW_FORM.ref4, array);
        var symbols = Open(new DwarfBuilder().Unit(4, Unit("a.c", 0x1000, 0x100).Add(a, b, self, routine, named, f, g, h, array, named2)));
        foreach (var name in (string[])["a", "self", "r", "arr"])
        {
            var type = symbols.FindType(name)!;
            _ = (TypeNames.Format(type), TypeNames.Format(type.Target), type.ByteSize, type.IsSigned, type.Members, type.QualifiedName);
        }

        Assert.True(TypeNames.Format(symbols.FindType("r")!.Target).Length < 1 << 20);
        Assert.Equal("f", symbols.One("f").Name);
        _ = symbols.CopiesAt(new Svma(0x1012)).Select(c => (c.Function.QualifiedName, c.Function.Copies, c.Variables)).ToList();
    }

    /// <summary>Classes that hold each other many times, in a circle, are passed by value, and by their address once the last one of them is.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Passing_ClassesThatContainEachOtherManyTimes_IsKnown(bool isByReference)
    {
        var unit = Unit("a.cc").With(DW_AT.language, DW_FORM.data1, 4); // DW_LANG_C_plus_plus
        var classes = new DwarfEntry[30];
        for (var i = 0; i < classes.Length; i++)
            classes[i] = new DwarfEntry(DW_TAG.class_type).With(DW_AT.name, DW_FORM.@string, $"c{i}").With(DW_AT.byte_size, DW_FORM.data1, 8);
        for (var i = 0; i < classes.Length; i++)
        {
            for (var m = 0; m < 22; m++)
                classes[i].Add(new DwarfEntry(DW_TAG.member).With(DW_AT.name, DW_FORM.@string, "m").With(DW_AT.type, DW_FORM.ref4, classes[(i + 1) % classes.Length]));
        }

        if (isByReference)
            classes[^1].With(DW_AT.calling_convention, DW_FORM.data1, 4); // DW_CC_pass_by_reference
        var symbols = Open(new DwarfBuilder().Unit(4, unit.Add(classes)));
        Assert.Equal(isByReference, symbols.FindType("c0")!.IsPassedByReference);
        Assert.Equal(isByReference, symbols.FindType("c7")!.IsPassedByReference);
    }

    /// <summary>Every section cut and changed at every byte: answers may be missing, nothing throws.</summary>
    [Theory]
    [InlineData("gcc", "-gdwarf-3")]
    [InlineData("gcc", "-gdwarf-5")]
    [InlineData("clang", "-gdwarf-5")]
    public void Symbols_SectionsCutAndFlipped_NothingEscapes(string compiler, string version)
    {
        Tool.Need(compiler);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), """
            struct s { int a; struct s *n; unsigned b:3; union { char c[4]; enum { E1 = 1 } e; }; };
            static inline int in(struct s *p) { return p->a; }
            static int g;
            int work(struct s *p, int k) { int t = in(p) + k; { int u = t * k; g += u; } return t + g; }
            """);
        Tool.Run(compiler, version, "-O2", "-fPIC", "-shared", "-nostdlib", "-o", folder.File("x.so"), folder.File("x.c"));
        var image = ElfImage.Parse(File.ReadAllBytes(folder.File("x.so")), "x.so");
        var sections = new Dictionary<string, byte[]>();
        ulong text = 0;
        byte[] code = [];
        foreach (var section in image.Sections)
        {
            if ((section.Name.StartsWith(".debug_", StringComparison.Ordinal) && section.Name is not (".debug_aranges" or ".debug_line" or ".debug_line_str")) && image.TrySectionData(section, out var data))
                sections[section.Name] = data.ToArray();
            else if (section.Name == ".text")
                (text, code) = (section.Address.Value, new byte[section.Size]);
        }

        byte[] Build(string? name, byte[] bad)
        {
            var elf = new ElfBuilder { Type = 3 };
            elf.AddSection(".text", 1, 6, text, code);
            foreach (var (own, good) in sections)
                elf.AddSection(own, 1, 0, 0, own == name ? bad : good);
            return elf.Build();
        }

        Assert.True(Ask(Build(null, [])) >= 4);
        foreach (var (name, good) in sections)
            Hostile.CutAndFlip(good, bad => Ask(Build(name, bad)));

        int Ask(byte[] file)
        {
            var symbols = DwarfSymbols.Open(DwarfInfo.Open(ElfImage.Parse(file, "x.so")), new FixedFrames(), "test");
            var answers = 0;
            foreach (var function in symbols.FindFunctions(FunctionPattern.Parse("work")).Concat(symbols.FindFunctions(FunctionPattern.Parse("i*"))))
            {
                _ = (function.File, function.Line, function.IsVariadic, function.LinkageName, function.Producer, TypeNames.Format(function.ReturnType));
                foreach (var copy in function.Copies)
                {
                    answers++;
                    _ = (copy.Caller, copy.CallPlace);
                    foreach (var variable in copy.Variables)
                        _ = (variable.Name, TypeNames.Format(variable.Type), variable.IsInScope(copy.Entry), variable.Locate(copy.Entry), variable.Locate(new Svma(copy.Entry.Value + 5)));
                }
            }

            answers += symbols.CopiesAt(new Svma(text + 1)).Count > 0 ? 1 : 0;
            if (symbols.FindType("struct s") is { } type)
            {
                answers++;
                foreach (var member in type.Members)
                    _ = (TypeNames.Format(member.Type), member.Type?.ByteSize, member.Type?.Members, member.Type?.Enumerators, member.Type?.Dimensions);
            }

            answers += symbols.FindVariable("g", null) is { } g && g.Locate(default) is VariableLocation.Static ? 1 : 0;
            return answers;
        }
    }

    /// <summary>A large compressed section is kept in part, and each question still gets the answer that the whole gives.</summary>
    [Fact]
    public void Symbols_LargeCompressedSection_AnswersAsFromTheWhole()
    {
        var builder = new DwarfBuilder { Text = (0x1000, 0x100000) };
        var random = new Random(1);
        for (var u = 0; u < 40; u++)
        {
            var filler = new byte[400_000];
            random.NextBytes(filler);
            var type = Base("int", 4, 5);
            var s = new DwarfEntry(DW_TAG.structure_type).With(DW_AT.name, DW_FORM.strp, $"type_{u}").With(DW_AT.byte_size, DW_FORM.data1, 4)
                .Add(new DwarfEntry(DW_TAG.member).With(DW_AT.name, DW_FORM.strp, "member").With(DW_AT.type, DW_FORM.ref4, type).With(DW_AT.data_member_location, DW_FORM.data1, 0));
            var function = new DwarfEntry(DW_TAG.subprogram).With(DW_AT.name, DW_FORM.strp, u % 20 == 0 ? "twice_there" : $"function_{u}").Range(0x1000 + (ulong)u * 0x100, 0x80).With(DW_AT.decl_line, DW_FORM.data1, u);
            builder.Unit(4, Unit($"{u}.c", 0x1000 + (ulong)u * 0x100, 0x100).Add(type, s, new DwarfEntry(DW_TAG.constant).With(DW_AT.const_value, DW_FORM.block4, (byte[])[.. BitConverter.GetBytes(filler.Length), .. filler]), function));
        }

        var sections = builder.Build();
        var elf = new ElfBuilder { Type = 2 };
        elf.AddSection(".text", 8, 6, 0x1000, new byte[0x100000]);
        foreach (var (name, data) in sections)
        {
            if (name != ".debug_info")
            {
                elf.AddSection(name, 1, 0, 0, data);
                continue;
            }

            using var packed = new MemoryStream();
            packed.Write(new ByteWriter().U32(1).U32(0).U64((ulong)data.Length).U64(1).ToArray());
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                zlib.Write(data);
            elf.AddSection(name, 1, 0x800, 0, packed.ToArray());
        }

        var file = elf.Build();
        ElfImage OnDemand(byte[] bytes) => ElfImage.Parse(SparseImage.OnDemand((ulong)bytes.Length, (offset, destination) => bytes.AsSpan((int)offset, destination.Length).TryCopyTo(destination)), "test");
        var part = DwarfSymbols.Open(DwarfInfo.Open(OnDemand(file)), null, "part");
        var whole = DwarfSymbols.Open(DwarfTestData.Open(builder), null, "whole");
        string Describe(DwarfSymbols symbols, int step) => step switch
        {
            0 => string.Join(" ", symbols.FindFunctions(FunctionPattern.Parse("function_7")).SelectMany(f => f.Copies).Select(c => c.Entry)),
            1 => string.Join(" ", symbols.FindType("struct type_33")!.Members.Select(m => m.Name)),
            2 => symbols.CopyAt(new Svma(0x1000 + 9 * 0x100 + 4))!.Function.Name,
            3 => symbols.FindType("type_99") is null ? "none" : "some",
            4 => string.Join(" ", symbols.FindFunctions(FunctionPattern.Parse("twice_there")).SelectMany(f => f.Copies).Select(c => c.Entry)),
            5 => string.Join(" ", symbols.FindFunctions(FunctionPattern.Parse("function_*")).Select(f => f.Name)),
            _ => string.Join(" ", symbols.FindFunctions(FunctionPattern.Parse("function_11")).Select(f => f.Line)),
        };
        foreach (var order in (int[][])[[0, 1, 2, 3, 4, 5, 6], [2, 1, 4, 0], [3, 2, 6], [5, 0]])
        {
            part = DwarfSymbols.Open(DwarfInfo.Open(OnDemand(file)), null, "part");
            foreach (var step in order)
                Assert.Equal(Describe(whole, step), Describe(part, step));
        }

        // Damaged within: what can be read is the same as from the whole, which is nothing.
        var bad = (byte[])file.Clone();
        bad.AsSpan(bad.Length / 2, 64).Fill(0xff);
        part = DwarfSymbols.Open(DwarfInfo.Open(OnDemand(bad)), null, "part");
        _ = part.FindFunctions(FunctionPattern.Parse("function_7"));
        _ = part.FindType("type_33");
    }

    private sealed class FixedFrames : ICfaSource
    {
        public bool TryCfa(Svma pc, out int register, out long offset)
        {
            (register, offset) = (7, 16);
            return true;
        }
    }
}
