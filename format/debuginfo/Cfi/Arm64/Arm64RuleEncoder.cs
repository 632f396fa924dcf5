namespace TraceKit.DebugInfo.Cfi;

/// <summary>Packs a row of AArch64 CFI into an <see cref="UnwindRule"/>.</summary>
/// <remarks>
/// <code>
/// saved bits  0..11  x30: at CFA - 8n; 0: in the register; 4095: lost
///            12..23  x29: likewise
///            24..63  x19 to x28, four bits each: 0: unchanged; 15: lost; else v: at slot v, and where x30 is saved at slot (x30's) - v
/// </code>
/// Compilers save x29 and x30 as the lowest pair of the saved registers and the others above it (AAPCS64 §6.1.1: x19–x29 are kept across calls). Whatever
/// does not fit is a full row.
/// </remarks>
public static class Arm64RuleEncoder
{
    /// <summary>A slot number that says that the caller's value is lost.</summary>
    public const int LostSlot = 0xfff;

    private const int LinkRegister = 30, FramePointer = 29, StackPointer = 31;
    private const uint LostNibble = 15;

    /// <summary>Slot of x30, the return address: 0 when it is in the register.</summary>
    public static int LinkSlot(ulong saved) => (int)(saved & 0xfff);

    /// <summary>Slot of x29.</summary>
    public static int FrameSlot(ulong saved) => (int)(saved >> 12 & 0xfff);

    /// <summary>Slot of x19 to x28.</summary>
    public static int Slot(ulong saved, int register)
    {
        var nibble = (int)(saved >> (24 + 4 * (register - 19)) & 15);
        if (nibble is 0)
            return 0;
        if (nibble == LostNibble)
            return LostSlot;
        return LinkSlot(saved) is not (0 or LostSlot) and var link ? link - nibble : nibble;
    }

    /// <summary>Packs; false when the row needs to be kept in full.</summary>
    public static bool TryEncode(in CfiRow row, CommonInformationEntry common, out UnwindRule rule)
    {
        rule = default;
        if (common.ReturnAddressRegister != LinkRegister)
            return false;
        var link = row.Rules[LinkRegister];
        if (link.Kind == RegisterRuleKind.Undefined)
        {
            rule = new UnwindRule(UnwindRuleKind.EndOfStack, 0, 0, 0, false);
            return true;
        }

        var offset = row.Cfa.Value;
        if (row.Cfa.Kind != RegisterRuleKind.ValOffset || offset != (int)offset || row.CfaRegister > StackPointer || row.Rules[StackPointer].Kind != RegisterRuleKind.Unspecified ||
            row.Rules[32].Kind != RegisterRuleKind.Unspecified || !TrySlot(link, out var linkSlot) || !TrySlot(row.Rules[FramePointer], out var frameSlot))
        {
            return false;
        }

        var saved = (ulong)(uint)linkSlot | (ulong)(uint)frameSlot << 12;
        for (var register = 19; register <= 28; register++)
        {
            var one = row.Rules[register];
            if (one.Kind == RegisterRuleKind.Unspecified)
                continue;
            if (!TrySlot(one, out var slot))
                return false;
            uint nibble = 0;
            if (slot == LostSlot)
                nibble = LostNibble;
            else if (slot != 0)
            {
                var distance = linkSlot is 0 or LostSlot ? slot : linkSlot - slot;
                if (distance is < 1 or > 14)
                    return false;
                nibble = (uint)distance;
            }

            saved |= (ulong)nibble << (24 + 4 * (register - 19));
        }

        rule = UnwindRule.Arm64((byte)row.CfaRegister, (int)offset, saved, common.IsSignalFrame, row.ReturnAddressSigned);
        return true;
    }

    private static bool TrySlot(RegisterRule rule, out int slot)
    {
        slot = 0;
        switch (rule.Kind)
        {
            case RegisterRuleKind.Unspecified:
            case RegisterRuleKind.SameValue:
                return true;
            case RegisterRuleKind.Undefined:
                slot = LostSlot;
                return true;
            case RegisterRuleKind.Offset when (rule.Value & 7) == 0 && -rule.Value / 8 is > 0 and < LostSlot and var at:
                slot = (int)at;
                return true;
            default:
                return false;
        }
    }
}
