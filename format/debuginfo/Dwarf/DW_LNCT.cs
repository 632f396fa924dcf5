namespace TraceKit.DebugInfo.Dwarf;

/// <summary>What a field of a line table's directory or file entry holds (DWARF 5 §6.2.4.1, table 7.27; one of LLVM).</summary>
public static class DW_LNCT
{
#pragma warning disable CS1591 // the specification documents its own numbers
    public const ushort path = 0x01, directory_index = 0x02, timestamp = 0x03, size = 0x04, MD5 = 0x05, LLVM_source = 0x2001;
#pragma warning restore CS1591
}
