namespace TraceKit.DebugInfo.Unwind;

/// <summary>What an opcode is followed by, and what it may write.</summary>
[Flags]
internal enum X64OperandFlags : ushort
{
    None = 0,

    /// <summary>A ModRM byte, and what hangs on it.</summary>
    ModRm = 1,

    /// <summary>The register of <c>ModRM.reg</c> is a general one and written.</summary>
    WritesReg = 2,

    /// <summary>What <c>ModRM.rm</c> names is written: a general register when mod is 3, else memory.</summary>
    WritesRm = 4,

    /// <summary><c>ModRM.reg</c> is a byte register: 4 to 7 without REX are ah, ch, dh, bh.</summary>
    RegIsByte = 8,

    /// <summary>The same for <c>ModRM.rm</c>.</summary>
    RmIsByte = 16,

    /// <summary>An immediate byte.</summary>
    Imm8 = 32,

    /// <summary>Two bytes.</summary>
    Imm16 = 64,

    /// <summary>Four bytes, two with an operand size prefix.</summary>
    Imm32 = 128,

    /// <summary>As <see cref="Imm32"/>, eight with REX.W.</summary>
    ImmFull = 256,

    /// <summary>An address of eight bytes, four with an address size prefix.</summary>
    Offset = 512,

    /// <summary>Not an instruction that is known here.</summary>
    Unknown = 0x8000,
}
