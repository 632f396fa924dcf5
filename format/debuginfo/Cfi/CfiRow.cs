using System.Runtime.CompilerServices;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>One row of call frame information: how to find the CFA and each register of the caller.</summary>
public struct CfiRow
{
    /// <summary>Registers that are tracked: x86-64 needs 17, AArch64 33 (x0–x30, sp, pc). Rules for others (vectors) are read and dropped.</summary>
    public const int Registers = 33;

    /// <summary>Rules by DWARF register number.</summary>
    public Columns Rules;

    /// <summary>
    /// CFA: <see cref="RegisterRuleKind.ValOffset"/> is <see cref="CfaRegister"/> + value, <see cref="RegisterRuleKind.ValExpression"/> an expression,
    /// <see cref="RegisterRuleKind.Unspecified"/> not yet defined.
    /// </summary>
    public RegisterRule Cfa { get; set; }

    /// <summary>Register the CFA counts from.</summary>
    public uint CfaRegister { get; set; }

    /// <summary>
    /// The last offset a register CFA had. Kept beside an expression: OpenSSL's assembly (libgcrypt's too) goes from an expression back with
    /// <c>DW_CFA_def_cfa_register</c> alone and counts on it, as libgcc and binutils do.
    /// </summary>
    public long CfaOffset { get; set; }

    /// <summary>Return addresses are signed here (<c>DW_CFA_AARCH64_negate_ra_state</c>).</summary>
    public bool ReturnAddressSigned { get; set; }

    internal void SetCfa(uint register, long offset)
    {
        CfaRegister = register;
        CfaOffset = offset;
        Cfa = new RegisterRule(RegisterRuleKind.ValOffset, offset);
    }

    /// <summary>The rules, by DWARF register number.</summary>
    [InlineArray(Registers)]
    public struct Columns
    {
        private RegisterRule _first;
    }
}
