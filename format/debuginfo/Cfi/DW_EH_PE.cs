namespace TraceKit.DebugInfo.Cfi;

/// <summary>Pointer encodings of <c>.eh_frame</c> (LSB 5.0 Core §10.5.1, "DWARF Exception Header Encoding").</summary>
public static class DW_EH_PE
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const byte absptr = 0x00, uleb128 = 0x01, udata2 = 0x02, udata4 = 0x03, udata8 = 0x04,
        sleb128 = 0x09, sdata2 = 0x0a, sdata4 = 0x0b, sdata8 = 0x0c;
    public const byte pcrel = 0x10, textrel = 0x20, datarel = 0x30, funcrel = 0x40, aligned = 0x50;
    public const byte indirect = 0x80, omit = 0xff;
#pragma warning restore CS1591
}
