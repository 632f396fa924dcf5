using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>Frames found from instructions alone: prologues as compilers write them, and code that must not be believed.</summary>
public class X64PrologueTests
{
    private static string Rules(string hex, params int[] offsets)
    {
        var frames = X64Prologue.Analyze(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        return string.Join(", ", offsets.Select(o => Describe(frames.Rule(o))));
    }

    private static string Describe(UnwindRule rule)
    {
        string[] names = ["rbx", "rbp", "r12", "r13", "r14", "r15"];
        if (rule.Kind != UnwindRuleKind.Frame)
            return rule.Kind.ToString();
        var text = $"{(rule.CfaRegister == X64Registers.Rsp ? "rsp" : "rbp")}+{rule.CfaOffset}";
        for (var i = 0; i < names.Length; i++)
        {
            var slots = (byte)(rule.Saved >> (8 * i));
            if (slots != 0)
                text += slots == UnwindRule.Lost ? $" {names[i]} lost" : $" {names[i]}=c-{slots * 8}";
        }

        return text;
    }

    /// <summary>HotSpot's C2: a stack bang, push %rbp, a constant frame; rbp is an ordinary register inside; the epilogue compares rsp and jumps away.</summary>
    [Fact]
    public void X64Prologue_HotSpotMethod_FrameBySize() =>
        Assert.Equal(
            "rsp+8, rsp+8, rsp+16 rbp=c-16, rsp+48 rbp=c-16, rsp+48 rbp=c-16, rsp+16 rbp=c-16, rsp+8, rsp+8",
            Rules("89 84 24 00 c0 fe ff | 55 | 48 83 ec 20 | 48 89 d5 | e8 00 10 00 00 | 48 83 c4 20 | 5d | 49 3b a7 48 03 00 00 | 77 01 | c3".Replace("|", "", StringComparison.Ordinal), 0, 7, 8, 12, 16, 24, 25, 33));

    /// <summary>A method that calls itself by its second entry, past the check of the receiver's class: the entry is no subroutine inside of a frame.</summary>
    [Fact]
    public void X64Prologue_CallOfItsOwnSecondEntry_FrameAllTheSame() =>
        // xchg %ax,%ax; entry: push %rbp; sub $32,%rsp; call entry; add $32,%rsp; pop %rbp; ret
        Assert.Equal("rsp+8, rsp+16 rbp=c-16, rsp+48 rbp=c-16, rsp+48 rbp=c-16, rsp+8", Rules("6690 55 4883ec20 e8f6ffffff 4883c420 5d c3", 2, 3, 7, 12, 17));

    /// <summary>V8: a frame pointer, pushes, a frame of so many slots; arguments are dropped by a count in a register, which nobody can follow.</summary>
    [Fact]
    public void X64Prologue_V8Function_FramePointer()
    {
        // push %rbp; mov %rsp,%rbp; push %rsi; push %rdi; sub $16,%rsp; ...; mov %rbp,%rsp; pop %rbp; pop %rcx; lea 8(%rsp,%rcx,8),%rsp; push %rcx; ret
        const string code = "55 4889e5 56 57 4883ec10 90 4889ec 5d 59 488d64cc08 51 c3";
        Assert.Equal(
            "rsp+8, rsp+16 rbp=c-16, rsp+16 rbp=c-16, rsp+32 rbp=c-16, rsp+48 rbp=c-16, rsp+16 rbp=c-16, rsp+8",
            Rules(code, 0, 1, 4, 6, 10, 14, 15));
        Assert.Equal("None, None", Rules(code, 21, 22)); // rsp is not known, and rbp is the caller's
    }

    /// <summary>.NET: pushes, then a frame pointer in the middle of the frame.</summary>
    [Fact]
    public void X64Prologue_DotNetMethod_LeaFramePointer() =>
        // push %rbp; push %r15; push %rbx; sub $16,%rsp; lea 32(%rsp),%rbp; xor %ebx,%ebx; lea -16(%rbp),%rsp; pop %rbx; pop %r15; pop %rbp; ret
        Assert.Equal(
            "rsp+24 rbp=c-16 r15=c-24, rsp+48 rbx=c-32 rbp=c-16 r15=c-24, rsp+48 rbx=c-32 rbp=c-16 r15=c-24, rsp+32 rbx=c-32 rbp=c-16 r15=c-24, rsp+8",
            Rules("55 4157 53 4883ec10 488d6c2420 31db 488d65f0 5b 415f 5d c3", 3, 8, 13, 19, 23));

    /// <summary>After the stack was aligned only the frame pointer tells.</summary>
    [Fact]
    public void X64Prologue_AlignedStack_ByFramePointer() =>
        Assert.Equal("rsp+16 rbp=c-16, rbp+16 rbp=c-16, rbp+16 rbp=c-16, rsp+8", Rules("55 4889e5 4883e4e0 4883ec40 c9 c3", 4, 8, 12, 13));

    /// <summary>A register that is written without being saved is lost; one that was saved and read back is the caller's again.</summary>
    [Fact]
    public void X64Prologue_RegistersKept_ToldApart() =>
        // mov $1,%ebx; push %r12; xor %r12d,%r12d; mov (%rsp),%r12; pop %r12; ret
        Assert.Equal("rsp+8, rsp+8 rbx lost, rsp+16 rbx lost r12=c-16, rsp+16 rbx lost r12=c-16, rsp+8 rbx lost", Rules("bb01000000 4154 4531e4 4c8b2424 415c c3", 0, 5, 7, 10, 16));

    /// <summary>Two ways that meet with different depths: what follows is unknown, what came before is not.</summary>
    [Fact]
    public void X64Prologue_WaysDiffer_Unknown() =>
        // test %edi,%edi; je L; push %rax; L: nop; ret
        Assert.Equal("rsp+8, rsp+8, None, None", Rules("85ff 7401 50 90 c3", 2, 4, 5, 6));

    /// <summary>What no followed jump reaches, and what follows an unknown instruction, is unknown.</summary>
    [Fact]
    public void X64Prologue_Unreached_Unknown()
    {
        Assert.Equal("rsp+16, None", Rules("50 ffe0 90", 1, 3)); // behind a jump by register
        Assert.Equal("rsp+16, None", Rules("50 06 90", 1, 2)); // 06 is no instruction of 64-bit code
        Assert.Equal("rsp+16, rsp+16, None", Rules("50 4829c4 90", 0 + 1, 3, 4)); // sub %rax,%rsp
        Assert.Equal("None", Rules("", 0));
        Assert.Equal("None, None", Rules("90", -1, 1));
    }

    /// <summary>A call that never returns, with arguments on the stack: the block behind it has the depth that the jump to it has, in whatever order they are met.</summary>
    [Fact]
    public void X64Prologue_BehindCalls_JumpsDecide() =>
        // sub $8; test; jne L; push %rax; push %rax; call far; L: add $8,%rsp; ret
        Assert.Equal("rsp+16, rsp+32, rsp+16, rsp+8", Rules("4883ec08 85ff 7507 50 50 e800100000 4883c408 c3", 4, 10, 15, 19));

    /// <summary>V8's baseline code calls a routine that builds its frame: what it does then does not fit, and nothing behind the call is believed.</summary>
    [Fact]
    public void X64Prologue_FrameBuiltByCallee_Unknown()
    {
        // call far; nop; call far; mov %rbp,%rsp; pop %rbp; ret
        Assert.Equal("rsp+8, None, None, None", Rules("e800100000 90 e800100000 4889ec 5d c3", 0, 5, 6, 14));
        // call far; mov -8(%rbp),%rsi; call far; ret
        Assert.Equal("rsp+8, None, None", Rules("e800100000 488b75f8 e800100000 c3", 0, 5, 9));
    }

    /// <summary>musl's <c>__clone</c>: the child clears rbp, calls, and ends in hlt; it has no caller. A zero in rbp alone does not say so.</summary>
    [Fact]
    public void X64Prologue_ThreadStart_IsRoot()
    {
        // test %eax,%eax; jne L; xor %ebp,%ebp; pop %rdi; call *%r9; mov %eax,%edi; xor %eax,%eax; mov $60,%al; syscall; hlt; L: ret
        const string start = "85c0 7510 31ed 5f 41ffd1 89c7 31c0 b03c 0f05 f4 90 c3";
        Assert.Equal("rsp+8, EndOfStack, EndOfStack, rsp+8", Rules(start, 0, 7, 8, 20));
        Assert.Equal("rsp+8 rbp lost", Rules("31ed ffd0 c3", 2));
    }

    /// <summary>Code without CFI in the midst of stacks: by its instructions, before the frame pointer is asked; counted.</summary>
    [Fact]
    public void X64Unwinder_CodeWithoutCfi_ByItsInstructions()
    {
        var unwinder = new X64Unwinder();
        byte[] code = [0x55, 0x48, 0x83, 0xec, 0x10, 0x90, 0x90];
        var source = new Source(code);
        var map = new Map(CfiTable(), source);
        var stack = new byte[64];
        BitConverter.TryWriteBytes(stack.AsSpan(16), 0x77UL);
        BitConverter.TryWriteBytes(stack.AsSpan(24), 0x1310UL);
        // rbp points where a frame pointer would lead astray
        var frames = new Avma[8];
        var result = unwinder.Unwind(new TraceKit.DebugInfo.Unwind.AddressSpaceId(1, 1), X64Registers.Create(0x8006, 0x7000, 0x7020), new StackMemory(0x7000, stack), map, frames);
        Assert.Equal((2, UnwindStop.ReachedRoot, 1, 0), (result.Count, result.Stop, result.CodeSteps, result.FramePointerSteps));
        Assert.Equal(0x1310UL, frames[1].Value);

        // other code at the same place is seen at once
        source.Code = new byte[] { 0x48, 0x83, 0xec, 0x18, 0x90, 0x90, 0x90 };
        BitConverter.TryWriteBytes(stack.AsSpan(24), 0x1320UL);
        result = unwinder.Unwind(new TraceKit.DebugInfo.Unwind.AddressSpaceId(1, 1), X64Registers.Create(0x8006, 0x7000, 0x7020), new StackMemory(0x7000, stack), map, frames);
        Assert.Equal((2, 0x1320UL), (result.Count, frames[1].Value));
        Assert.Equal(2, source.Asked);
    }

    /// <summary>A call that took its arguments off the stack leaves rsp elsewhere than the code says; the frame pointer, which the code set up, then finds the caller.</summary>
    [Fact]
    public void X64Unwinder_StackPointerLeadsNowhere_FramePointerIsTried()
    {
        var unwinder = new X64Unwinder();
        // push %rbp; mov %rsp,%rbp; sub $16,%rsp; nop
        byte[] code = [0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x10, 0x90, 0x90];
        var stack = new byte[64];
        BitConverter.TryWriteBytes(stack.AsSpan(24), 0x55UL); // where rsp says that the return address is
        BitConverter.TryWriteBytes(stack.AsSpan(32), 0x77UL);
        BitConverter.TryWriteBytes(stack.AsSpan(40), 0x1310UL);
        var frames = new Avma[8];
        var result = unwinder.Unwind(new TraceKit.DebugInfo.Unwind.AddressSpaceId(1, 1), X64Registers.Create(0x8008, 0x7000, 0x7020), new StackMemory(0x7000, stack), new Map(CfiTable(), new Source(code)), frames);
        Assert.Equal((2, UnwindStop.ReachedRoot, 0, 1), (result.Count, result.Stop, result.CodeSteps, result.FramePointerSteps));
        Assert.Equal(0x1310UL, frames[1].Value);
    }

    /// <summary>Whatever bytes are taken for code: an answer, in bounded time, without an exception.</summary>
    [Fact]
    public void X64Prologue_AnyBytes_Ends()
    {
        var random = new Random(7);
        byte[] likely = [0x55, 0x48, 0x89, 0xe5, 0x41, 0x57, 0x83, 0xec, 0xc4, 0x74, 0x75, 0xeb, 0xe8, 0xe9, 0xc3, 0x5d, 0xc9, 0x0f, 0x84, 0xff, 0x8d, 0x24, 0x62, 0xc5];
        var code = new byte[4096];
        for (var round = 0; round < 400; round++)
        {
            random.NextBytes(code);
            if ((round & 1) != 0)
            {
                for (var i = 0; i < code.Length; i++)
                    code[i] = random.Next(3) == 0 ? (byte)random.Next(32) : likely[code[i] % likely.Length];
            }

            var frames = X64Prologue.Analyze(code.AsSpan(0, random.Next(code.Length)));
            for (var i = 0; i < code.Length; i += 61)
                Assert.InRange((int)frames.Rule(i).Kind, 0, 2);
        }

        var large = new byte[1 << 21]; // cut at a megabyte
        random.NextBytes(large);
        Assert.InRange(X64Prologue.Analyze(large).Instructions, 1, 1 << 20);
        Array.Fill(large, (byte)0x74); // je +0x74, everywhere
        X64Prologue.Analyze(large);
        Hostile.CutAndFlip(Convert.FromHexString("554889e541574883ec1085ff7402e80000000031ed488d65f8415f5dc3"), bytes => X64Prologue.Analyze(bytes));
    }

    private static UnwindTable CfiTable() => Cfi.CfiTestImage.Table(a => a.X64Cie().Fde(0x1300, 0x100, p => p.Undefined(16)));

    private sealed class Source(byte[] code) : ICodeSource
    {
        public byte[] Code { get; set; } = code;

        public int Asked { get; private set; }

        public bool TryFunction(Svma pc, out Svma start, out ReadOnlyMemory<byte> code)
        {
            Asked++;
            start = new Svma(0x8000);
            code = Code;
            return pc.Value - 0x8000 < (ulong)Code.Length;
        }
    }

    private sealed class Map(UnwindTable table, ICodeSource source) : IModuleMap
    {
        public bool TryFind(Avma address, out ModuleMapping mapping)
        {
            mapping = address.Value switch
            {
                >= 0x1000 and < 0x2000 => new ModuleMapping { Table = table, Start = new Avma(0x1000), End = new Avma(0x2000) },
                >= 0x8000 and < 0x9000 => new ModuleMapping { Code = source, Start = new Avma(0x8000), End = new Avma(0x9000) },
                _ => default,
            };
            return mapping.End.Value != 0;
        }
    }
}
