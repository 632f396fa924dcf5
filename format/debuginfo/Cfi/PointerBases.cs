namespace TraceKit.DebugInfo.Cfi;

/// <summary>What relative pointers of CFI count from. Stated addresses.</summary>
public readonly struct PointerBases
{
    /// <summary>Start of <c>.text</c>, for <c>DW_EH_PE_textrel</c>.</summary>
    public ulong Text { get; init; }

    /// <summary>Start of <c>.got</c>, for <c>DW_EH_PE_datarel</c> in <c>.eh_frame</c>; of the section itself in <c>.eh_frame_hdr</c>.</summary>
    public ulong Data { get; init; }

    /// <summary>Start of the function at hand, for <c>DW_EH_PE_funcrel</c>.</summary>
    public ulong Function { get; init; }
}
