namespace TraceKit.DebugInfo.Cfi;

/// <summary>One column of a row of call frame information: kind and operand in 8 bytes, because states are copied for every FDE.</summary>
public readonly struct RegisterRule
{
    private readonly long _packed;

    /// <summary>Makes a rule.</summary>
    public RegisterRule(RegisterRuleKind kind, long value) => _packed = value << 3 | (long)kind;

    /// <summary>How the register is found.</summary>
    public RegisterRuleKind Kind => (RegisterRuleKind)(_packed & 7);

    /// <summary>Operand: offset from the CFA, register number, or position of an expression block. 61 bits.</summary>
    public long Value => _packed >> 3;
}
