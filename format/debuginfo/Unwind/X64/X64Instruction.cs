using System.Buffers.Binary;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>One x86-64 instruction: its length, and as much of its meaning as following the stack pointer takes.</summary>
/// <remarks>Intel SDM vol. 2, chapter 2. What is not known fails; nothing is skipped by guess.</remarks>
internal struct X64Instruction
{
    private const int MaximumLength = 15;

    /// <summary>Bytes.</summary>
    public int Length;

    /// <summary>0: one byte; 1: <c>0F</c>; 2: <c>0F 38</c>; 3: <c>0F 3A</c>; 4: VEX or EVEX.</summary>
    public byte Map;

    /// <summary>The opcode within its map.</summary>
    public byte Opcode;

    /// <summary>What it has and writes.</summary>
    public X64OperandFlags Flags;

    /// <summary>ModRM.mod, 0 to 3.</summary>
    public byte Mod;

    /// <summary>ModRM.reg without REX.R: also an opcode's extension.</summary>
    public byte RegField;

    /// <summary>Register number of ModRM.reg, 0 to 15 (up to 31 in EVEX).</summary>
    public byte Reg;

    /// <summary>With mod 3: register number of ModRM.rm. Else the base register, or <see cref="NoRegister"/>.</summary>
    public byte Rm;

    /// <summary>The index register of a memory operand, or <see cref="NoRegister"/>.</summary>
    public byte Index;

    /// <summary>Displacement of a memory operand.</summary>
    public int Displacement;

    /// <summary>The immediate, sign-extended; of a jump or call the distance from the next instruction.</summary>
    public long Immediate;

    /// <summary>REX.W (in vector encodings W).</summary>
    public bool IsWide;

    /// <summary>Any REX byte was there.</summary>
    public bool HasRex;

    /// <summary>An operand size prefix (66).</summary>
    public bool IsShort;

    /// <summary>F3 or F2 if one was there, else 0.</summary>
    public byte Repeat;

    /// <summary>A segment or address size prefix: the memory operand is not where its registers say.</summary>
    public bool IsRelocated;

    /// <summary>The memory operand counts from the next instruction.</summary>
    public bool IsRipRelative;

    /// <summary>The general register in VEX.vvvv that is written, or <see cref="NoRegister"/>.</summary>
    public byte WrittenVvvv;

    /// <summary>REX.B, as bit 3: of the register in the opcode's low bits.</summary>
    public byte RexB;

    /// <summary>No register.</summary>
    public const byte NoRegister = 0xff;

    /// <summary>Decodes the instruction that a piece of code begins with.</summary>
    /// <returns>False when it is cut short or not known.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> code, out X64Instruction i)
    {
        i = default;
        i.WrittenVvvv = NoRegister;
        if (code.Length > MaximumLength)
            code = code[..MaximumLength];
        var at = 0;
        int rex = 0;
        var locked = false;
        for (; ; )
        {
            if (at >= code.Length)
                return false;
            var b = code[at++];
            switch (b)
            {
                case 0x66: i.IsShort = true; rex = 0; continue;
                case 0xf2 or 0xf3: i.Repeat = b; rex = 0; continue;
                case 0xf0: locked = true; rex = 0; continue;
                case 0x2e or 0x36 or 0x3e or 0x26: rex = 0; continue; // ignored in 64-bit mode
                case 0x64 or 0x65 or 0x67: i.IsRelocated = true; rex = 0; continue;
                case >= 0x40 and <= 0x4f: rex = b; continue;
            }

            if (b == 0x62 || b is 0xc4 or 0xc5)
                return rex == 0 && !locked && i.Repeat == 0 && !i.IsShort && TryDecodeVector(code, at, b, ref i);
            i.HasRex = rex != 0;
            i.IsWide = (rex & 8) != 0;
            i.RexB = (byte)((rex & 1) << 3);
            i.Opcode = b;
            if (b == 0x0f)
            {
                if (at >= code.Length)
                    return false;
                i.Opcode = code[at++];
                i.Map = 1;
                if (i.Opcode is 0x38 or 0x3a)
                {
                    i.Map = i.Opcode == 0x38 ? (byte)2 : (byte)3;
                    if (at >= code.Length)
                        return false;
                    i.Opcode = code[at++];
                }
            }

            break;
        }

        i.Flags = i.Map switch
        {
            0 => X64OpcodeTable.OneByte[i.Opcode],
            1 => X64OpcodeTable.TwoByte[i.Opcode],
            _ => X64OpcodeTable.ThreeByte(i.Map, i.Opcode),
        };
        if ((i.Flags & X64OperandFlags.Unknown) != 0)
            return false;
        if ((i.Flags & X64OperandFlags.ModRm) != 0 && !TryModRm(code, ref at, rex, ref i))
            return false;
        Refine(ref i);
        return (i.Flags & X64OperandFlags.Unknown) == 0 && TryImmediate(code, at, ref i);
    }

    /// <summary>What depends on ModRM or a prefix.</summary>
    private static void Refine(ref X64Instruction i)
    {
        switch (i.Map << 8 | i.Opcode)
        {
            case 0xf6:
                i.Flags |= i.RegField < 2 ? X64OperandFlags.Imm8 : X64OperandFlags.None;
                if (i.RegField is 0 or 1 or >= 4) // test; mul and div write rax and rdx alone
                    i.Flags &= ~X64OperandFlags.WritesRm;
                break;
            case 0xf7:
                i.Flags |= i.RegField < 2 ? X64OperandFlags.Imm32 : X64OperandFlags.None;
                if (i.RegField is 0 or 1 or >= 4)
                    i.Flags &= ~X64OperandFlags.WritesRm;
                break;
            case 0x80 or 0x81 or 0x83:
                if (i.RegField == 7) // cmp
                    i.Flags &= ~X64OperandFlags.WritesRm;
                break;
            case 0xff:
                if (i.RegField is >= 2 and <= 6) // call, jmp, push
                    i.Flags &= ~X64OperandFlags.WritesRm;
                if (i.RegField == 7)
                    i.Flags |= X64OperandFlags.Unknown;
                break;
            case 0xfe when i.RegField > 1:
            case 0x8f when i.RegField != 0: // XOP
            case 0xc6 or 0xc7 when i.RegField != 0: // xabort, xbegin
                i.Flags |= X64OperandFlags.Unknown;
                break;
            case 0x101: // of the register forms only smsw names its operand
                if (i.RegField != 4)
                    i.Flags &= ~X64OperandFlags.WritesRm;
                break;
            case 0x11e:
                if (i.Repeat != 0xf3 || i.RegField != 1)
                    i.Flags &= ~X64OperandFlags.WritesRm;
                break;
            case 0x17e:
                if (i.Repeat == 0xf3)
                    i.Flags &= ~X64OperandFlags.WritesRm;
                break;
            case 0x1ae:
                if (i.Repeat == 0)
                    i.Flags &= ~X64OperandFlags.WritesRm;
                break;
        }
    }

    private static bool TryModRm(ReadOnlySpan<byte> code, ref int at, int rex, ref X64Instruction i)
    {
        if (at >= code.Length)
            return false;
        var modRm = code[at++];
        i.Mod = (byte)(modRm >> 6);
        i.RegField = (byte)(modRm >> 3 & 7);
        i.Reg = (byte)(i.RegField | (rex & 4) << 1);
        var rm = modRm & 7;
        i.Rm = (byte)(rm | (rex & 1) << 3);
        i.Index = NoRegister;
        if (i.Mod == 3)
            return true;
        var displacement = i.Mod == 1 ? 1 : i.Mod == 2 ? 4 : 0;
        if (rm == 4)
        {
            if (at >= code.Length)
                return false;
            var sib = code[at++];
            var index = sib >> 3 & 7 | (rex & 2) << 2;
            i.Index = index == 4 ? NoRegister : (byte)index;
            i.Rm = (byte)(sib & 7 | (rex & 1) << 3);
            if ((sib & 7) == 5 && i.Mod == 0)
            {
                i.Rm = NoRegister;
                displacement = 4;
            }
        }
        else if (rm == 5 && i.Mod == 0) // by the instruction pointer
        {
            i.Rm = NoRegister;
            i.IsRipRelative = true;
            displacement = 4;
        }

        if (code.Length - at < displacement)
            return false;
        i.Displacement = displacement switch { 1 => (sbyte)code[at], 4 => BinaryPrimitives.ReadInt32LittleEndian(code[at..]), _ => 0 };
        at += displacement;
        return true;
    }

    private static bool TryImmediate(ReadOnlySpan<byte> code, int at, ref X64Instruction i)
    {
        var size = 0;
        var flags = i.Flags;
        if ((flags & (X64OperandFlags.Imm8 | X64OperandFlags.Imm16 | X64OperandFlags.Imm32 | X64OperandFlags.ImmFull | X64OperandFlags.Offset)) != 0)
        {
            size += (flags & X64OperandFlags.Imm8) != 0 ? 1 : 0;
            size += (flags & X64OperandFlags.Imm16) != 0 ? 2 : 0;
            if ((flags & X64OperandFlags.Offset) != 0)
                size = 8;
            if ((flags & X64OperandFlags.ImmFull) != 0 && i.IsWide)
                size = 8;
            else if ((flags & (X64OperandFlags.Imm32 | X64OperandFlags.ImmFull)) != 0)
                size = i.IsShort && !i.IsWide ? 2 : 4;
            // What a short prefix does to jumps depends on the maker; with a short address nothing real is encoded.
            if (size == 8 && (flags & X64OperandFlags.Offset) != 0 && i.IsRelocated || size == 2 && IsNearBranch(i))
                return false;
        }

        if (code.Length - at < size)
            return false;
        i.Immediate = size switch
        {
            0 => 0,
            1 => (sbyte)code[at],
            2 => BinaryPrimitives.ReadInt16LittleEndian(code[at..]),
            4 => BinaryPrimitives.ReadInt32LittleEndian(code[at..]),
            8 => BinaryPrimitives.ReadInt64LittleEndian(code[at..]),
            _ => 0,
        };
        i.Length = at + size;
        return true;
    }

    private static bool IsNearBranch(in X64Instruction i) => i.Map == 0 && i.Opcode is 0xe8 or 0xe9 || i.Map == 1 && (i.Opcode & 0xf0) == 0x80;

    private static bool TryDecodeVector(ReadOnlySpan<byte> code, int at, byte prefix, ref X64Instruction i)
    {
        int map, rex, vvvv;
        var prefixes = prefix == 0x62 ? 3 : prefix == 0xc4 ? 2 : 1;
        if (code.Length - at < prefixes + 1)
            return false;
        var first = code[at];
        if (prefix == 0xc5)
        {
            map = 1;
            rex = (~first & 0x80) >> 5;
            vvvv = ~first >> 3 & 15;
        }
        else
        {
            map = first & (prefix == 0x62 ? 7 : 0x1f);
            rex = (~first & 0xe0) >> 5; // R, X, B as in REX
            vvvv = ~code[at + 1] >> 3 & 15;
            i.IsWide = (code[at + 1] & 0x80) != 0;
        }

        at += prefixes;
        i.Map = 4;
        i.Opcode = code[at++];
        i.Flags = X64OpcodeTable.Vector(map, i.Opcode, prefix == 0x62, out var writesVvvv);
        if ((i.Flags & X64OperandFlags.Unknown) != 0)
            return false;
        if (writesVvvv)
            i.WrittenVvvv = (byte)vvvv;
        return ((i.Flags & X64OperandFlags.ModRm) == 0 || TryModRm(code, ref at, rex, ref i)) && TryImmediate(code, at, ref i);
    }
}
