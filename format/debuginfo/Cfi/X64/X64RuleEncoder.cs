using System.Runtime.CompilerServices;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Packs a row of x86-64 CFI into an <see cref="UnwindRule"/>.</summary>
/// <remarks>
/// Saved bytes, first to last: rbx, rbp, r12, r13, r14, r15 (x86-64 psABI §3.2.1: kept across calls). Rules of the other registers are dropped from
/// plain frames: what a call destroys, its caller does not need for unwinding; signal frames, where they matter, are full rows anyway.
/// </remarks>
public static class X64RuleEncoder
{
    private const int ReturnAddress = 16, Rsp = 7;

    /// <summary>DWARF number of the register each saved byte belongs to.</summary>
    public static ReadOnlySpan<byte> SavedRegisters => [3, 6, 12, 13, 14, 15];

    /// <summary>Packs; false when the row needs to be kept in full.</summary>
    public static bool TryEncode(in CfiRow row, CommonInformationEntry common, out UnwindRule rule)
    {
        rule = default;
        if (common.ReturnAddressRegister != ReturnAddress)
            return false;
        var returnRule = row.Rules[ReturnAddress];
        if (returnRule.Kind == RegisterRuleKind.Undefined)
        {
            rule = new UnwindRule(UnwindRuleKind.EndOfStack, 0, 0, 0, false);
            return true;
        }

        var offset = row.Cfa.Value;
        if (row.Cfa.Kind != RegisterRuleKind.ValOffset || offset != (int)offset || row.CfaRegister > 15 ||
            returnRule.Kind != RegisterRuleKind.Offset || returnRule.Value != -8 ||
            row.Rules[Rsp].Kind != RegisterRuleKind.Unspecified)
        {
            return false;
        }

        ulong saved = 0;
        if (!TrySaved(row.Rules[3], 0, ref saved) || !TrySaved(row.Rules[6], 8, ref saved) || !TrySaved(row.Rules[12], 16, ref saved) ||
            !TrySaved(row.Rules[13], 24, ref saved) || !TrySaved(row.Rules[14], 32, ref saved) || !TrySaved(row.Rules[15], 40, ref saved))
        {
            return false;
        }

        rule = new UnwindRule(UnwindRuleKind.Frame, (byte)row.CfaRegister, (int)offset, saved, common.IsSignalFrame);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySaved(RegisterRule rule, int shift, ref ulong saved) =>
        rule.Kind == RegisterRuleKind.Unspecified || TrySavedSlow(rule, shift, ref saved);

    private static bool TrySavedSlow(RegisterRule rule, int shift, ref ulong saved)
    {
        switch (rule.Kind)
        {
            case RegisterRuleKind.Unspecified:
            case RegisterRuleKind.SameValue:
                return true;
            case RegisterRuleKind.Undefined:
                saved |= (ulong)UnwindRule.Lost << shift;
                return true;
            case RegisterRuleKind.Offset:
                var slots = -rule.Value;
                if ((slots & 7) != 0 || slots <= 0 || slots >= UnwindRule.Lost * 8)
                    return false;
                saved |= (ulong)(slots >> 3) << shift;
                return true;
            default:
                return false;
        }
    }
}
