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

    /// <summary>
    /// What compilers do not write, beyond <see cref="IsUnlikely"/>; hand-written code may. Rare opcodes, prefixes without meaning, displacements that no structure has: random bytes hold one of
    /// these every few instructions.
    /// </summary>
    /// <param name="i">The instruction.</param>
    /// <param name="bytes">Its bytes.</param>
    public static bool IsUncompiled(in X64Instruction i, ReadOnlySpan<byte> bytes)
    {
        // Structures and arrays that are indexed by constants end below 16 MiB.
        if ((i.Flags & X64OperandFlags.ModRm) != 0 && i.Mod == 2 && i.Displacement is > 1 << 24 or < -(1 << 24))
            return true;
        if (i.Map > 1)
            return i.Map < 4 && i.Mod != 3 && i.Rm == X64Instruction.NoRegister && !i.IsRipRelative && i.Index == X64Instruction.NoRegister;
        if (HasOddPrefix(i, bytes))
            return true;
        if (i.Map == 1)
        {
            return i.Opcode switch
            {
                0x01 => i.Mod != 3, // system tables
                0x0d or 0x18 => i.Mod == 3 || i.RegField > 3, // prefetches
                >= 0x19 and <= 0x1d or 0x31 or 0x33 or 0xa2 or 0xb2 or 0xb4 or 0xb5 or 0xff or 0xb9 or 0x77 => true,
                >= 0x60 and <= 0x6f or >= 0x70 and <= 0x76 or >= 0xd1 and <= 0xfe => !i.IsShort && i.Repeat == 0, // MMX
                >= 0xc8 and <= 0xcf => i.IsShort,
                0xc7 => i.Mod == 3 ? i.RegField < 6 : i.RegField != 1,
                0xba => i.RegField < 4,
                0xae => i.Mod == 3 && i.RegField < 5 && i.Repeat == 0,
                _ => false,
            };
        }

        return i.Opcode switch
        {
            0x10 or 0x12 or 0x18 or 0x1a => i.Mod != 3 || i.Reg != i.Rm, // adc, sbb of bytes; of one register with itself it spreads the carry
            0x14 or 0x1c or 0x15 or 0x1d => true,
            0x8d => i.Mod == 3,
            0x8f or 0x9b or 0x9c or 0x9d or 0x9e or 0x9f or 0xf5 or 0xf8 or 0xf9 or 0xfc or 0xfd or 0xf4 => true,
            >= 0x91 and <= 0x97 => true, // xchg with rax
            >= 0xa0 and <= 0xa3 or >= 0xe0 and <= 0xe3 => true, // addresses of 64 bits; loop, jrcxz
            >= 0xa4 and <= 0xa7 or >= 0xaa and <= 0xaf => i.Repeat == 0 && i.Opcode is not (0xa4 or 0xa5 or 0xaa or 0xab),
            0x86 or 0x87 => i.Mod == 3, // xchg of registers
            >= 0xd0 and <= 0xd3 or 0xc0 or 0xc1 => i.RegField is 2 or 3 or 6, // rotates through carry
            >= 0xd8 and <= 0xdf => i.Mod == 3 && i.Opcode is 0xd8 or 0xdc, // x87 beyond long double
            0xf6 or 0xf7 => i.RegField == 1,
            0xc2 => true, // ret with an operand
            0xff => i.RegField is 6 && i.Mod == 3,
            _ => false,
        };
    }

    /// <summary>Prefixes that change nothing or that compilers put nowhere: data16 on bytes, f2 and f3 without meaning, a REX without use, segments.</summary>
    private static bool HasOddPrefix(in X64Instruction i, ReadOnlySpan<byte> bytes)
    {
        var seen = 0;
        foreach (var b in bytes)
        {
            switch (b)
            {
                case 0x26 or 0x36 or 0x65:
                    return true;
                case 0x2e:
                    if (!IsPadding(i))
                        return true;
                    break;
                case 0x3e:
                    if (i is not { Map: 0, Opcode: 0xff })
                        return true;
                    break;
                case 0x67:
                    if (i is not { Map: 0, Opcode: 0xe8 })
                        return true;
                    break;
                case 0x64:
                    if ((i.Flags & X64OperandFlags.ModRm) == 0 || i.Mod == 3)
                        return true;
                    break;
                case 0xf2 or 0xf3:
                    if (i.Map == 0 && i.Opcode is not (0x90 or 0xc3 or 0xe8 or 0xe9 or 0xff or >= 0xa4 and <= 0xaf or >= 0x70 and <= 0x7f))
                        return true;
                    break;
                case 0x66:
                    if ((i.Flags & (X64OperandFlags.RmIsByte | X64OperandFlags.RegIsByte)) != 0 && i.Map == 0 || i.Map == 0 && i.Opcode is >= 0x50 and <= 0x5f or >= 0x70 and <= 0x7f or 0xc3)
                        return true;
                    break;
                case 0xf0:
                    break;
                case >= 0x40 and <= 0x4f:
                    // REX.W where nothing is wider, a plain 40 where no byte register needs it, or before another prefix.
                    return i.HasRex && (b == 0x40 && (i.Flags & (X64OperandFlags.RmIsByte | X64OperandFlags.RegIsByte)) == 0 && i.Map == 0 && i.Opcode is not (>= 0xb0 and <= 0xb7) ||
                        (b & 8) != 0 && i.Map == 0 && ((i.Flags & (X64OperandFlags.RmIsByte | X64OperandFlags.RegIsByte)) != 0 || i.Opcode is >= 0x50 and <= 0x5f or >= 0x70 and <= 0x7f or 0xc3)) || !i.HasRex;
                default:
                    return false;
            }

            if (++seen > 12)
                return true;
        }

        return false;
    }
}
