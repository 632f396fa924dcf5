using System.Runtime.CompilerServices;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>User registers of one AArch64 sample, by DWARF number, and which of them are known.</summary>
/// <remarks>DWARF for the Arm 64-bit Architecture §4.1: 0–30 x0–x30, 31 sp, 32 pc. The kernel's numbers (<c>PERF_REG_ARM64_*</c>) are the same.</remarks>
public struct Arm64Registers : IUnwindRegisters
{
    /// <summary>DWARF number of x29, the frame pointer.</summary>
    public const int FramePointer = 29;

    /// <summary>DWARF number of x30, the link register, and the column of the return address.</summary>
    public const int LinkRegister = 30;

    /// <summary>DWARF number of sp.</summary>
    public const int StackPointer = 31;

    /// <summary>DWARF number of pc.</summary>
    public const int ProgramCounter = 32;

    /// <summary>Number of registers.</summary>
    public const int Count = 33;

    /// <summary>x19–x29, sp and pc: what a call keeps (AAPCS64 §6.1.1), as a mask of DWARF numbers. Not x30: the call itself has changed it.</summary>
    public const ulong CalleeSaved = 0x3ff8_0000UL | 1UL << StackPointer | 1UL << ProgramCounter;

    internal Values Value;

    /// <summary>Bit n: register n (DWARF number) is known.</summary>
    public ulong Known { readonly get; set; }

    /// <summary>Registers of which only the four that unwinding cannot do without are known.</summary>
    public static Arm64Registers Create(ulong pc, ulong sp, ulong x29, ulong x30)
    {
        var registers = default(Arm64Registers);
        registers.Set(ProgramCounter, pc);
        registers.Set(StackPointer, sp);
        registers.Set(FramePointer, x29);
        registers.Set(LinkRegister, x30);
        return registers;
    }

    /// <summary>Program counter.</summary>
    public readonly Avma InstructionPointer => new(Value[ProgramCounter]);

    /// <summary>Sets a register and marks it known.</summary>
    /// <param name="register">DWARF number, 0 to 32.</param>
    /// <param name="value">Its value.</param>
    public void Set(int register, ulong value)
    {
        Value[register] = value;
        Known |= 1UL << register;
    }

    /// <summary>Bit n: register n had a value in memory that the filter of a dump left out: it points neither into code nor into the dumped stack.</summary>
    private ulong _dropped;

    internal void Drop(int register)
    {
        Value[register] = 0;
        Known &= ~(1UL << register);
        _dropped |= 1UL << register;
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

    /// <summary>User addresses have 48 bits (52 only where a program asks for them by hint); a signature stands above.</summary>
    internal const ulong AddressMask = (1UL << 48) - 1;

    static int IUnwindRegisters.RegisterCount => Count;

    static int IUnwindRegisters.StackPointerNumber => StackPointer;

    static int IUnwindRegisters.InstructionPointerNumber => ProgramCounter;

    static int IUnwindRegisters.LinkRegisterNumber => LinkRegister;

    static ulong IUnwindRegisters.KeptByCalls => CalleeSaved;

    static ulong IUnwindRegisters.WithoutSignature(ulong address) => address & AddressMask;

    readonly ulong IUnwindRegisters.ValueOf(int register) => Value[register];

    void IUnwindRegisters.Forget(int register) => Known &= ~(1UL << register);

    void IUnwindRegisters.KeepOnly(ulong mask) => Known &= mask;

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
