namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Kinds of units (DWARF 5 §7.5.1, table 7.2).</summary>
public static class DW_UT
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const byte compile = 0x01, type = 0x02, partial = 0x03, skeleton = 0x04, split_compile = 0x05, split_type = 0x06;
#pragma warning restore CS1591
}
