namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Range list entries (DWARF 5 §7.25, table 7.30).</summary>
public static class DW_RLE
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const byte end_of_list = 0x00, base_addressx = 0x01, startx_endx = 0x02, startx_length = 0x03, offset_pair = 0x04, base_address = 0x05,
        start_end = 0x06, start_length = 0x07;
#pragma warning restore CS1591
}
