using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Code;

/// <summary>What the kernel makes of an x86-64 instruction that a uprobe is to stand on (<c>arch/x86/kernel/uprobes.c</c>).</summary>
/// <remarks>
/// A file's instruction is looked at when a process maps it: a probe that is refused then never fires, and nobody is told. So it is told before.
/// </remarks>
public static class X64Uprobe
{
    /// <summary>Why the kernel cannot put a probe on an instruction, as a clause; null when it can.</summary>
    /// <param name="code">The instruction and what follows it.</param>
    public static string? RefusedBecause(ReadOnlySpan<byte> code)
    {
        if (!X64Instruction.TryDecode(code, out var i))
            return "its instruction is not known";
        foreach (var b in code[..i.Length])
        {
            // is_prefix_bad
            if (b == 0xf0)
                return "the kernel puts no probes on instructions with a lock prefix";
            if (b is 0x26 or 0x2e or 0x36 or 0x3e)
                return "the kernel puts no probes on instructions with a segment prefix";
            if (b is not (0x66 or 0x67 or 0xf2 or 0xf3 or 0x64 or 0x65 or >= 0x40 and <= 0x4f))
                break;
        }

        if (i.Map == 4)
        {
            // good_insns_64 is asked for the opcode byte of VEX as if it were a one-byte opcode.
            return code[0] == 0x62 || !IsGoodOneByte(i.Opcode) ? "the kernel puts no probes on this vector instruction" : null;
        }

        if (i.Map == 0)
        {
            return i.Opcode switch
            {
                0xcc => "it is an int3: a breakpoint of its own, or padding",
                0x8e when i.RegField == 2 => "the kernel puts no probes on what masks exceptions",
                _ when IsNearBranch(i) && i.IsShort => "the kernel puts no probes on branches with an operand size prefix",
                _ => IsGoodOneByte(i.Opcode) ? null : "the kernel puts no probes on this instruction",
            };
        }

        // Allowed by the tables; but the kernel returns to where the copy ran, or a child wakes up there.
        return i is { Map: 1, Opcode: 0x05 or 0x34 } ? "a system call that is single-stepped elsewhere returns elsewhere; probe the instruction before or behind it" : null;
    }

    /// <summary>What a hit costs.</summary>
    /// <param name="code">The instruction and what follows it.</param>
    /// <param name="length">Its bytes; 0 when it is not known.</param>
    public static UprobeCost CostOf(ReadOnlySpan<byte> code, out int length)
    {
        length = 0;
        if (!X64Instruction.TryDecode(code, out var i))
            return UprobeCost.Unknown;
        length = i.Length;
        if (code.StartsWith((ReadOnlySpan<byte>)[0x0f, 0x1f, 0x44, 0x00, 0x00]))
            return UprobeCost.Call;
        if (i.Map == 0)
        {
            // branch_setup_xol_ops, push_setup_xol_ops
            return i.Opcode is 0xe8 or 0xe9 or 0xeb or 0x90 or >= 0x70 and <= 0x7f || i.Opcode is >= 0x50 and <= 0x57 && (i.Length == 1 || i.Length == 2 && code[0] == 0x41)
                ? UprobeCost.Emulated : UprobeCost.SingleStepped;
        }

        return i.Map == 1 && (i.Opcode & 0xf0) == 0x80 ? UprobeCost.Emulated : UprobeCost.SingleStepped;
    }

    /// <summary>Whether code begins with <c>endbr64</c>.</summary>
    public static bool IsEndBranch(ReadOnlySpan<byte> code) => code.StartsWith((ReadOnlySpan<byte>)[0xf3, 0x0f, 0x1e, 0xfa]);

    private static bool IsNearBranch(in X64Instruction i) => i.Opcode is 0xe8 or 0xe9 or 0xeb or >= 0x70 and <= 0x7f;

    /// <summary>Opcodes that <c>good_insns_64</c> does not have.</summary>
    private static bool IsGoodOneByte(byte opcode) => opcode is not (
        0x06 or 0x07 or 0x0e or 0x16 or 0x17 or 0x1e or 0x1f or 0x27 or 0x2f or 0x37 or 0x3f or >= 0x60 and <= 0x62 or >= 0x6c and <= 0x6f or 0x82 or 0x9a or
        >= 0xcc and <= 0xcf or >= 0xd4 and <= 0xd6 or >= 0xe4 and <= 0xe7 or 0xea or >= 0xec and <= 0xef or 0xf1 or 0xf4 or 0xfa or 0xfb);
}
