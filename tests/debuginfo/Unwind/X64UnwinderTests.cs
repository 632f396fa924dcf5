using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Tests.Cfi;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>Stacks and CFI made by hand: every way a walk can go on, and every way it can end.</summary>
public class X64UnwinderTests
{
    private const ulong Bias = 0x7f00_0000_0000, Rsp = 0x7ffd_0000_1000;

    /// <summary>One module of code at svma 0x1000–0x8fff, and a mapping without a table at svma 0x100000.</summary>
    private sealed class Map(UnwindTable? table) : IModuleMap
    {
        public bool TryFind(Avma address, out ModuleMapping mapping)
        {
            mapping = default;
            var svma = address.Value - Bias;
            if (svma is >= 0x1000 and < 0x9000)
                mapping = new ModuleMapping { Table = table, Bias = Bias, Start = new Avma(Bias + 0x1000), End = new Avma(Bias + 0x9000) };
            else if (svma is >= 0x100000 and < 0x101000)
                mapping = new ModuleMapping { Bias = Bias, Start = new Avma(Bias + 0x100000), End = new Avma(Bias + 0x101000) };
            else
                return false;
            return true;
        }
    }

    private static UnwindTable Table() => CfiTestImage.Table(a => a.X64Cie()
        .Fde(0x1000, 0x100) // leaf: rsp+8
        .Fde(0x1100, 0x100, p => p.DefCfaOffset(32).Offset(6, 2)) // 24 bytes of frame, rbp saved
        .Fde(0x1200, 0x100, p => p.DefCfa(6, 16).Offset(6, 2).Offset(3, 3)) // frame pointer; rbx saved below it
        .Fde(0x1300, 0x100, p => p.Undefined(16)) // root
        .Fde(0x1400, 0x100, p => p.DefCfa(10, 0)) // over-aligned: r10 has the CFA
        .Fde(0x1500, 0x100, p => p.DefCfaExpression(0x76, 0x78, 0x06)) // CFA = *(rbp - 8)
        .Fde(0x1600, 0x100, p => p.DefCfaExpression(0x9c))
        .Fde(0x1700, 0x100, p => p.Raw(0x3f))
        .Fde(0x1800, 0x100, p => p.DefCfa(3, 8)) // CFA by rbx
        .Fde(0x1900, 0x100, p => p.DefCfa(7, 0))
        .X64Cie("zRS")
        .Fde(0x2000, 0x10, p => p.DefCfaExpression(0x77, 0x20, 0x06) // as __restore_rt: everything from the signal frame
            .Expression(16, 0x77, 0x28).Expression(6, 0x77, 0x30).Expression(0, 0x77, 0x38).ValExpression(10, 0x77, 0)));

    private static ulong At(ulong svma) => Bias + svma;

    private static string Walk(X64Registers registers, ulong[] words, UnwindTable? table = null, int limit = 64, X64Unwinder? unwinder = null, uint generation = 1)
    {
        var stack = new byte[words.Length * 8];
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(i * 8), words[i]);
        var frames = new Avma[limit];
        var result = (unwinder ?? new X64Unwinder()).Unwind(new AddressSpaceId(7, generation), registers, new StackMemory(Rsp, stack), new Map(table ?? Table()), frames);
        return string.Join(' ', frames.Take(result.Count).Select(f => $"{f.Value - Bias:x}")) + $" {result.Stop}" +
            (result.NeededBytes != 0 ? $" needs {result.NeededBytes}" : "") + (result.FramePointerSteps != 0 ? $" fp {result.FramePointerSteps}" : "");
    }

    private static X64Registers Start(ulong svma, ulong rbp = 0) => X64Registers.Create(At(svma), Rsp, rbp);

    /// <summary>A leaf, a frame by rsp that saves rbp, a frame by that rbp, the root.</summary>
    [Fact]
    public void X64Unwinder_FourFrames_ReachesRoot()
    {
        // 0: leaf's return address. 1–4: the frame of 0x1110, rbp at CFA - 16, return address at CFA - 8. 7–9: by rbp = 8: saved rbp at CFA - 16.
        ulong[] stack = [At(0x1110), 0, 0, Rsp + 0x40, At(0x1210), 0, 0, 0x55, 0x66, At(0x1310)];
        Assert.Equal("1010 1110 1210 1310 ReachedRoot", Walk(Start(0x1010), stack));
    }

    /// <summary>A return address is looked up one byte before itself: a call may be the last instruction of its function.</summary>
    [Fact]
    public void X64Unwinder_CallAtFunctionsEnd_RuleOfTheCaller() =>
        Assert.Equal("1010 1400 1310 ReachedRoot", Walk(Start(0x1010, rbp: 0), [At(0x1400), At(0x1310)], TableWithCallAtEnd()));

    private static UnwindTable TableWithCallAtEnd() => CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 0x400 - 0x100).Fde(0x1300, 0x80, p => p.Undefined(16)).Fde(0x1380, 0x80).Fde(0x1400, 0x100, p => p.Undefined(16)));

    /// <summary>The frame below a signal frame is exact: interrupted at its first byte, its own rule holds. Registers the signal saved are known again.</summary>
    [Fact]
    public void X64Unwinder_SignalFrame_InterruptedAddressExact()
    {
        // handler (leaf) -> 0x2000 (restorer) -> interrupted at 0x1400, whose CFA is r10 -> root
        // 0: the handler's return address, the restorer. The signal frame begins at rsp + 8: saved rsp, rip and rbp at its 0x20, 0x28, 0x30.
        // Interrupted at 0x1100, the first byte of a function: one byte earlier another rule holds. Its return address is 24 bytes above the saved rsp.
        var words = new ulong[16];
        words[0] = At(0x2001);
        words[5] = Rsp + 72;
        words[6] = At(0x1100);
        words[7] = 0x1234;
        words[9 + 3] = At(0x1310);
        Assert.Equal("1010 2001 1100 1310 ReachedRoot", Walk(Start(0x1010), words));
    }

    /// <summary>CFAs by other registers, known ones, and by expressions that read the stack.</summary>
    [Fact]
    public void X64Unwinder_OtherCfas_Followed()
    {
        var r = Start(0x1410);
        Assert.Equal("1410 UnknownRegister", Walk(r, [0, At(0x1310)]));
        r.Set(10, Rsp + 16);
        Assert.Equal("1410 1310 ReachedRoot", Walk(r, [0, At(0x1310)]));
        Assert.Equal("1510 1310 ReachedRoot", Walk(Start(0x1510, rbp: Rsp + 16), [0, Rsp + 32, 0, At(0x1310)]));
        // rbx, saved by a callee, is the caller's CFA
        Assert.Equal("1210 1810 1310 ReachedRoot", Walk(Start(0x1210, rbp: Rsp + 16), [0, Rsp + 40, 0, At(0x1810), 0, At(0x1310)]));
        // what a call destroys is not known in its caller
        r = Start(0x1010);
        r.Set(10, Rsp + 16);
        Assert.Equal("1010 1410 UnknownRegister", Walk(r, [At(0x1410), At(0x1310)]));
    }

    /// <summary>A saved register whose slot is below the stack pointer has been popped already: <c>leave; ret</c> as GCC describes it.</summary>
    [Fact]
    public void X64Unwinder_SlotBelowStackPointer_RegisterAlreadyRestored()
    {
        var table = CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 0x100, p => p.Offset(6, 2)).Fde(0x1200, 0x100, p => p.DefCfa(6, 16)).Fde(0x1300, 0x100, p => p.Undefined(16)));
        Assert.Equal("1010 1210 1310 ReachedRoot", Walk(Start(0x1010, rbp: Rsp + 8), [At(0x1210), 0, At(0x1310)], table));
    }

    /// <summary>Each way to end, with its reason; nothing outside of executable mappings is reported.</summary>
    [Fact]
    public void X64Unwinder_Ends_ReasonTold()
    {
        Assert.Equal("1010 DumpTruncated needs 8", Walk(Start(0x1010), []));
        Assert.Equal("1010 1110 DumpTruncated needs 40", Walk(Start(0x1010), [At(0x1110)]));
        Assert.Equal("1010 NoMapping", Walk(Start(0x1010), [0x1234]));
        Assert.Equal("1010 NoMapping", Walk(Start(0x1010), [0])); // 0 is no mark of a root
        Assert.Equal("1610 ExpressionFailed", Walk(Start(0x1610), [0]));
        Assert.Equal("1710 BadCfi", Walk(Start(0x1710), [0]));
        Assert.Equal("1910 NoProgress", Walk(Start(0x1910), [0]));
        Assert.Equal("1210 NotReadable", Walk(Start(0x1210, rbp: Rsp + (1UL << 40)), [0]));
        Assert.Equal("1210 NotReadable", Walk(Start(0x1210, rbp: Rsp - 64), [0]));
        Assert.Equal("1010 1010 FrameLimit", Walk(Start(0x1010), [At(0x1010), At(0x1010), At(0x1010)], limit: 2));
        Assert.Equal("200000 NoMapping", Walk(Start(0x200000), [At(0x1310)])); // the sampled address itself is always reported
        Assert.Equal(" FrameLimit", Walk(Start(0x1010), [0], limit: 0));
        Assert.Equal(" UnknownRegister", Walk(default, [0]));
    }

    /// <summary>A dump of pointers only: a word that was not kept is not known, and neither the root nor a value of 0.</summary>
    [Fact]
    public void X64Unwinder_WordsNotKept_Unknown()
    {
        // rbx is saved by 0x1210 and is the CFA of 0x1810; its slot was not kept
        ulong[] stack = [Rsp + 40, 0, At(0x1810), 0, At(0x1310)]; // 0, and what a filter leaves of anything else
        var words = new byte[stack.Length * 8];
        Buffer.BlockCopy(stack, 0, words, 0, words.Length);
        var table = CfiTestImage.Table(a => a.X64Cie().Fde(0x1200, 0x100, p => p.DefCfaOffset(24).Offset(3, 2)).Fde(0x1800, 0x100, p => p.DefCfa(3, 8)).Fde(0x1300, 0x100, p => p.Undefined(16)));
        var frames = new Avma[8];
        var whole = new X64Unwinder().Unwind(new AddressSpaceId(1, 1), Start(0x1210), new StackMemory(Rsp, words), new Map(table), frames);
        Assert.Equal(UnwindStop.NotReadable, whole.Stop);
        var filtered = new X64Unwinder().Unwind(new AddressSpaceId(1, 1), Start(0x1210), new StackMemory(Rsp, words, isFiltered: true), new Map(table), frames);
        Assert.Equal((whole.Stop, whole.Count), (filtered.Stop, filtered.Count));
    }

    /// <summary>A runtime's known start is a root whatever its CFI says; rows from elsewhere fill what CFI leaves open.</summary>
    [Fact]
    public void UnwindTable_RowsFromElsewhere_FillAndEnd()
    {
        var rows = new UnwindRowList();
        rows.AddRoot(new Svma(0x1080), new Svma(0x10a0));
        rows.BeginFunction(new Svma(0x2000), new Svma(0x2100));
        rows.Add(new Svma(0x2000), new UnwindRule(UnwindRuleKind.Frame, 7, 8, 0, false));
        rows.Add(new Svma(0x2004), new UnwindRule(UnwindRuleKind.Frame, 7, 24, 0, false));
        rows.BeginFunction(new Svma(0x1000), new Svma(0x1100)); // has CFI
        rows.Add(new Svma(0x1000), new UnwindRule(UnwindRuleKind.Frame, 7, 64, 0, false));
        var assembler = new TraceKit.Testing.CfiAssembler(CfiTestImage.EhFrameAddress);
        assembler.X64Cie().Fde(0x1000, 0x100);
        var table = UnwindTable.Build(TraceKit.DebugInfo.Elf.ElfImage.Parse(CfiTestImage.Bytes(assembler.End().ToArray()), "cfi"), rows);
        string Of(ulong pc) => table.TryFind(new Svma(pc), out var rule) ? $"{rule.Kind} {rule.CfaOffset}" : "None";
        Assert.Equal(
            "None, Frame 8, Frame 8, EndOfStack 0, EndOfStack 0, Frame 8, Frame 8, None, Frame 8, Frame 24, Frame 24, None",
            string.Join(", ", new ulong[] { 0xfff, 0x1000, 0x107f, 0x1080, 0x109f, 0x10a0, 0x10ff, 0x1100, 0x2003, 0x2004, 0x20ff, 0x2100 }.Select(Of)));
    }

    /// <summary>Without CFI the frame pointer is followed only where it is plausible, and each such step is counted.</summary>
    [Fact]
    public void X64Unwinder_NoCfi_FramePointerIfPlausible()
    {
        Assert.Equal("100010 1310 ReachedRoot fp 1", Walk(Start(0x100010, rbp: Rsp + 8), [0, 0x99, At(0x1310)]));
        Assert.Equal("8010 1310 ReachedRoot fp 1", Walk(Start(0x8010, rbp: Rsp), [0x99, At(0x1310)]));
        Assert.Equal("100010 NoUnwindInfo", Walk(Start(0x100010, rbp: Rsp + 8), [0, 0x99, 0x1234])); // not code
        Assert.Equal("100010 NoUnwindInfo", Walk(Start(0x100010, rbp: Rsp + 8), [0, 0x99])); // outside of the dump
        Assert.Equal("100010 NoUnwindInfo", Walk(Start(0x100010, rbp: Rsp - 8), [0, At(0x1310)])); // below the stack pointer
        Assert.Equal("100010 NoUnwindInfo", Walk(Start(0x100010, rbp: Rsp + 4), [0, At(0x1310), At(0x1310)])); // not aligned
    }

    /// <summary>The cache is keyed by address space and generation: a replaced module is seen at once.</summary>
    [Fact]
    public void X64Unwinder_NewGeneration_NotAnsweredFromCache()
    {
        var unwinder = new X64Unwinder();
        var other = CfiTestImage.Table(a => a.X64Cie().Fde(0x1000, 0x100, p => p.Undefined(16)));
        Assert.Equal("1010 1310 ReachedRoot", Walk(Start(0x1010), [At(0x1310)], unwinder: unwinder));
        Assert.Equal("1010 1310 ReachedRoot", Walk(Start(0x1010), [At(0x1310)], unwinder: unwinder));
        Assert.Equal(2, unwinder.CacheMisses);
        Assert.Equal("1010 ReachedRoot", Walk(Start(0x1010), [At(0x1310)], other, unwinder: unwinder, generation: 2));
    }

    /// <summary>Any registers over any stack: it ends, within bounds, and reports only addresses in executable mappings.</summary>
    [Fact]
    public void X64Unwinder_RandomStacks_EndsWithinMappings()
    {
        var random = new Random(1);
        var table = Table();
        var map = new Map(table);
        var unwinder = new X64Unwinder();
        var frames = new Avma[200];
        var stack = new byte[1024];
        for (var round = 0; round < 20_000; round++)
        {
            for (var at = 0; at < stack.Length; at += 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(at), random.Next(4) switch
                {
                    0 => At((ulong)random.Next(0x1000, 0x2100)),
                    1 => Rsp + (ulong)random.Next(-64, 1200),
                    2 => (ulong)random.NextInt64(),
                    _ => 0,
                });
            }

            var registers = Start((ulong)random.Next(0x1000, 0x2100), Rsp + (ulong)random.Next(-64, 1200));
            registers.Set(10, Rsp + (ulong)random.Next(0, 1200));
            registers.Set(3, (ulong)random.NextInt64());
            var result = unwinder.Unwind(new AddressSpaceId(1, 1), registers, new StackMemory(Rsp, stack), map, frames);
            Assert.InRange(result.Count, 1, 200);
            for (var i = 1; i < result.Count; i++)
                Assert.True(map.TryFind(new Avma(frames[i].Value - 1), out _) || map.TryFind(frames[i], out _));
        }
    }
}
