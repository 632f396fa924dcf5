namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Columns of a package's index (DWARF 5 §7.3.5.3, table 7.1; version 2 is GNU's, whose numbers 2, 5, 7 and 8 mean other sections).</summary>
public static class DW_SECT
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const uint INFO = 1, ABBREV = 3, LINE = 4, LOCLISTS = 5, STR_OFFSETS = 6, MACRO = 7, RNGLISTS = 8;
    public const uint V2_TYPES = 2, V2_LOC = 5, V2_MACINFO = 7, V2_MACRO = 8;
#pragma warning restore CS1591
}
