using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Dwarf;

/// <summary>Every form of DWARF 2 to 5, of GNU and of LLVM.</summary>
public class DwarfFormTests
{
    /// <summary>Kind, value and bytes taken, in 32-bit and 64-bit DWARF and both byte orders; one byte less is refused.</summary>
    [Theory]
    [InlineData(DW_FORM.addr, DwarfValueKind.Address, 8)]
    [InlineData(DW_FORM.data1, DwarfValueKind.Constant, 1)]
    [InlineData(DW_FORM.data2, DwarfValueKind.Constant, 2)]
    [InlineData(DW_FORM.data4, DwarfValueKind.Constant, 4)]
    [InlineData(DW_FORM.data8, DwarfValueKind.Constant, 8)]
    [InlineData(DW_FORM.flag, DwarfValueKind.Flag, 1)]
    [InlineData(DW_FORM.strp, DwarfValueKind.StringOffset, 0)]
    [InlineData(DW_FORM.line_strp, DwarfValueKind.LineStringOffset, 0)]
    [InlineData(DW_FORM.strp_sup, DwarfValueKind.AlternateStringOffset, 0)]
    [InlineData(DW_FORM.GNU_strp_alt, DwarfValueKind.AlternateStringOffset, 0)]
    [InlineData(DW_FORM.strx1, DwarfValueKind.StringIndex, 1)]
    [InlineData(DW_FORM.strx2, DwarfValueKind.StringIndex, 2)]
    [InlineData(DW_FORM.strx3, DwarfValueKind.StringIndex, 3)]
    [InlineData(DW_FORM.strx4, DwarfValueKind.StringIndex, 4)]
    [InlineData(DW_FORM.addrx1, DwarfValueKind.AddressIndex, 1)]
    [InlineData(DW_FORM.addrx2, DwarfValueKind.AddressIndex, 2)]
    [InlineData(DW_FORM.addrx3, DwarfValueKind.AddressIndex, 3)]
    [InlineData(DW_FORM.addrx4, DwarfValueKind.AddressIndex, 4)]
    [InlineData(DW_FORM.ref1, DwarfValueKind.UnitReference, 1)]
    [InlineData(DW_FORM.ref2, DwarfValueKind.UnitReference, 2)]
    [InlineData(DW_FORM.ref4, DwarfValueKind.UnitReference, 4)]
    [InlineData(DW_FORM.ref8, DwarfValueKind.UnitReference, 8)]
    [InlineData(DW_FORM.ref_addr, DwarfValueKind.InfoReference, 0)]
    [InlineData(DW_FORM.GNU_ref_alt, DwarfValueKind.AlternateReference, 0)]
    [InlineData(DW_FORM.ref_sup4, DwarfValueKind.AlternateReference, 4)]
    [InlineData(DW_FORM.ref_sup8, DwarfValueKind.AlternateReference, 8)]
    [InlineData(DW_FORM.ref_sig8, DwarfValueKind.SignatureReference, 8)]
    [InlineData(DW_FORM.sec_offset, DwarfValueKind.SectionOffset, 0)]
    public void TryRead_FixedForms_KindAndValue(int form, DwarfValueKind kind, int size)
    {
        foreach (var (is64, big) in (ReadOnlySpan<(bool, bool)>)[(false, false), (true, false), (false, true), (true, true)])
        {
            var bytes = size == 0 ? is64 ? 8 : 4 : size;
            var data = new byte[bytes + 1];
            data[big ? bytes - 1 : 0] = 0x7f;
            data[big ? 0 : bytes - 1] |= 0x01;
            var c = new SpanCursor(data, "test", big);
            Assert.True(DwarfForm.TryRead(ref c, (ushort)form, Context(5, is64), out var value));
            Assert.Equal((kind, bytes == 1 ? 0x7ful : 0x7f | 1ul << (8 * (bytes - 1)), bytes), (value.Kind, value.Value, c.Position));
            c = new SpanCursor(data.AsSpan(0, bytes - 1), "test", big);
            Assert.False(DwarfForm.TryRead(ref c, (ushort)form, Context(5, is64), out _));
            Assert.Equal(0, c.Position);
        }
    }

    /// <summary>Forms whose length is in their value, those without bytes, and the one that names another.</summary>
    [Fact]
    public void TryRead_OtherForms_KindAndValue()
    {
        Check(DW_FORM.udata, w => w.Uleb(300), new(DwarfValueKind.Constant, 300));
        Check(DW_FORM.sdata, w => w.Sleb(-300), new(DwarfValueKind.SignedConstant, unchecked((ulong)-300)));
        Check(DW_FORM.ref_udata, w => w.Uleb(300), new(DwarfValueKind.UnitReference, 300));
        Check(DW_FORM.strx, w => w.Uleb(300), new(DwarfValueKind.StringIndex, 300));
        Check(DW_FORM.addrx, w => w.Uleb(300), new(DwarfValueKind.AddressIndex, 300));
        Check(DW_FORM.loclistx, w => w.Uleb(300), new(DwarfValueKind.LocationListIndex, 300));
        Check(DW_FORM.rnglistx, w => w.Uleb(300), new(DwarfValueKind.RangeListIndex, 300));
        Check(DW_FORM.GNU_addr_index, w => w.Uleb(300), new(DwarfValueKind.AddressIndex, 300));
        Check(DW_FORM.GNU_str_index, w => w.Uleb(300), new(DwarfValueKind.StringIndex, 300));
        Check(DW_FORM.LLVM_addrx_offset, w => w.Uleb(300).U32(5), new(DwarfValueKind.AddressIndex, 300, Addend: 5));
        Check(DW_FORM.@string, w => w.CString("text"), new(DwarfValueKind.String, 0, 0, 4));
        Check(DW_FORM.block, w => w.Uleb(2).U8(7, 8), new(DwarfValueKind.Block, 0, 1, 2));
        Check(DW_FORM.exprloc, w => w.Uleb(2).U8(7, 8), new(DwarfValueKind.Block, 0, 1, 2));
        Check(DW_FORM.block1, w => w.U8(2, 7, 8), new(DwarfValueKind.Block, 0, 1, 2));
        Check(DW_FORM.block2, w => w.U16(2).U8(7, 8), new(DwarfValueKind.Block, 0, 2, 2));
        Check(DW_FORM.block4, w => w.U32(2).U8(7, 8), new(DwarfValueKind.Block, 0, 4, 2));
        Check(DW_FORM.data16, w => w.U64(1).U64(2), new(DwarfValueKind.Block, 0, 0, 16));
        Check(DW_FORM.indirect, w => w.Uleb(DW_FORM.data2).U16(77), new(DwarfValueKind.Constant, 77));
        Check(DW_FORM.flag_present, w => w, new(DwarfValueKind.Flag, 1));
        Check(DW_FORM.implicit_const, w => w, new(DwarfValueKind.SignedConstant, unchecked((ulong)-9)));
    }

    /// <summary>Version 2 gave references to other units the size of an address.</summary>
    [Fact]
    public void TryRead_RefAddrOfVersion2_SizeOfAnAddress()
    {
        var c = new SpanCursor(new byte[16], "test");
        Assert.True(DwarfForm.TryRead(ref c, DW_FORM.ref_addr, Context(2, false), out _));
        Assert.Equal(8, c.Position);
    }

    /// <summary>A form nobody knows, and one that names itself, are refused.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0x02)]
    [InlineData(0x1f00)]
    [InlineData(DW_FORM.indirect)]
    public void TryRead_UnknownForm_Refused(int form)
    {
        var c = new SpanCursor([(byte)DW_FORM.indirect, 1, 2, 3], "test");
        Assert.False(DwarfForm.TryRead(ref c, (ushort)form, Context(5, false), out _));
    }

    private static void Check(ushort form, Func<ByteWriter, ByteWriter> write, DwarfValue expected)
    {
        var data = write(new ByteWriter()).ToArray();
        var c = new SpanCursor(data, "test");
        Assert.True(DwarfForm.TryRead(ref c, form, Context(5, false), out var value, implicitConst: -9));
        Assert.Equal((expected, data.Length), (value, c.Position));
        for (var length = 0; length < data.Length; length++)
        {
            c = new SpanCursor(data.AsSpan(0, length), "test");
            Assert.False(DwarfForm.TryRead(ref c, form, Context(5, false), out _, implicitConst: -9));
            Assert.Equal(0, c.Position);
        }
    }

    private static UnitContext Context(ushort version, bool is64) => new() { Version = version, AddressSize = 8, Is64BitDwarf = is64 };
}
