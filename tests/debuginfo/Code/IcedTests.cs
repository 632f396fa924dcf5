using Iced.Intel;
using TraceKit.DebugInfo.Code;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Tests.Code;

/// <summary>Our decoder of x86-64 instructions against Iced's.</summary>
public class IcedTests
{
    /// <summary>Of random bytes: where both know an instruction it has the same length, and goes on at the same place.</summary>
    [Fact]
    public void X64Instruction_RandomBytes_LengthsAsIced()
    {
        var random = new Random(20261126);
        var bytes = new byte[16];
        int both = 0, onlyOurs = 0, onlyTheirs = 0;
        var wrong = new List<string>();
        for (var n = 0; n < 400_000; n++)
        {
            random.NextBytes(bytes);
            Bias(random, bytes);
            var theirs = Decoder.Create(64, new ByteArrayCodeReader(bytes)).Decode();
            var ours = X64Instruction.TryDecode(bytes, out var i);
            if (theirs.IsInvalid)
            {
                onlyOurs += ours ? 1 : 0;
                continue;
            }

            if (!ours)
            {
                onlyTheirs++;
                continue;
            }

            both++;
            if (theirs.Length != i.Length || !SameFlow(theirs, i))
                wrong.Add($"{Convert.ToHexString(bytes)}: {theirs} has {theirs.Length} bytes, ours {i.Length}; {theirs.FlowControl}, {X64Code.BranchOf(i)}");
        }

        TestContext.Current.SendDiagnosticMessage($"{both} known to both, {onlyOurs} only to us (not valid), {onlyTheirs} only to Iced, {wrong.Count} different");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(30)));
    }

    /// <summary>Real prefixes and maps more often than chance has them.</summary>
    private static void Bias(Random random, byte[] bytes)
    {
        ReadOnlySpan<byte> common = [0x48, 0x0f, 0xc5, 0xc4, 0x62, 0x66, 0xf3, 0xf2, 0x41, 0x4c];
        if (random.Next(2) == 0)
            bytes[0] = common[random.Next(common.Length)];
        if (bytes[0] == 0x0f && random.Next(3) == 0)
            bytes[1] = random.Next(2) == 0 ? (byte)0x38 : (byte)0x3a;
    }

    private static bool SameFlow(in Instruction theirs, in X64Instruction ours)
    {
        var branch = X64Code.BranchOf(ours);
        return theirs.FlowControl switch
        {
            FlowControl.Next => branch == X64Branch.Next || theirs.Mnemonic == Mnemonic.Hlt,
            FlowControl.ConditionalBranch => branch == X64Branch.Conditional && theirs.NearBranch64 == (ulong)(ours.Length + ours.Immediate),
            FlowControl.UnconditionalBranch => branch == X64Branch.Jump && theirs.NearBranch64 == (ulong)(ours.Length + ours.Immediate),
            FlowControl.Call => branch == (theirs.IsCallNear ? X64Branch.Call : X64Branch.CallAway) || branch == X64Branch.Next, // syscall, vmcall: they come back
            FlowControl.IndirectCall => branch == X64Branch.CallAway,
            FlowControl.IndirectBranch or FlowControl.Return or FlowControl.Exception => branch == X64Branch.End || branch == X64Branch.Next, // sysret: never run by programs
            FlowControl.Interrupt => branch is X64Branch.End or X64Branch.Next,
            _ => true,
        };
    }
}
