namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>Standard opcodes of line number programs (DWARF 5 §7.22, table 7.25).</summary>
public static class DW_LNS
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const byte copy = 1, advance_pc = 2, advance_line = 3, set_file = 4, set_column = 5, negate_stmt = 6, set_basic_block = 7,
        const_add_pc = 8, fixed_advance_pc = 9, set_prologue_end = 10, set_epilogue_begin = 11, set_isa = 12;
#pragma warning restore CS1591
}

/// <summary>Extended opcodes of line number programs (DWARF 5 §7.22, table 7.26). Vendors' own, as HP's at 0x11 to 0x17 and 0x20, are passed over by their length.</summary>
public static class DW_LNE
{
#pragma warning disable CS1591
    public const byte end_sequence = 1, set_address = 2, define_file = 3, set_discriminator = 4, lo_user = 0x80, hi_user = 0xff;
#pragma warning restore CS1591
}
