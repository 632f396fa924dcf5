namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Encodings of base types (DWARF 5 §7.8, table 7.11).</summary>
public static class DW_ATE
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const byte address = 0x01, boolean = 0x02, complex_float = 0x03, @float = 0x04, signed = 0x05, signed_char = 0x06, unsigned = 0x07,
        unsigned_char = 0x08, imaginary_float = 0x09, signed_fixed = 0x0d, decimal_float = 0x0f, UTF = 0x10, UCS = 0x11, ASCII = 0x12;
#pragma warning restore CS1591
}
