namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>Where in <c>.debug_line</c> (or <c>.debug_line.dwo</c>) the contribution of a unit begins: the value of <c>DW_AT_stmt_list</c>.</summary>
/// <param name="Value">Bytes from the start of the section.</param>
public readonly record struct DebugLineOffset(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}
