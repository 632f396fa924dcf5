namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Source languages (DWARF 5 §7.12, table 7.17, and the later list of dwarfstd.org): those that are told apart.</summary>
public static class DW_LANG
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const ushort C89 = 0x01, C = 0x02, C_plus_plus = 0x04, C99 = 0x0c, ObjC_plus_plus = 0x11, Go = 0x16, C_plus_plus_03 = 0x19, C_plus_plus_11 = 0x1a,
        Rust = 0x1c, C11 = 0x1d, C_plus_plus_14 = 0x21, C_plus_plus_17 = 0x2a, C_plus_plus_20 = 0x2b, C17 = 0x2c, C_plus_plus_23 = 0x3a, C23 = 0x3e,
        Rust_old = 0x9000;
#pragma warning restore CS1591
}
