namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Attributes of a name index entry (DWARF 5 §6.1.1.4.7, table 7.23).</summary>
public static class DW_IDX
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const ushort compile_unit = 0x01, type_unit = 0x02, die_offset = 0x03, parent = 0x04, type_hash = 0x05;
#pragma warning restore CS1591
}
