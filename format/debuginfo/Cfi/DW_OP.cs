namespace TraceKit.DebugInfo.Cfi;

/// <summary>Expression operations that call frame information may use (DWARF 5 §7.7.1, table 7.9; §6.4.2 says which).</summary>
public static class DW_OP
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const byte addr = 0x03, deref = 0x06, const1u = 0x08, const1s = 0x09, const2u = 0x0a, const2s = 0x0b, const4u = 0x0c, const4s = 0x0d,
        const8u = 0x0e, const8s = 0x0f, constu = 0x10, consts = 0x11, dup = 0x12, drop = 0x13, over = 0x14, pick = 0x15, swap = 0x16, rot = 0x17,
        abs = 0x19, and = 0x1a, div = 0x1b, minus = 0x1c, mod = 0x1d, mul = 0x1e, neg = 0x1f, not = 0x20, or = 0x21, plus = 0x22,
        plus_uconst = 0x23, shl = 0x24, shr = 0x25, shra = 0x26, xor = 0x27, bra = 0x28, eq = 0x29, ge = 0x2a, gt = 0x2b, le = 0x2c, lt = 0x2d,
        ne = 0x2e, skip = 0x2f, lit0 = 0x30, lit31 = 0x4f, breg0 = 0x70, breg31 = 0x8f, bregx = 0x92, deref_size = 0x94, nop = 0x96;
#pragma warning restore CS1591
}
