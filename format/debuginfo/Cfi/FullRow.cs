namespace TraceKit.DebugInfo.Cfi;

/// <summary>A row that does not fit an <see cref="UnwindRule"/>: rules as the CFI states them, only those that say something.</summary>
public sealed class FullRow
{
    internal FullRow(in CfiRow row, ReadOnlyMemory<byte> section, uint returnAddressRegister)
    {
        Cfa = row.Cfa;
        CfaRegister = row.CfaRegister;
        ReturnAddressRegister = returnAddressRegister;
        ReturnAddressSigned = row.ReturnAddressSigned;
        Section = section;
        var count = 0;
        for (var i = 0; i < CfiRow.Registers; i++)
            count += row.Rules[i].Kind != RegisterRuleKind.Unspecified ? 1 : 0;
        Registers = new byte[count];
        Rules = new RegisterRule[count];
        count = 0;
        for (var i = 0; i < CfiRow.Registers; i++)
        {
            if (row.Rules[i].Kind == RegisterRuleKind.Unspecified)
                continue;
            Registers[count] = (byte)i;
            Rules[count++] = row.Rules[i];
        }
    }

    /// <summary>How the CFA is found.</summary>
    public RegisterRule Cfa { get; }

    /// <summary>Register it counts from, where it does.</summary>
    public uint CfaRegister { get; }

    /// <summary>Column of the return address.</summary>
    public uint ReturnAddressRegister { get; }

    /// <summary>The return address is signed (<c>DW_CFA_AARCH64_negate_ra_state</c>).</summary>
    public bool ReturnAddressSigned { get; }

    /// <summary>DWARF numbers of the registers with a rule, ascending.</summary>
    internal byte[] Registers { get; }

    /// <summary>Their rules.</summary>
    internal RegisterRule[] Rules { get; }

    /// <summary>The section that expression positions count in.</summary>
    private ReadOnlyMemory<byte> Section { get; }

    /// <summary>The rule of a register; <see cref="RegisterRuleKind.Unspecified"/> where the row says nothing of it.</summary>
    /// <param name="register">DWARF number.</param>
    public RegisterRule Rule(int register)
    {
        var at = Registers.AsSpan().IndexOf((byte)register);
        return at < 0 ? default : Rules[at];
    }

    /// <summary>The bytes of an expression; empty when they cannot be found.</summary>
    public ReadOnlySpan<byte> Expression(RegisterRule rule)
    {
        var c = new Binary.SpanCursor(Section.Span, "expression");
        if (rule.Value < 0 || rule.Value > Section.Length || !c.TrySeek((int)rule.Value) || !c.TryReadUleb128(out var length) ||
            length > (ulong)c.Remaining || !c.TryReadBytes((int)length, out var bytes))
        {
            return default;
        }

        return bytes;
    }

    /// <summary>Whether both rows say the same by the same bytes of the same section, expressions compared by content.</summary>
    internal bool SameAs(FullRow other)
    {
        if (CfaRegister != other.CfaRegister || ReturnAddressSigned != other.ReturnAddressSigned || ReturnAddressRegister != other.ReturnAddressRegister || !Registers.AsSpan().SequenceEqual(other.Registers) || !SameRule(Cfa, other.Cfa, other))
            return false;
        for (var i = 0; i < Rules.Length; i++)
        {
            if (!SameRule(Rules[i], other.Rules[i], other))
                return false;
        }

        return true;
    }

    internal uint ContentHash()
    {
        var hash = RuleHash(Cfa) ^ CfaRegister * 0x9E3779B1u;
        for (var i = 0; i < Rules.Length; i++)
            hash = (hash ^ Registers[i] ^ RuleHash(Rules[i])) * 0x01000193u;
        return hash;
    }

    private bool SameRule(RegisterRule a, RegisterRule b, FullRow other)
    {
        if (a.Kind != b.Kind)
            return false;
        return a.Kind is RegisterRuleKind.Expression or RegisterRuleKind.ValExpression
            ? Expression(a).SequenceEqual(other.Expression(b))
            : a.Value == b.Value;
    }

    private uint RuleHash(RegisterRule rule)
    {
        if (rule.Kind is not (RegisterRuleKind.Expression or RegisterRuleKind.ValExpression))
            return (uint)rule.Value * 31 + (uint)rule.Kind;
        var hash = (uint)rule.Kind;
        foreach (var b in Expression(rule))
            hash = (hash ^ b) * 0x01000193u;
        return hash;
    }
}
