using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Lines;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Tests.Dwarf.Lines;

/// <summary>Line tables laid out by hand: each version, each rule.</summary>
public class LineTableTests
{
    private static DwarfSections Sections(byte[] line, bool bigEndian = false, byte[]? strings = null, byte[]? lineStrings = null, byte[]? offsets = null)
    {
        var b = new ElfBuilder { BigEndian = bigEndian };
        b.AddSection(".debug_line", SHT_PROGBITS, 0, 0, line);
        if (strings is not null)
            b.AddSection(".debug_str", SHT_PROGBITS, 0, 0, strings);
        if (lineStrings is not null)
            b.AddSection(".debug_line_str", SHT_PROGBITS, 0, 0, lineStrings);
        if (offsets is not null)
            b.AddSection(".debug_str_offsets", SHT_PROGBITS, 0, 0, offsets);
        return new DwarfSections(ElfImage.Parse(b.Build(), "lines"));
    }

    private static LineTable Read(LineProgramBuilder b, bool bigEndian = false, bool codeAtZero = false) =>
        LineTable.Read(Sections(b.Build(), bigEndian), default, new LineUnit { CompilationDirectory = "/build", AddressSize = 8, HasCodeAtZero = codeAtZero });

    private static string Text(LineTable table) => string.Join("; ", table.Sequences.ToArray().Select(s =>
        $"{s.Start.Value:x}-{s.End.Value:x}:" + string.Concat(Enumerable.Range(s.FirstRow, s.RowCount).Select(r => $" {table.Row(s, r).Start.Value:x}={table.Row(s, r).Line}"))));

    /// <summary>The same program means the same in each version, offset size and byte order.</summary>
    [Theory]
    [InlineData(2, false, false)]
    [InlineData(3, true, false)]
    [InlineData(4, false, true)]
    [InlineData(4, true, true)]
    [InlineData(5, false, false)]
    [InlineData(5, true, true)]
    public void LineTable_EachVersionAndByteOrder_SameRows(ushort version, bool dwarf64, bool bigEndian)
    {
        var table = Read(new LineProgramBuilder(bigEndian) { Version = version, IsDwarf64 = dwarf64 }.Address(0x1000).Row(9).Row(5, 8).End(4), bigEndian);
        Assert.Equal("1000-100c: 1000=10 1008=15", Text(table));
        Assert.True(table.TryFind(new Svma(0x1007), out var row));
        Assert.Equal((0x1000UL, 0x1008UL, 10u), (row.Start.Value, row.End.Value, row.Line));
        Assert.True(table.TryFind(new Svma(0x100b), out row));
        Assert.Equal(15u, row.Line);
        Assert.False(table.TryFind(new Svma(0x100c), out _));
        Assert.False(table.TryFind(new Svma(0xfff), out _));
        Assert.Equal(version >= 5 ? "/src/one.c" : "/build/one.c", table.FilePath(row.File));
        Assert.False(table.IsDamaged);
    }

    /// <summary>Each standard opcode and special ones, with the numbers of DWARF 5 §6.2.5.</summary>
    [Fact]
    public void LineTable_EachOpcode_AsSpecified()
    {
        var b = new LineProgramBuilder { MinimumInstructionLength = 4 };
        b.Address(0x1000);
        b.Program.U8(5).Uleb(300).U8(4).Uleb(2).U8(6, 7, 10, 11, 12).Uleb(3).U8(1); // column, file, negate_stmt, basic_block, prologue_end, epilogue_begin, isa, copy
        b.Program.U8(0, 2, 4, 7); // set_discriminator
        b.Program.U8(13 + 14 * 2 + 5 + 3); // special: 2 operations (8 bytes), line +3
        b.Program.U8(8, 1); // const_add_pc: (255 - 13) / 14 = 17 operations, 68 bytes
        b.Program.U8(9, 3, 0, 1); // fixed_advance_pc: 3 bytes, whatever an instruction has
        b.End(1);
        var sink = new AllRows([]);
        Read(b).Visit(ref sink);
        Assert.Equal(
            ["1000 2:1:300 BasicBlock, PrologueEnd, EpilogueBegin d0 i3", "1008 2:4:300 None d7 i3", "104c 2:4:300 None d0 i3", "104f 2:4:300 None d0 i3", "1053 2:4:300 EndSequence d0 i3"],
            sink.Rows);
    }

    /// <summary>VLIW: several operations an instruction; the address advances when they are full (§6.2.5.1).</summary>
    [Fact]
    public void LineTable_SeveralOperationsAnInstruction_AddressAndOpIndex()
    {
        var b = new LineProgramBuilder { MinimumInstructionLength = 16, MaximumOperations = 3 };
        b.Address(0x1000).Row(1).Row(1, 2).Row(1, 2).Row(1, 7).End(1);
        var sink = new AllRows([]);
        Read(b).Visit(ref sink);
        Assert.Equal(["1000 1:2:0 IsStmt d0 i0", "1000 1:3:0 IsStmt d0 i0 op2", "1010 1:4:0 IsStmt d0 i0 op1", "1030 1:5:0 IsStmt d0 i0 op2", "1040 1:5:0 IsStmt, EndSequence d0 i0"], sink.Rows);
    }

    /// <summary>Opcodes of HP, of LLVM or of a version to come are passed over by their stated lengths.</summary>
    [Fact]
    public void LineTable_UnknownOpcodes_PassedOver()
    {
        var b = new LineProgramBuilder { OpcodeLengths = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2] };
        b.Address(0x1000);
        b.Program.U8(0, 1, 0x11).U8(0, 3, 0x20, 9, 9).U8(0, 2, 0x80, 1).U8(13, 0x81, 1, 5).U8(0, 0);
        b.Row(1).End(4);
        Assert.Equal("1000-1004: 1000=2", Text(Read(b)));
    }

    /// <summary>Files defined by the program (DW_LNE_define_file) come after those of the header, once however often it is run.</summary>
    [Fact]
    public void LineTable_DefineFile_Appended()
    {
        var b = new LineProgramBuilder { Version = 3 }.Extended(DW_LNE.define_file, new ByteWriter().CString("late.c").U8(1, 0, 0).ToArray()).Address(0x1000);
        b.Program.U8(4, 3);
        var table = Read(b.Row(1).End(4));
        Assert.Equal("/build/inc/late.c", table.FilePath(3));
        var sink = new AllRows([]);
        table.Visit(ref sink);
        Assert.Equal(4, table.FileCount);
        Assert.StartsWith("1000 3:2", sink.Rows[0], StringComparison.Ordinal);
    }

    /// <summary>Rows of the same place are one; of several at one address the last counts; line 0 is a place of its own.</summary>
    [Fact]
    public void LineTable_Rows_MergedLastAtAddressCounts()
    {
        Assert.Equal("1000-1020: 1000=5 1010=0 1018=5", Text(Read(new LineProgramBuilder().Address(0x1000).Row(1).Row(1).Row(2).Row(0, 8).Row(-5, 8).Row(5, 8).End(8))));
        // The last at 0x1008 is what stands before it: nothing new begins there.
        Assert.Equal("1000-1010: 1000=2", Text(Read(new LineProgramBuilder().Address(0x1000).Row(1).Row(1, 8).Row(-1).End(8))));
    }

    /// <summary>Sequences in any order come sorted; empty ones and rows at the end cover nothing.</summary>
    [Fact]
    public void LineTable_Sequences_SortedEmptyDropped()
    {
        var b = new LineProgramBuilder().Address(0x3000).Row(1).End(4).Address(0x1000).Row(2).Row(1, 4).End().Address(0x2000).Row(1).End().Address(0x2800).End(4);
        var table = Read(b);
        Assert.Equal("1000-1004: 1000=3; 3000-3004: 3000=2", Text(table));
        Assert.False(table.TryFind(new Svma(0x2000), out _));
    }

    /// <summary>What the linker discarded begins at 0 (GNU ld), -1 or -2 (lld): not at addresses where other code is. A relocatable file has code at 0.</summary>
    [Theory]
    [InlineData(0UL, 8)]
    [InlineData(ulong.MaxValue, 8)]
    [InlineData(ulong.MaxValue - 1, 8)]
    [InlineData(0UL, 4)]
    [InlineData(0xffffffffUL, 4)]
    [InlineData(0xfffffffeUL, 4)]
    public void LineTable_DiscardedSequence_LeftOut(ulong start, int size)
    {
        var b = new LineProgramBuilder { Version = 5, AddressSize = (byte)size }.Address(start).Row(1).Row(1, 0x2000).End(0x2000).Address(0x1000).Row(7).End(4);
        Assert.Equal("1000-1004: 1000=8", Text(Read(b)));
        if (start == 0)
            Assert.Equal("0-4000: 0=2 2000=3; 1000-1004: 1000=8", Text(Read(b, codeAtZero: true)));
    }

    /// <summary>Where sequences overlap, the one that begins last and covers the address.</summary>
    [Fact]
    public void LineTable_OverlappingSequences_LastBegunFound()
    {
        var table = Read(new LineProgramBuilder().Address(0x1000).Row(1).End(0x100).Address(0x1010).Row(2).End(0x10));
        Assert.Equal([2u, 3u, 2u], new[] { 0x100fUL, 0x1011UL, 0x1020UL }.Select(a => table.TryFind(new Svma(a), out var row) ? row.Line : 0));
    }

    /// <summary>A hundred thousand sequences inside of one that covers them all: a look-up between them does not try each.</summary>
    [Fact]
    public void LineTable_ManySequencesInsideOne_LookUpsEnd()
    {
        var b = new LineProgramBuilder().Address(0x1000).Row(1).End(0x1_0000_0000);
        for (var i = 0u; i < 100_000; i++)
            b.Address(0x2000 + i * 32).Row(2).End(8);
        var table = Read(b);
        for (var i = 0u; i < 100_000; i++)
        {
            Assert.True(table.TryFind(new Svma(0x2000 + i * 32 + 16), out var row));
            Assert.Equal(2u, row.Line);
        }
    }

    /// <summary>An address that goes back within a sequence begins a new one; no row reaches backwards.</summary>
    [Fact]
    public void LineTable_AddressGoesBack_NewSequence() =>
        Assert.Equal("1000-1010: 1000=3; 2000-2008: 2000=2", Text(Read(new LineProgramBuilder().Address(0x2000).Row(1).Row(1, 8).Address(0x1000).Row(0).End(0x10))));

    /// <summary>A sequence longer than 4 GiB is cut into pieces that touch.</summary>
    [Fact]
    public void LineTable_SequenceOver4GiB_InPieces()
    {
        var table = Read(new LineProgramBuilder().Address(0x1000).Row(1).Row(1, 0x1_8000_0000).Row(1, 16).End(16));
        Assert.Equal("1000-180001000: 1000=2; 180001000-180001020: 180001000=3 180001010=4", Text(table));
        Assert.True(table.TryFind(new Svma(0x1_0000_0000), out var row));
        Assert.Equal(2u, row.Line);
    }

    /// <summary>A program that ends within a sequence, or that is cut: what is certain is kept and the damage told.</summary>
    [Fact]
    public void LineTable_CutProgram_RowsBeforeAndDamage()
    {
        Assert.Equal("1000-1008: 1000=2", Text(Read(new LineProgramBuilder().Address(0x1000).Row(1).Row(1, 8))));
        var whole = new LineProgramBuilder().Address(0x1000).Row(1).Row(1, 8).End(8).Build();
        var cut = LineTable.Read(Sections(whole[..^4]), default, default);
        Assert.True(cut.IsDamaged);
        Assert.Equal("1000-1008: 1000=2", Text(cut));
    }

    /// <summary>Directories and files of versions 2 to 4: number 0 is the unit's own directory, and no file.</summary>
    [Fact]
    public void FilePath_Version4_JoinedFromOne()
    {
        var tables = new ByteWriter().CString("inc").CString("/abs/").CString("C:\\sdk").U8(0)
            .CString("one.c").U8(0, 0, 0).CString("two.h").U8(1, 0, 0).CString("three.h").U8(2, 0, 0).CString("/usr/four.h").U8(1, 0, 0).CString("five.h").U8(3, 0, 0).CString("six.h").U8(9, 0, 0).U8(0).ToArray();
        var table = Read(new LineProgramBuilder { Tables = tables });
        Assert.Equal(["", "/build/one.c", "/build/inc/two.h", "/abs/three.h", "/usr/four.h", "C:\\sdk/five.h", "/build/six.h", ""], Enumerable.Range(0, 8).Select(i => table.FilePath((uint)i)));
        Assert.Same(table.FilePath(2), table.FilePath(2));
        var bare = LineTable.Read(Sections(new LineProgramBuilder { Tables = tables }.Build()), default, default);
        Assert.Equal("inc/two.h", bare.FilePath(2));
    }

    /// <summary>Version 5: every form a name may have, directory 0, MD5, embedded source, fields of unknown vendors.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void FilePath_Version5_EveryForm(bool dwarf64, bool bigEndian)
    {
        var md5 = Enumerable.Range(1, 16).Select(i => (byte)i).ToArray();
        ByteWriter New() => new(bigEndian);
        ByteWriter Offset(ByteWriter w, uint value) => dwarf64 ? w.U64(value) : w.U32(value);
        foreach (var form in new[] { DW_FORM.@string, DW_FORM.strp, DW_FORM.line_strp, DW_FORM.strx, DW_FORM.strx1, DW_FORM.strx2, DW_FORM.strx3, DW_FORM.strx4 })
        {
            var w = New().U8(1).Uleb(DW_LNCT.path).Uleb(DW_FORM.@string).U8(2).CString("/build").CString("sub");
            w.U8(6).Uleb(DW_LNCT.path).Uleb(form).Uleb(DW_LNCT.directory_index).Uleb(DW_FORM.data1).Uleb(DW_LNCT.MD5).Uleb(DW_FORM.data16);
            w.Uleb(DW_LNCT.LLVM_source).Uleb(DW_FORM.@string).Uleb(0x2abc).Uleb(DW_FORM.block).Uleb(DW_LNCT.timestamp).Uleb(DW_FORM.udata).U8(2);
            for (byte directory = 0; directory < 2; directory++)
            {
                switch (form)
                {
                    case DW_FORM.@string: w.CString("name.c"); break;
                    case DW_FORM.strp or DW_FORM.line_strp: Offset(w, 3); break;
                    case DW_FORM.strx or DW_FORM.strx1: w.U8(1); break;
                    case DW_FORM.strx2: w.U16(1); break;
                    case DW_FORM.strx3: w.U8(bigEndian ? [0, 0, 1] : [1, 0, 0]); break;
                    case DW_FORM.strx4: w.U32(1); break;
                }

                w.U8(directory).U8(md5).CString("int x;\n").U8(3, 1, 2, 3).Uleb(12345);
            }

            var names = New().CString("xx").CString("name.c").ToArray();
            var offsets = Offset(Offset(New().U8(new byte[8]), 0), 3).ToArray();
            var line = new LineProgramBuilder(bigEndian) { Version = 5, IsDwarf64 = dwarf64, Tables = w.ToArray() }.Build();
            var table = LineTable.Read(Sections(line, bigEndian, names, names, offsets), default, new LineUnit { CompilationDirectory = "/build", StrOffsetsBase = 8 });
            Assert.Equal(("/build/name.c", "/build/sub/name.c", ""), (table.FilePath(0), table.FilePath(1), table.FilePath(2)));
            Assert.True(table.TryMd5(1, out var found) && found.SequenceEqual(md5));
            Assert.True(table.TrySource(1, out var source) && source.SequenceEqual("int x;\n"u8));
            Assert.False(table.TryMd5(2, out _));
        }
    }

    /// <summary>A count of entries that no header can hold, a form that entries cannot have, an unknown version: refused, saying where.</summary>
    [Fact]
    public void LineTable_BadHeaders_Refused()
    {
        BadDataException Fails(LineProgramBuilder b) => Assert.Throws<BadDataException>(() => Read(b));
        Assert.Equal(BadDataCode.LimitExceeded, Fails(new LineProgramBuilder { Version = 5, Tables = new ByteWriter().U8(1, 1, 8).Uleb(1UL << 60).ToArray() }).Code);
        Assert.Equal(BadDataCode.LimitExceeded, Fails(new LineProgramBuilder { Version = 5, Tables = new ByteWriter().U8(0).Uleb(5).U8(new byte[20]).ToArray() }).Code);
        Assert.Equal(BadDataCode.Unsupported, Fails(new LineProgramBuilder { Version = 5, Tables = new ByteWriter().U8(1, 1).Uleb(DW_FORM.flag_present).U8(1, 0, 0, 0).ToArray() }).Code);
        Assert.Equal(BadDataCode.UnsupportedVersion, Fails(new LineProgramBuilder { Version = 6 }).Code);
        Assert.Equal(BadDataCode.Truncated, Assert.Throws<BadDataException>(() => LineTable.Read(Sections([1]), new DebugLineOffset(1), default)).Code);
        Assert.False(LineTable.TryRead(Sections([1]), new DebugLineOffset(ulong.MaxValue), default, out _));
    }

    /// <summary>A line range of 0 and an opcode base of 0 divide by nothing and end.</summary>
    [Fact]
    public void LineTable_ZeroRangeAndBase_NoDivision()
    {
        var table = Read(new LineProgramBuilder { LineRange = 0 }.Address(0x1000).Row(1).End(4));
        Assert.Equal("1000-1004: 1000=2", Text(table));
        var bytes = new LineProgramBuilder().Address(0x1000).Row(1).End(4).Build();
        bytes[15] = 0; // opcode_base: everything is a special opcode
        LineTable.TryRead(Sections(bytes), default, default, out _);
    }

    /// <summary>Damaged tables of each version: only the room's own exception, and every row found lies within its sequence.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void LineTable_CutAndFlipped_OnlyBadData(ushort version)
    {
        var b = new LineProgramBuilder { Version = version }.Address(0x1000).Extended(DW_LNE.define_file, new ByteWriter().CString("l").U8(1, 0, 0).ToArray()).Row(9).Row(-5, 300).Extended(DW_LNE.set_discriminator, 5);
        b.Program.U8(30, 200, 8, 9, 1, 0, 7, 10, 11, 12, 1, 1);
        b.End(4).Address(0x800).Row(1).End(8);
        Hostile.CutAndFlip(b.Build(), bytes =>
        {
            var table = LineTable.Read(Sections(bytes), default, new LineUnit { CompilationDirectory = "/w" });
            foreach (var s in table.Sequences)
            {
                Assert.True(s.Start < s.End && s.RowCount > 0);
                for (var i = s.FirstRow; i < s.FirstRow + s.RowCount; i++)
                {
                    var row = table.Row(s, i);
                    Assert.True(row.Start < row.End && row.Start >= s.Start && row.End <= s.End);
                    table.TryFind(row.Start, out _);
                    table.FilePath(row.File);
                }
            }

            for (var i = 0u; i < table.FileCount; i++)
                table.FilePath(i);
        });
    }

    /// <summary>Every row, in words.</summary>
    private readonly struct AllRows(List<string> rows) : ILineProgramSink
    {
        public List<string> Rows { get; } = rows;

        public void Row(ulong address, uint file, uint line, uint column, LineRowFlags flags, uint discriminator, uint isa, uint opIndex) =>
            Rows.Add($"{address:x} {file}:{line}:{column} {flags} d{discriminator} i{isa}" + (opIndex != 0 ? $" op{opIndex}" : ""));
    }
}
