namespace TraceKit.DebugInfo.Unwind;

/// <summary>Registers of a frame, by DWARF number, as <see cref="FullRowStep{T}"/> needs them.</summary>
internal interface IUnwindRegisters
{
    /// <summary>Registers there are.</summary>
    static abstract int RegisterCount { get; }

    /// <summary>The stack pointer.</summary>
    static abstract int StackPointerNumber { get; }

    /// <summary>The instruction pointer.</summary>
    static abstract int InstructionPointerNumber { get; }

    /// <summary>Where a call leaves its return address when it is no word on the stack; -1 where it always is one.</summary>
    static abstract int LinkRegisterNumber { get; }

    /// <summary>Bit n: a call keeps register n.</summary>
    static abstract ulong KeptByCalls { get; }

    /// <summary>A return address without the signature of pointer authentication.</summary>
    static abstract ulong WithoutSignature(ulong address);

    /// <summary>Sets a register and marks it known.</summary>
    void Set(int register, ulong value);

    /// <summary>A register's value; false when it is not known or there is none of that number.</summary>
    bool TryGet(int register, out ulong value);

    /// <summary>What stands in a register, known or not.</summary>
    ulong ValueOf(int register);

    /// <summary>Marks a register unknown.</summary>
    void Forget(int register);

    /// <summary>Marks all but these unknown.</summary>
    void KeepOnly(ulong mask);

    /// <summary>Marks a register unknown because the filter of a dump left its value out.</summary>
    void Drop(int register);

    /// <summary>Why a walk ends that needs this register.</summary>
    UnwindStop WhyUnknown(int register);

    /// <summary><see cref="DwarfExpression.Evaluate"/> over these registers.</summary>
    ExpressionStatus Evaluate(ReadOnlySpan<byte> code, StackMemory stack, ulong bias, ulong? initial, out ulong value, out ulong failed);
}
