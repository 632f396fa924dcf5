using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Tests.Cfi;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>AArch64 stacks and CFI made by hand.</summary>
public class Arm64UnwinderTests
{
    private const ulong Bias = 0x7f00_0000_0000, Sp = 0x7ffd_0000_1000;
    private const uint Fp = 29, Lr = 30, StackPointer = 31;

    private sealed class Map(UnwindTable? table) : IModuleMap
    {
        public bool TryFind(Avma address, out ModuleMapping mapping)
        {
            var svma = address.Value - Bias;
            mapping = svma is >= 0x1000 and < 0x9000
                ? new ModuleMapping { Table = table, Bias = Bias, Start = new Avma(Bias + 0x1000), End = new Avma(Bias + 0x9000) }
                : svma is >= 0x100000 and < 0x101000 ? new ModuleMapping { Bias = Bias, Start = new Avma(Bias + 0x100000), End = new Avma(Bias + 0x101000) } : default;
            return mapping.End.Value != 0;
        }
    }

    private static UnwindTable Table(Action<CfiAssembler> eh)
    {
        var a = new CfiAssembler(CfiTestImage.EhFrameAddress);
        eh(a);
        var bytes = CfiTestImage.Bytes(a.End().ToArray());
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(18), ElfConstants.EM_AARCH64);
        return UnwindTable.Build(ElfImage.Parse(bytes, "arm64"));
    }

    private static UnwindTable Usual() => Table(a => a
        .Cie("zR", p => p.DefCfa(StackPointer, 0), returnRegister: Lr)
        .Fde(0x1000, 0x100) // a leaf: nothing on the stack
        .Fde(0x1100, 0x100, p => p.DefCfaOffset(32).Offset(Fp, 4).Offset(Lr, 3).Offset(19, 2).Offset(20, 1)) // stp x29, x30, [sp, -32]!; stp x19, x20, [sp, 16]
        .Fde(0x1200, 0x100, p => p.DefCfa(Fp, 16).Offset(Fp, 2).Offset(Lr, 1))
        .Fde(0x1300, 0x100, p => p.Undefined(Lr))
        .Fde(0x1400, 0x100, p => p.Raw(0x2d).DefCfaOffset(16).Offset(Fp, 2).Offset(Lr, 1)) // paciasp
        .Fde(0x1500, 0x100, p => p.DefCfa(19, 0).Offset(Lr, 1)) // CFA by x19
        .Fde(0x1600, 0x100, p => p.DefCfaExpression(0x8f, 0x10).Offset(Lr, 1)) // CFA = sp + 16
        .Fde(0x1700, 0x100, p => p.DefCfaOffset(16).Offset(19, 1)) // a leaf that saves x19
        .Fde(0x1800, 0x100, p => p.DefCfaOffset(4096 * 8).Offset(Lr, 4096)) // does not fit twelve bits
        .Cie("zRS", p => p.DefCfa(StackPointer, 0), returnRegister: Lr)
        .Fde(0x2000, 0x10, p => p.DefCfaExpression(0x8f, 0x20, 0x06).Expression(Lr, 0x8f, 0x28).Expression(Fp, 0x8f, 0x30)));

    private static ulong At(ulong svma) => Bias + svma;

    private static Arm64Registers Start(ulong svma, ulong x29 = 0, ulong x30 = 0) => Arm64Registers.Create(At(svma), Sp, x29, x30);

    private static string Walk(Arm64Registers registers, ulong[] words, UnwindTable? table = null, int limit = 64)
    {
        var stack = new byte[words.Length * 8];
        Buffer.BlockCopy(words, 0, stack, 0, stack.Length);
        var frames = new Avma[limit];
        var result = new Arm64Unwinder().Unwind(new AddressSpaceId(7, 1), registers, new StackMemory(Sp, stack), new Map(table ?? Usual()), frames);
        return string.Join(' ', frames.Take(result.Count).Select(f => $"{f.Value - Bias:x}")) + $" {result.Stop}" +
            (result.NeededBytes != 0 ? $" needs {result.NeededBytes}" : "") + (result.FramePointerSteps != 0 ? $" fp {result.FramePointerSteps}" : "");
    }

    /// <summary>A leaf by x30, a frame with saved registers, one by the frame pointer, the root.</summary>
    [Fact]
    public void Arm64Unwinder_FourFrames_ReachesRoot() =>
        // 0–3: the frame of 0x1110: x29, x30, x19, x20; 4–5: by x29
        Assert.Equal("1010 1110 1210 1310 ReachedRoot", Walk(Start(0x1010, x30: At(0x1110)), [Sp + 32, At(0x1210), 0x19, 0x20, 0, At(0x1310)]));

    /// <summary>x30 holds the return address only until something is called: a caller that says it is still there is not believed.</summary>
    [Fact]
    public void Arm64Unwinder_LinkRegister_BelievedOnce() =>
        Assert.Equal("1010 1020 UnknownRegister", Walk(Start(0x1010, x30: At(0x1020)), [0]));

    /// <summary>Signed return addresses are cut where CFI says that they are signed, and only there.</summary>
    [Fact]
    public void Arm64Unwinder_SignedReturnAddress_Stripped()
    {
        const ulong signature = 0x00ab_0000_0000_0000;
        Assert.Equal("1410 1310 ReachedRoot", Walk(Start(0x1410), [0, At(0x1310) | signature]));
        Assert.Equal("1110 NoMapping", Walk(Start(0x1110), [0, At(0x1310) | signature, 0, 0]));
        Assert.Equal("100010 1310 ReachedRoot fp 1", Walk(Start(0x100010, x29: Sp), [0, At(0x1310) | signature]));
    }

    /// <summary>Saved registers as CFAs, expressions, rows that do not fit.</summary>
    [Fact]
    public void Arm64Unwinder_OtherRows_Followed()
    {
        Assert.Equal("1110 1510 1310 ReachedRoot", Walk(Start(0x1110), [0, At(0x1510), Sp + 48, 0, 0, At(0x1310)]));
        Assert.Equal("1610 1310 ReachedRoot", Walk(Start(0x1610), [0, At(0x1310)]));
        Assert.Equal("1710 1510 1310 ReachedRoot", Walk(Start(0x1710, x30: At(0x1510)), [0, Sp + 32, 0, At(0x1310)]));
        Assert.Equal(1, Usual().TryFind(new Svma(0x1810), out var rule) && rule.Kind == UnwindRuleKind.Full ? 1 : 0);
        Assert.Equal("1810 DumpTruncated needs 8", Walk(Start(0x1810), []));
        var words = new ulong[4100];
        words[0] = At(0x1310);
        Assert.Equal("1810 1310 ReachedRoot", Walk(Start(0x1810), words));
    }

    /// <summary>After a signal frame all registers are the interrupted code's, x30 too, and the address is exact.</summary>
    [Fact]
    public void Arm64Unwinder_SignalFrame_InterruptedLeaf()
    {
        var words = new ulong[16];
        words[4] = Sp + 96; // interrupted sp
        words[5] = At(0x1100); // interrupted at a function's first byte
        words[6] = 0x29;
        words[13] = At(0x1310);
        Assert.Equal("1010 2001 1100 1310 ReachedRoot", Walk(Start(0x1010, x30: At(0x2001)), words));
    }

    /// <summary>Each way to end.</summary>
    [Fact]
    public void Arm64Unwinder_Ends_ReasonTold()
    {
        Assert.Equal("1110 DumpTruncated needs 16", Walk(Start(0x1110), []));
        Assert.Equal("1010 NoMapping", Walk(Start(0x1010), [0]));
        Assert.Equal("1010 NoMapping", Walk(Start(0x1010, x30: 0x1234), [0]));
        Assert.Equal("1210 NotReadable", Walk(Start(0x1210, x29: Sp - 64), [0]));
        Assert.Equal("100010 NoUnwindInfo", Walk(Start(0x100010, x29: Sp + 4), [0, At(0x1310)]));
        Assert.Equal("1310 ReachedRoot", Walk(Start(0x1310), []));
        Assert.Equal("1010 1110 FrameLimit", Walk(Start(0x1010, x30: At(0x1110)), [0, At(0x1310), 0, 0], limit: 2));
        Assert.Equal(" UnknownRegister", Walk(default, [0]));
        Assert.Equal(" FrameLimit", Walk(Start(0x1010), [0], limit: 0));
    }

    /// <summary>Any registers over any stack and any damage to the table: it ends, within bounds, and reports only addresses in executable mappings.</summary>
    [Fact]
    public void Arm64Unwinder_RandomStacksAndTables_EndsWithinMappings()
    {
        var a = new CfiAssembler(CfiTestImage.EhFrameAddress);
        a.Cie("zR", p => p.DefCfa(StackPointer, 0), returnRegister: Lr)
            .Fde(0x1000, 0x400, p => p.Advance(16).DefCfaOffset(32).Offset(Fp, 4).Offset(Lr, 3).Advance(64).DefCfa(Fp, 16).Advance(8).Raw(0x2d))
            .Fde(0x1400, 0x400, p => p.DefCfaExpression(0x8f, 0x10).Offset(Lr, 1).Advance(32).Offset(31, 3));
        var good = CfiTestImage.Bytes(a.End().ToArray());
        BinaryPrimitives.WriteUInt16LittleEndian(good.AsSpan(18), ElfConstants.EM_AARCH64);
        var random = new Random(3);
        var unwinder = new Arm64Unwinder();
        var frames = new Avma[200];
        var stack = new byte[1024];
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])good.Clone();
            if (round % 3 != 0)
            {
                var frameAt = bytes.AsSpan().IndexOf("zR\0"u8) - 9;
                bytes[frameAt + random.Next(160)] ^= (byte)(1 << random.Next(8));
            }

            UnwindTable table;
            try
            {
                table = UnwindTable.Build(ElfImage.Parse(bytes, "arm64"));
            }
            catch (BadDataException)
            {
                continue;
            }

            for (var at = 0; at < stack.Length; at += 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(at), random.Next(4) switch
                {
                    0 => At((ulong)random.Next(0x1000, 0x1800)),
                    1 => Sp + (ulong)random.Next(-64, 1200),
                    2 => (ulong)random.NextInt64(),
                    _ => 0,
                });
            }

            var map = new Map(table);
            var registers = Start((ulong)random.Next(0x1000, 0x1800), Sp + (ulong)random.Next(-64, 1200), At((ulong)random.Next(0x1000, 0x1800)));
            var result = unwinder.Unwind(new AddressSpaceId(1, (uint)round), registers, new StackMemory(Sp, stack, (round & 1) != 0), map, frames);
            Assert.InRange(result.Count, 1, 200);
            for (var i = 1; i < result.Count; i++)
                Assert.True(map.TryFind(new Avma(frames[i].Value - 1), out _) || map.TryFind(frames[i], out _));
        }
    }
}
