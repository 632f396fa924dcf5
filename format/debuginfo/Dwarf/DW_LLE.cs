namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Location list entries (DWARF 5 §7.7.3, table 7.10; GNU's pair of views).</summary>
public static class DW_LLE
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const byte end_of_list = 0x00, base_addressx = 0x01, startx_endx = 0x02, startx_length = 0x03, offset_pair = 0x04, default_location = 0x05,
        base_address = 0x06, start_end = 0x07, start_length = 0x08, GNU_view_pair = 0x09;
#pragma warning restore CS1591
}
