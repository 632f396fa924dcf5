using System.Diagnostics;
using System.Text;
using TraceKit.DebugInfo.Code;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Code;

/// <summary>Which bytes are proven to begin an instruction, in code made for it.</summary>
public class InstructionStartsTests
{
    private static InstructionStarts Analyze(string hex, params int[] stated) => InstructionStarts.Analyze(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 0x1000, stated: stated);

    private static string Proofs(InstructionStarts starts) => string.Concat(Enumerable.Range(0, starts.Length).Select(i => starts.ProofOf(i) switch
    {
        InstructionProof.Followed => 'F',
        InstructionProof.BehindCall => 'c',
        InstructionProof.Swept => 's',
        _ => '.',
    }));

    /// <summary>What the entry leads to is followed; what a call has before it counts as behind a call; the bytes within are none.</summary>
    [Fact]
    public void Analyze_StraightCode_Followed()
    {
        // push %rbp; mov %rsp,%rbp; call far away; pop %rbp; ret
        var starts = Analyze("55 4889e5 e800100000 5d c3");
        Assert.Equal("FF..F....cc", Proofs(starts));
        Assert.True(starts.IsComplete);
        Assert.Equal([10], starts.Returns);
        Assert.Equal("it is inside of the instruction at +1, which has 3 bytes", starts.WhyNot(2));
        Assert.Equal("it is outside of the function", starts.WhyNot(11));
        Assert.Equal("it is outside of the function", starts.WhyNot(-1));
    }

    /// <summary>glibc jumps over a lock prefix: the start within the locked instruction is not armed, for the processor would meet the breakpoint behind its prefix.</summary>
    [Fact]
    public void Analyze_JumpOverLock_OuterStartOnly()
    {
        // je +1; lock cmpxchg %ecx,(%rdx); ret
        var starts = Analyze("7401 f00fb10a c3");
        Assert.Equal("F.F...F", Proofs(starts));
        Assert.NotNull(starts.WhyNot(3));
    }

    /// <summary>Two ways that cut the same bytes differently: neither start is armed.</summary>
    [Fact]
    public void Analyze_TwoWaysDisagree_NeitherStart()
    {
        // je into the immediate of a mov; the immediate is nop, nop, nop, ret
        var starts = Analyze("7401 b8909090c3 c3");
        Assert.Equal(InstructionProof.None, starts.ProofOf(2));
        Assert.Equal(InstructionProof.None, starts.ProofOf(3));
        Assert.Contains("disagree", starts.WhyNot(2), StringComparison.Ordinal);
        Assert.False(starts.IsComplete);
    }

    /// <summary>A text behind a call of what comes after the text is no code.</summary>
    [Fact]
    public void Analyze_CallOverText_TextIsNone()
    {
        // call +6; "hello\0"; pop %rdi; ret
        var starts = Analyze("e806000000 68656c6c6f00 5f c3");
        Assert.Equal("F..........FF", Proofs(starts));
        Assert.NotNull(starts.WhyNot(5));
    }

    /// <summary>What follows a call that never returns, and is no code, is dropped with all that it leads to.</summary>
    [Fact]
    public void Analyze_DataBehindCall_Dropped()
    {
        // call abort; 06 is no instruction; in the second, zeroes
        Assert.Equal("F....", Proofs(Analyze("e800100000 5506")).AsSpan(0, 5).ToString());
        Assert.All(Enumerable.Range(5, 2), at => Assert.NotNull(Analyze("e800100000 5506").WhyNot(at)));
        Assert.All(Enumerable.Range(5, 8), at => Assert.NotNull(Analyze("e800100000 0000000000000000").WhyNot(at)));
    }

    /// <summary>Cases of a jump table are swept: they fit in the gap, and lead to instructions.</summary>
    [Fact]
    public void Analyze_CasesOfJumpTable_Swept()
    {
        // cmp $3,%edi; ja default; jmp *%rax; mov $1,%eax; ret; mov $2,%eax; jmp default; default: xor %eax,%eax; ret
        var starts = Analyze("83ff03 770f ffe0 b801000000 c3 b802000000 eb00 31c0 c3");
        Assert.Equal("F..F.F.s....ss....s.F.F", Proofs(starts).Replace('c', '?')[..23]);
        Assert.True(starts.IsComplete);
        Assert.Equal([5], starts.IndirectJumps);
    }

    /// <summary>A constant between the instructions that the function reads is no code, although it can be read as some.</summary>
    [Fact]
    public void Analyze_ConstantThatIsRead_None()
    {
        // mov 4(%rip),%rax; jmp *%rax... ; constant 5x nop; the same without the read is swept
        var read = Analyze("488b0502000000 ffe0 9090909090909090");
        Assert.Equal("F......F.........", Proofs(read));
        Assert.Contains("as data", read.WhyNot(9), StringComparison.Ordinal);
        var unread = Analyze("488b0502100000 ffe0 9090909090909090");
        Assert.Equal("F......F.ssssssss", Proofs(unread));
    }

    /// <summary>Without anything that could lead there, a gap is not believed.</summary>
    [Fact]
    public void Analyze_GapWithoutReason_None()
    {
        Assert.Equal("F..", Proofs(Analyze("c3 5d c3")));
        Assert.Equal("F....", Proofs(Analyze("c3 0f1f4000")).Replace('s', '.'));
        Assert.Equal("Fss", Proofs(Analyze("c3 9090"))); // padding needs none
        Assert.Equal(InstructionProof.Swept, InstructionStarts.Analyze([0xc3, 0x5d, 0xc3], 0x1000, isPart: true).ProofOf(1));
    }

    /// <summary>Who states a start is believed if it fits.</summary>
    [Fact]
    public void Analyze_StatedStart_FollowedFromThere()
    {
        Assert.Equal("Fcc", Proofs(Analyze("c3 5d c3", 1)));
        Assert.Equal("F....F", Proofs(Analyze("b85dc35dc3 c3", 2))); // within an instruction
    }

    /// <summary>Data of many kinds behind a jump by register, where code could be: not one byte of it is armed in thousands of tries.</summary>
    [Theory]
    [InlineData("offsets", 0)]
    [InlineData("doubles", 0)]
    [InlineData("floats", 0)]
    [InlineData("integers", 0)]
    [InlineData("texts", 0)]
    [InlineData("random", 2)]
    public void Analyze_DataBehindIndirectJump_NotArmed(string kind, int mostPerThousand)
    {
        var random = new Random(4);
        int tries = 2000, armed = 0;
        for (var n = 0; n < tries; n++)
        {
            var data = new ByteWriter();
            var count = random.Next(4, 20);
            for (var i = 0; i < count; i++)
            {
                switch (kind)
                {
                    case "offsets": data.U32((uint)random.Next(-3000, 3000)); break;
                    case "doubles": data.U64((ulong)BitConverter.DoubleToInt64Bits(Math.Round(random.NextDouble() * 1000, 2))); break;
                    case "floats": data.U32(BitConverter.SingleToUInt32Bits(random.Next(100) / 4f)); break;
                    case "integers": data.U32((uint)random.Next(1000)); break;
                    case "texts": data.U8(Encoding.ASCII.GetBytes("The quick brown fox jumps over the lazy dog, 0123456789 times."[random.Next(20)..])).U8(0); break;
                    default: data.U32((uint)random.Next()); break;
                }
            }

            // jmp *%rax; data; behind it a function's usual end, which is reached
            byte[] code = [0x74, 0x02, 0xff, 0xe0, 0xe9, 0, 0, 0, 0, .. data.ToArray(), 0x5d, 0xc3];
            BitConverter.TryWriteBytes(code.AsSpan(5), code.Length - 2 - 9);
            var starts = InstructionStarts.Analyze(code);
            for (var at = 9; at < code.Length - 2; at++)
            {
                if (starts.ProofOf(at) != InstructionProof.None)
                {
                    armed++;
                    break;
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{kind}: {armed} of {tries}");
        Assert.True(armed * 1000 <= tries * mostPerThousand, $"{kind}: {armed} of {tries} were taken for code");
    }

    /// <summary>Bytes of no meaning, at the largest size, and chains of jumps: done in bounded time, and what is said is consistent.</summary>
    [Fact]
    public void Analyze_HostileBytes_BoundedAndConsistent()
    {
        var random = new Random(5);
        foreach (var size in (int[])[0, 1, 15, 4096, InstructionStarts.MaximumBytes + 5])
        {
            var noise = new byte[size];
            random.NextBytes(noise);
            Consistent(InstructionStarts.Analyze(noise));
        }

        ReadOnlySpan<byte> fill = [0xe8, 0x74, 0xeb, 0x90, 0x00, 0xff, 0xcc, 0xc3, 0xf0, 0x0f];
        foreach (var value in fill)
        {
            var same = new byte[200_000];
            Array.Fill(same, value);
            Consistent(InstructionStarts.Analyze(same));
        }

        var calls = new byte[1 << 20];
        for (var i = 0; i + 5 < calls.Length; i += 5)
        {
            calls[i] = 0xe8;
            BitConverter.TryWriteBytes(calls.AsSpan(i + 1), random.Next(-i, calls.Length - i));
        }

        var watch = Stopwatch.StartNew();
        Consistent(InstructionStarts.Analyze(calls));
        Assert.True(watch.Elapsed.TotalSeconds < 30, "not linear"); // takes some 0.1 s
    }

    private static void Consistent(InstructionStarts starts)
    {
        for (var at = starts.NextAfter(-1); at >= 0;)
        {
            var next = starts.NextAfter(at);
            Assert.InRange(starts.LengthAt(at), 1, 15);
            Assert.True(next < 0 || next >= at + starts.LengthAt(at), $"+{at} overlaps +{next}");
            at = next;
        }
    }
}
