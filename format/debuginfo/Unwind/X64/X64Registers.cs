using System.Runtime.CompilerServices;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>User registers of one x86-64 sample, by DWARF number, and which of them are known.</summary>
/// <remarks>x86-64 psABI §3.6.2, figure 3.36: 0 rax, 1 rdx, 2 rcx, 3 rbx, 4 rsi, 5 rdi, 6 rbp, 7 rsp, 8–15 r8–r15, 16 return address (rip).</remarks>
public struct X64Registers : IUnwindRegisters
{
    /// <summary>DWARF number of rbx.</summary>
    public const int Rbx = 3;

    /// <summary>DWARF number of rbp.</summary>
    public const int Rbp = 6;

    /// <summary>DWARF number of rsp.</summary>
    public const int Rsp = 7;

    /// <summary>DWARF number of the return address column, here the instruction pointer.</summary>
    public const int Rip = 16;

    /// <summary>Number of registers.</summary>
    public const int Count = 17;

    /// <summary>rsp, rbp, rbx, r12–r15 and rip: what the ABI keeps across calls, as a mask of DWARF numbers.</summary>
    public const uint CalleeSaved = 1u << Rbx | 1u << Rbp | 1u << Rsp | 0xf000u | 1u << Rip;

    internal Values Value;

    /// <summary>Bit n: register n (DWARF number) is known.</summary>
    public uint Known { readonly get; set; }

    /// <summary>Registers of which only the three that every sample has are known.</summary>
    public static X64Registers Create(ulong rip, ulong rsp, ulong rbp)
    {
        var registers = default(X64Registers);
        registers.Set(Rip, rip);
        registers.Set(Rsp, rsp);
        registers.Set(Rbp, rbp);
        return registers;
    }

    /// <summary>Instruction pointer.</summary>
    public readonly Avma InstructionPointer => new(Value[Rip]);

    /// <summary>Sets a register and marks it known.</summary>
    /// <param name="register">DWARF number, 0 to 16.</param>
    /// <param name="value">Its value.</param>
    public void Set(int register, ulong value)
    {
        Value[register] = value;
        Known |= 1u << register;
    }

    /// <summary>Bit n: register n had a value in memory that the filter of a dump left out: it points neither into code nor into the dumped stack.</summary>
    private uint _dropped;

    internal void Drop(int register)
    {
        Value[register] = 0;
        Known &= ~(1u << register);
        _dropped |= 1u << register;
    }

    /// <summary>Why a walk ends that needs a register which is not known: had it been kept, it would have led off the dumped stack.</summary>
    internal readonly UnwindStop WhyUnknown(int register) => (_dropped >> register & 1) != 0 ? UnwindStop.NotReadable : UnwindStop.UnknownRegister;

    /// <summary>A register's value; false when it is not known or there is none of that number.</summary>
    public readonly bool TryGet(int register, out ulong value)
    {
        if ((uint)register >= Count || (Known >> register & 1) == 0)
        {
            value = 0;
            return false;
        }

        value = Value[register];
        return true;
    }

    static int IUnwindRegisters.RegisterCount => Count;

    static int IUnwindRegisters.StackPointerNumber => Rsp;

    static int IUnwindRegisters.InstructionPointerNumber => Rip;

    static int IUnwindRegisters.LinkRegisterNumber => -1;

    static ulong IUnwindRegisters.KeptByCalls => CalleeSaved;

    static ulong IUnwindRegisters.WithoutSignature(ulong address) => address;

    readonly ulong IUnwindRegisters.ValueOf(int register) => Value[register];

    void IUnwindRegisters.Forget(int register) => Known &= ~(1u << register);

    void IUnwindRegisters.KeepOnly(ulong mask) => Known &= (uint)mask;

    void IUnwindRegisters.Drop(int register) => Drop(register);

    readonly UnwindStop IUnwindRegisters.WhyUnknown(int register) => WhyUnknown(register);

    readonly ExpressionStatus IUnwindRegisters.Evaluate(ReadOnlySpan<byte> code, StackMemory stack, ulong bias, ulong? initial, out ulong value, out ulong failed) =>
        DwarfExpression.Evaluate(code, Value, Known, stack, bias, initial, out value, out failed);

    [InlineArray(Count)]
    internal struct Values
    {
        private ulong _first;
    }
}
