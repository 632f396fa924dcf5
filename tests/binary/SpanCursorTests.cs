namespace TraceKit.Binary.Tests;

public sealed class SpanCursorTests
{
    /// <summary>The README's example gives what its comments say.</summary>
    [Fact]
    public void ReadmeExample_Runs_GivesTheStatedValues()
    {
        var cursor = new SpanCursor([0x2a, 0x00, 0xe5, 0x8e, 0x26], "example");
        var answer = cursor.ReadUInt16("answer");
        var length = cursor.ReadUleb128("length");

        Assert.Equal(42, answer);
        Assert.Equal(624485UL, length);
        Assert.Equal(0, cursor.Remaining);
    }

    /// <summary>A read that does not fit leaves the cursor where it was, whatever the kind.</summary>
    [Fact]
    public void TryRead_PastTheEnd_FailsAndDoesNotMove()
    {
        var cursor = new SpanCursor([0x80], "x");
        Assert.False(cursor.TryReadUInt16(out _));
        Assert.False(cursor.TryReadUInt32(out _));
        Assert.False(cursor.TryReadUInt64(out _));
        Assert.False(cursor.TryReadUleb128(out _));
        Assert.False(cursor.TryReadSleb128(out _));
        Assert.False(cursor.TryReadCString(out _));
        Assert.False(cursor.TryReadBytes(2, out _));
        Assert.False(cursor.TryReadBytes(-1, out _));
        Assert.False(cursor.TrySeek(2));
        Assert.Equal(0, cursor.Position);
    }

    /// <summary>The error names the section, the offset of the value that failed, and what was wanted.</summary>
    [Fact]
    public void Read_PastTheEnd_SaysWhereAndWhat()
    {
        var thrown = Record.Exception(() =>
        {
            var cursor = new SpanCursor([1, 2, 3], ".eh_frame");
            cursor.ReadByte("first");
            cursor.ReadUInt32("CIE pointer");
        });

        var bad = Assert.IsType<BadDataException>(thrown);
        Assert.Equal(BadDataCode.Truncated, bad.Code);
        Assert.Equal(1UL, bad.Offset);
        Assert.Equal("libfoo.so: .eh_frame+0x1: expected CIE pointer, found 2 bytes left", bad.WithFile("libfoo.so").Message);
    }

    /// <summary>The examples of DWARF 5 tables 7.7 and 7.8, and the extremes of 64 bits.</summary>
    [Fact]
    public void Leb128_SpecExamplesAndExtremes_ReadBack()
    {
        ulong Unsigned(params byte[] bytes)
        {
            var cursor = new SpanCursor(bytes, "u");
            var value = cursor.ReadUleb128("value");
            Assert.Equal(0, cursor.Remaining);
            return value;
        }

        long Signed(params byte[] bytes)
        {
            var cursor = new SpanCursor(bytes, "s");
            var value = cursor.ReadSleb128("value");
            Assert.Equal(0, cursor.Remaining);
            return value;
        }

        Assert.Equal(2UL, Unsigned(2));
        Assert.Equal(127UL, Unsigned(127));
        Assert.Equal(128UL, Unsigned(0x80, 1));
        Assert.Equal(12857UL, Unsigned(0xb9, 0x64));
        Assert.Equal(ulong.MaxValue, Unsigned(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1));
        Assert.Equal(2, Signed(2));
        Assert.Equal(-2, Signed(0x7e));
        Assert.Equal(127, Signed(0xff, 0));
        Assert.Equal(-127, Signed(0x81, 0x7f));
        Assert.Equal(-129, Signed(0xff, 0x7e));
        Assert.Equal(long.MinValue, Signed(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f));
    }

    /// <summary>A number of more than 64 bits is refused, not cut.</summary>
    [Fact]
    public void Uleb128_MoreThan64Bits_Fails()
    {
        var cursor = new SpanCursor([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], "u");
        Assert.False(cursor.TryReadUleb128(out _));
        Assert.Equal(0, cursor.Position);
    }

    /// <summary>Byte order is the caller's word.</summary>
    [Fact]
    public void BigEndian_Numbers_ReadInThatOrder()
    {
        var cursor = new SpanCursor([1, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4], "b", bigEndian: true);
        Assert.Equal(0x0102, cursor.ReadUInt16("a"));
        Assert.Equal(3U, cursor.ReadUInt32("b"));
        Assert.Equal(4UL, cursor.ReadUInt64("c"));
    }
}
