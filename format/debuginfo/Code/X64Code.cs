using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Code;

/// <summary>What kinds of x86-64 instructions there are, for those who look for their starts.</summary>
internal static class X64Code
{
    /// <summary>Where an instruction goes on.</summary>
    public static X64Branch BranchOf(in X64Instruction i)
    {
        if (i.Map == 1)
            return (i.Opcode & 0xf0) == 0x80 ? X64Branch.Conditional : i.Opcode == 0x0b ? X64Branch.End : X64Branch.Next;
        if (i.Map != 0)
            return X64Branch.Next;
        return i.Opcode switch
        {
            >= 0x70 and <= 0x7f or >= 0xe0 and <= 0xe3 => X64Branch.Conditional,
            0xe8 => X64Branch.Call,
            0xe9 or 0xeb => X64Branch.Jump,
            0xff when i.RegField is 2 or 3 => X64Branch.CallAway,
            0xff when i.RegField is 4 or 5 => X64Branch.End,
            0xc2 or 0xc3 or 0xca or 0xcb or 0xcf or 0xf4 or 0xf1 or 0xcc => X64Branch.End, // returns, hlt, int1, int3
            _ => X64Branch.Next,
        };
    }

    /// <summary>A near return.</summary>
    public static bool IsReturn(in X64Instruction i) => i is { Map: 0, Opcode: 0xc3 or 0xc2 };

    /// <summary>A jump by register or memory.</summary>
    public static bool IsIndirectJump(in X64Instruction i) => i is { Map: 0, Opcode: 0xff, RegField: 4 };

    /// <summary><c>nop</c> in its one-byte and long forms, <c>int3</c>: what fills up space between blocks.</summary>
    public static bool IsPadding(in X64Instruction i) => i is { Map: 0, Opcode: 0x90, RexB: 0 } or { Map: 0, Opcode: 0xcc } or { Map: 1, Opcode: 0x1f };

    /// <summary>
    /// An instruction that compiled programs do not have, and data read as instructions has: zeroes (<c>add %al,(%rax)</c>), ports, far jumps, segment registers, what only the kernel may do, a
    /// <c>lock</c> where it is not allowed.
    /// </summary>
    public static bool IsUnlikely(in X64Instruction i, bool hasLock)
    {
        if (hasLock && (i.Mod == 3 || (i.Flags & X64OperandFlags.WritesRm) == 0))
            return true;
        if (i.Map == 0)
        {
            return i.Opcode switch
            {
                0x00 => i is { Mod: 0, Reg: 0, Rm: 0, HasRex: false },
                >= 0x6c and <= 0x6f or 0x8c or 0x8e or 0xc8 or 0xca or 0xcb or 0xcd or 0xcf or 0xd7 or >= 0xe4 and <= 0xe7 or >= 0xec and <= 0xef or 0xf1 or 0xfa or 0xfb => true,
                0xff => i.RegField is 3 or 5,
                _ => false,
            };
        }

        return i.Map == 1 && i.Opcode is 0x00 or 0x02 or 0x03 or 0x06 or 0x07 or 0x08 or 0x09 or 0xa0 or 0xa1 or 0xa8 or 0xa9;
    }

    /// <summary>Whether a <c>lock</c> prefix is among those that an instruction begins with.</summary>
    public static bool HasLock(ReadOnlySpan<byte> instruction)
    {
        foreach (var b in instruction)
        {
            if (b == 0xf0)
                return true;
            if (b is not (0x66 or 0xf2 or 0xf3 or 0x2e or 0x36 or 0x3e or 0x26 or 0x64 or 0x65 or 0x67 or >= 0x40 and <= 0x4f))
                return false;
        }

        return false;
    }
}
