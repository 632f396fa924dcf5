using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>Operations one by one, and everything an expression can do wrong.</summary>
public class DwarfExpressionTests
{
    private static (ExpressionStatus Status, ulong Value) Run(byte[] code, ulong? initial = null, uint known = 0x1ffff)
    {
        var registers = new ulong[17];
        for (var i = 0; i < registers.Length; i++)
            registers[i] = 0x1000UL * (ulong)i;
        var stack = new byte[64];
        stack[8] = 0x88;
        stack[15] = 0x11;
        var status = DwarfExpression.Evaluate(code, registers, known, new StackMemory(0x7000, stack), 0x100000, initial, out var value, out _);
        return (status, value);
    }

    /// <summary>Each operation gives what DWARF 5 §2.5.1 says.</summary>
    [Theory]
    [InlineData("35", 5UL)] // lit5
    [InlineData("08ff", 0xffUL)]
    [InlineData("09ff", ulong.MaxValue)]
    [InlineData("0a0180", 0x8001UL)]
    [InlineData("0b0180", 0xffff_ffff_ffff_8001UL)]
    [InlineData("0c01000080", 0x8000_0001UL)]
    [InlineData("0d01000080", 0xffff_ffff_8000_0001UL)]
    [InlineData("0e0100000000000080", 0x8000_0000_0000_0001UL)]
    [InlineData("10e58e26", 624485UL)]
    [InlineData("117f", ulong.MaxValue)]
    [InlineData("030010000000000000", 0x101000UL)] // addr + bias
    [InlineData("7778", 0x6ff8UL)] // breg7 -8
    [InlineData("920700", 0x7000UL)] // bregx 7
    [InlineData("770806", 0x1100_0000_0000_0088UL)] // deref
    [InlineData("77089401", 0x88UL)] // deref_size 1
    [InlineData("311222", 2UL)] // dup plus
    [InlineData("313213", 1UL)] // drop
    [InlineData("313214", 1UL)] // over
    [InlineData("3132331502", 1UL)] // pick 2
    [InlineData("313216", 1UL)] // swap
    [InlineData("31323317", 2UL)] // rot: 1 2 3 -> 3 1 2
    [InlineData("09fb19", 5UL)] // abs -5
    [InlineData("351f", unchecked((ulong)-5L))]
    [InlineData("3020", ulong.MaxValue)] // not 0
    [InlineData("3f331a", 3UL)] // 15 and 3
    [InlineData("09f6321b", unchecked((ulong)-5L))] // -10 / 2
    [InlineData("3a331d", 1UL)] // 10 mod 3
    [InlineData("3a331e", 30UL)]
    [InlineData("3a331c", 7UL)]
    [InlineData("382321", 0x29UL)] // plus_uconst
    [InlineData("3a3221", 10UL)] // 10 or 2
    [InlineData("3a3327", 9UL)] // 10 xor 3
    [InlineData("313424", 16UL)] // 1 << 4
    [InlineData("09f03425", 0x0fff_ffff_ffff_ffffUL)] // shr
    [InlineData("09f03426", ulong.MaxValue)] // shra
    [InlineData("31082824", 0x100_0000_0000UL)]
    [InlineData("31084024", 0UL)] // shift by 64
    [InlineData("31322d", 1UL)] // 1 lt 2
    [InlineData("31322b", 0UL)] // 1 gt 2
    [InlineData("32322c", 1UL)]
    [InlineData("32322a", 1UL)]
    [InlineData("323229", 1UL)]
    [InlineData("32322e", 0UL)]
    [InlineData("312f0100353a", 10UL)] // skip over lit5
    [InlineData("31280100353a", 10UL)] // bra taken
    [InlineData("30280100353a", 10UL)]
    public void DwarfExpression_Operation_Value(string hex, ulong expected) =>
        Assert.Equal((ExpressionStatus.Ok, expected), Run(Convert.FromHexString(hex)));

    /// <summary>The expression ld gives every PLT: rsp + 8, and 8 more from the eleventh byte of a stub on.</summary>
    [Theory]
    [InlineData(0x1020UL, 0x7008UL)]
    [InlineData(0x102aUL, 0x7008UL)]
    [InlineData(0x102bUL, 0x7010UL)]
    public void DwarfExpression_ProcedureLinkageTable_CfaByPlaceInStub(ulong rip, ulong cfa)
    {
        var registers = new ulong[17];
        registers[7] = 0x7000;
        registers[16] = rip;
        // breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus
        var status = DwarfExpression.Evaluate([0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22], registers, 0x1ffff, default, 0, null, out var value, out _);
        Assert.Equal((ExpressionStatus.Ok, cfa), (status, value));
    }

    /// <summary>What cannot be evaluated says why, and nothing throws.</summary>
    [Theory]
    [InlineData("", ExpressionStatus.Malformed)]
    [InlineData("22", ExpressionStatus.Malformed)]
    [InlineData("0a01", ExpressionStatus.Malformed)]
    [InlineData("31301b", ExpressionStatus.Malformed)]
    [InlineData("31301d", ExpressionStatus.Malformed)]
    [InlineData("2f0040", ExpressionStatus.Malformed)]
    [InlineData("2f0080", ExpressionStatus.Malformed)]
    [InlineData("312ffcff", ExpressionStatus.Malformed)] // pushes until the stack is full
    [InlineData("2ffdff", ExpressionStatus.TooManySteps)]
    [InlineData("9c", ExpressionStatus.Unsupported)] // call_frame_cfa: not allowed here
    [InlineData("06", ExpressionStatus.Malformed)]
    [InlineData("3006", ExpressionStatus.Unreadable)]
    [InlineData("924000", ExpressionStatus.UnknownRegister)]
    public void DwarfExpression_Bad_StatusSaysWhy(string hex, ExpressionStatus expected) =>
        Assert.Equal(expected, Run(Convert.FromHexString(hex)).Status);

    /// <summary>A register that is not known is not read as zero.</summary>
    [Fact]
    public void DwarfExpression_UnknownRegister_Refused() => Assert.Equal(ExpressionStatus.UnknownRegister, Run([0x73, 0], known: 1 << 7).Status);

    /// <summary>The CFA is on the stack when a register's rule begins.</summary>
    [Fact]
    public void DwarfExpression_Initial_OnStack() => Assert.Equal((ExpressionStatus.Ok, 0x108UL), Run([0x23, 8], initial: 0x100));

    /// <summary>Any two bytes after any operation: no exception, bounded.</summary>
    [Fact]
    public void DwarfExpression_AnyBytes_NoException()
    {
        for (var a = 0; a < 256; a++)
        {
            for (var b = 0; b < 256; b++)
                Run([0x31, 0x32, (byte)a, (byte)b, (byte)(a * 7 + b), 0x22]);
        }
    }
}
