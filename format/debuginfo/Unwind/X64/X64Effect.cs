using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>What an instruction does to rsp, to rbp and to the registers that calls keep.</summary>
internal static class X64Effect
{
    private const int Rsp = 4, Rbp = 5; // machine numbers; DWARF has them the other way round

    /// <summary>Bit n: machine register n is one that calls keep: rbx, rbp, r12–r15.</summary>
    private const int Kept = 1 << 3 | 1 << Rbp | 0xf000;

    /// <summary>Position in <see cref="X64RuleEncoder.SavedRegisters"/> of machine registers 3, 5, 12–15.</summary>
    private static int IndexOf(int register) => register switch { 3 => 0, Rbp => 1, >= 12 and <= 15 => register - 10, _ => -1 };

    /// <summary>Follows one instruction.</summary>
    public static X64Branch Apply(in X64Instruction i, ref X64FrameState s)
    {
        if (i.Map == 0 && TryOneByte(i, ref s, out var branch))
            return branch;
        if (i.Map == 1 && (i.Opcode & 0xf0) == 0x80)
            return X64Branch.Conditional;
        if (i.Map == 1 && i.Opcode == 0x0b) // ud2
            return X64Branch.End;
        Generic(i, ref s);
        return X64Branch.Next;
    }

    /// <summary>Whether an instruction sets rsp from rbp: leave, mov, lea.</summary>
    public static bool TakesFramePointer(in X64Instruction i) => i.Map == 0 && i.IsWide | i.Opcode == 0xc9 && (
        i.Opcode == 0xc9 ||
        i.Opcode == 0x89 && i.Mod == 3 && i.Rm == Rsp && i.Reg == Rbp ||
        i.Opcode == 0x8b && i.Mod == 3 && i.Reg == Rsp && i.Rm == Rbp ||
        i.Opcode == 0x8d && i.Reg == Rsp && i.Mod != 3 && i.Rm == Rbp && i.Index == X64Instruction.NoRegister);

    /// <summary>Whether an instruction has a memory operand by rbp.</summary>
    public static bool UsesFrame(in X64Instruction i) => (i.Flags & X64OperandFlags.ModRm) != 0 && i.Mod is 1 or 2 && i.Rm == Rbp;

    /// <summary>Eight bytes are pushed whose content does not matter.</summary>
    public static void Push(ref X64FrameState s)
    {
        if (s.Depth == X64FrameState.Unknown)
            return;
        s.Depth = s.Depth < 1 << 28 ? s.Depth + 8 : X64FrameState.Unknown;
        Overwrite(ref s, s.Depth);
    }

    private static bool TryOneByte(in X64Instruction i, ref X64FrameState s, out X64Branch branch)
    {
        branch = X64Branch.Next;
        switch (i.Opcode)
        {
            case >= 0x50 and <= 0x57:
                PushRegister((i.Opcode & 7) | i.RexB, i.IsShort, ref s);
                return true;
            case >= 0x58 and <= 0x5f:
                PopRegister((i.Opcode & 7) | i.RexB, i.IsShort, ref s);
                return true;
            case 0x68 or 0x6a or 0x9c: // push immediate, flags
            case 0xff when i.RegField == 6:
                if (i.IsShort)
                    s.Depth = X64FrameState.Unknown;
                else
                    Push(ref s);
                return true;
            case 0x9d: // popf
            case 0x8f:
                Overwrites(i, ref s);
                if (i.Opcode == 0x8f && i.Mod == 3)
                    Write(i.Rm, ref s);
                Move(8, i.IsShort, ref s);
                return true;
            case 0xc9: // leave: mov %rbp, %rsp; pop %rbp
                s.Depth = s.FramePointer > 0 ? s.FramePointer : X64FrameState.Unknown;
                PopRegister(Rbp, i.IsShort, ref s);
                return true;
            case 0xc8: // enter
                s = X64FrameState.None;
                return true;
            case >= 0x70 and <= 0x7f or >= 0xe0 and <= 0xe3:
                branch = X64Branch.Conditional;
                return true;
            case 0xe8:
                branch = X64Branch.Call;
                return true;
            case 0xe9 or 0xeb:
                branch = X64Branch.Jump;
                return true;
            case 0xff when i.RegField is 2 or 3:
                branch = X64Branch.CallAway;
                return true;
            case 0xff when i.RegField is 4 or 5:
            case 0xc2 or 0xc3 or 0xca or 0xcb or 0xcf or 0xf4 or 0xf1: // returns, hlt, int1
                branch = X64Branch.End;
                return true;
            case 0xcc: // int3: padding, or a breakpoint that stands for another instruction
                branch = X64Branch.End;
                return true;
            case >= 0x90 and <= 0x97: // xchg with rax; 90 alone is nop
                var other = (i.Opcode & 7) | i.RexB;
                if (other != 0)
                    Write(other, ref s);
                return true;
            case >= 0xb0 and <= 0xb7:
                Write(ByteRegister((i.Opcode & 7) | i.RexB, i.HasRex), ref s);
                return true;
            case >= 0xb8 and <= 0xbf:
                Write((i.Opcode & 7) | i.RexB, ref s);
                return true;
            case 0x81 or 0x83 when i.Mod == 3 && i.Rm == Rsp && i.RegField is 0 or 5 && i.IsWide:
                AddToStackPointer(i.RegField == 5 ? -i.Immediate : i.Immediate, ref s);
                return true;
            case 0x8d when i.Reg is Rsp or Rbp && i.IsWide && !i.IsRelocated:
                LoadAddress(i, ref s);
                return true;
            case 0x89 when i.Mod == 3 && i.IsWide && (i.Rm is Rsp or Rbp):
                Copy(i.Rm, i.Reg, ref s);
                return true;
            case 0x8b when i.Mod == 3 && i.IsWide && (i.Reg is Rsp or Rbp):
                Copy(i.Reg, i.Rm, ref s);
                return true;
            case 0x89 when i.Mod != 3:
                Store(i, ref s);
                return true;
            case 0x8b when i.Mod != 3:
                Load(i, ref s);
                return true;
            case 0x31 or 0x33 when i.Mod == 3 && i.Reg == Rbp && i.Rm == Rbp: // xor %ebp, %ebp
                Write(Rbp, ref s);
                s.FramePointer = X64FrameState.Zeroed;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Any other instruction: what it writes is no longer what it was.</summary>
    private static void Generic(in X64Instruction i, ref X64FrameState s)
    {
        if (i.Map == 1)
        {
            switch (i.Opcode)
            {
                case 0xa0 or 0xa8: // push fs, gs
                    Push(ref s);
                    return;
                case 0xa1 or 0xa9:
                    Move(8, i.IsShort, ref s);
                    return;
                case 0xa2: // cpuid
                    Write(3, ref s);
                    return;
                case >= 0xc8 and <= 0xcf: // bswap
                    Write((i.Opcode & 7) | i.RexB, ref s);
                    return;
            }
        }

        if (i.WrittenVvvv != X64Instruction.NoRegister)
            Write(i.WrittenVvvv, ref s);
        if ((i.Flags & X64OperandFlags.ModRm) == 0)
            return;
        if ((i.Flags & X64OperandFlags.WritesReg) != 0)
            Write((i.Flags & X64OperandFlags.RegIsByte) != 0 ? ByteRegister(i.Reg, i.HasRex) : i.Reg, ref s);
        if (i.Mod != 3)
            Overwrites(i, ref s);
        else if ((i.Flags & X64OperandFlags.WritesRm) != 0)
            Write((i.Flags & X64OperandFlags.RmIsByte) != 0 ? ByteRegister(i.Rm, i.HasRex) : i.Rm, ref s);
    }

    private static int ByteRegister(int register, bool hasRex) => register is >= 4 and <= 7 && !hasRex ? register - 4 : register;

    /// <summary>A register gets a value that is not followed.</summary>
    private static void Write(int register, ref X64FrameState s)
    {
        if (register == Rsp)
            s.Depth = X64FrameState.Unknown;
        if (register == Rbp)
            s.FramePointer = X64FrameState.Unknown;
        var index = IndexOf(register);
        if (index >= 0)
            s.Changed |= (byte)(1 << index);
    }

    private static void PushRegister(int register, bool isShort, ref X64FrameState s)
    {
        if (isShort)
        {
            s.Depth = X64FrameState.Unknown;
            return;
        }

        Push(ref s);
        Save(register, s.Depth, ref s);
    }

    private static void PopRegister(int register, bool isShort, ref X64FrameState s)
    {
        var index = IndexOf(register);
        var restores = index >= 0 && s.Depth != X64FrameState.Unknown && SlotOf(s, index) == s.Depth;
        Write(register, ref s);
        if (restores)
            s.Changed &= (byte)~(1 << index);
        if (register == Rsp)
            return;
        Move(8, isShort, ref s);
    }

    private static void Move(long bytes, bool isShort, ref X64FrameState s)
    {
        if (isShort)
            s.Depth = X64FrameState.Unknown;
        else
            AddToStackPointer(bytes, ref s);
    }

    private static void AddToStackPointer(long bytes, ref X64FrameState s)
    {
        if (s.Depth == X64FrameState.Unknown)
            return;
        var depth = s.Depth - bytes;
        s.Depth = depth is >= 0 and < 1 << 28 ? (int)depth : X64FrameState.Unknown;
        s.Release();
    }

    private static void LoadAddress(in X64Instruction i, ref X64FrameState s)
    {
        var distance = Distance(i, s);
        if (i.Reg == Rsp)
        {
            s.Depth = distance >= 0 ? distance : X64FrameState.Unknown;
            s.Release();
            return;
        }

        Write(Rbp, ref s);
        s.FramePointer = distance > 0 ? distance : X64FrameState.Unknown;
    }

    private static void Copy(int to, int from, ref X64FrameState s)
    {
        var distance = from == Rsp ? s.Depth : from == Rbp && s.FramePointer > 0 ? s.FramePointer : X64FrameState.Unknown;
        if (to == Rsp)
        {
            s.Depth = distance;
            s.Release();
            return;
        }

        Write(Rbp, ref s);
        s.FramePointer = distance > 0 ? distance : X64FrameState.Unknown;
    }

    private static void Store(in X64Instruction i, ref X64FrameState s)
    {
        Overwrites(i, ref s);
        if (i.IsWide && !i.IsRelocated && Distance(i, s) is > 0 and var distance)
            Save(i.Reg, distance, ref s);
    }

    private static void Load(in X64Instruction i, ref X64FrameState s)
    {
        var index = IndexOf(i.Reg);
        var restores = index >= 0 && i.IsWide && !i.IsRelocated && SlotOf(s, index) is > 0 and var slot && Distance(i, s) == slot;
        Write(i.Reg, ref s);
        if (restores)
            s.Changed &= (byte)~(1 << index);
    }

    /// <summary>A register's value is stored at CFA - distance: if it is the caller's and has no slot yet, this is it.</summary>
    private static void Save(int register, int distance, ref X64FrameState s)
    {
        var index = IndexOf(register);
        // Below the stack pointer nothing lasts; in a frame of unknown depth a frame pointer's word for it is good enough.
        if (index < 0 || (s.Changed >> index & 1) != 0 || SlotOf(s, index) != 0 || distance <= 8 || (distance & 7) != 0 || distance >= UnwindRule.Lost * 8 ||
            s.Depth != X64FrameState.Unknown && distance > s.Depth)
        {
            return;
        }

        s.Saved |= (ulong)(distance >> 3) << (8 * index);
    }

    /// <summary>Distance below the CFA of a register's slot, 0 for none.</summary>
    private static int SlotOf(in X64FrameState s, int index) => (byte)(s.Saved >> (8 * index)) * 8;

    /// <summary>A memory operand by rsp or rbp may be written: a slot there is spoilt.</summary>
    private static void Overwrites(in X64Instruction i, ref X64FrameState s)
    {
        if (s.Saved == 0 || i.Rm == X64Instruction.NoRegister || IsPlainRead(i))
            return;
        if (i.Index != X64Instruction.NoRegister) // an array on the stack
            return;
        if (Distance(i, s) is var distance && distance != X64FrameState.Unknown)
            Overwrite(ref s, distance);
    }

    /// <summary>Up to 64 bytes from CFA - distance upwards are written.</summary>
    private static void Overwrite(ref X64FrameState s, int distance)
    {
        if (s.Saved == 0)
            return;
        for (var index = 0; index < X64RuleEncoder.SavedRegisters.Length; index++)
        {
            var slot = SlotOf(s, index);
            if (slot != 0 && slot == distance)
                s.Saved &= ~(0xffUL << (8 * index)); // the register itself may still have it; if it was changed, it is lost
        }
    }

    /// <summary>cmp, test, push and jumps by memory only read; so, in effect, do <c>lock orq $0, (%rsp)</c> and <c>lock addl</c>, fences.</summary>
    private static bool IsPlainRead(in X64Instruction i) =>
        i.Map == 0 && (i.Opcode is 0x8b or 0x8d or 0x63 or 0x84 or 0x85 or 0x38 or 0x39 or 0x3a or 0x3b || (i.Opcode is 0x80 or 0x81 or 0x83) && i.RegField == 7 ||
            (i.Opcode is 0xf6 or 0xf7) && i.RegField < 2 || (i.Opcode is 0x81 or 0x83) && (i.RegField is 0 or 1) && i.Immediate == 0 || i.Opcode == 0xff && i.RegField >= 2 || i.Opcode < 0x38 && (i.Opcode & 6) == 2);

    /// <summary>A memory operand's distance below the CFA; <see cref="X64FrameState.Unknown"/> when it is not by rsp or a frame pointer alone.</summary>
    private static int Distance(in X64Instruction i, in X64FrameState s)
    {
        if (i.Mod == 3 || i.Index != X64Instruction.NoRegister || i.IsRelocated)
            return X64FrameState.Unknown;
        var from = i.Rm == Rsp ? s.Depth : i.Rm == Rbp && s.FramePointer > 0 ? s.FramePointer : X64FrameState.Unknown;
        if (from == X64FrameState.Unknown)
            return from;
        var distance = from - (long)i.Displacement;
        return distance is > -(1 << 28) and < 1 << 28 ? (int)distance : X64FrameState.Unknown;
    }
}
