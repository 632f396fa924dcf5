namespace TraceKit.DebugInfo.Unwind;

/// <summary>Where an instruction goes on.</summary>
internal enum X64Branch : byte
{
    /// <summary>To the next one.</summary>
    Next,

    /// <summary>To the next one or to the stated one.</summary>
    Conditional,

    /// <summary>To the stated one.</summary>
    Jump,

    /// <summary>A call of the stated address.</summary>
    Call,

    /// <summary>A call of an address that the code does not state.</summary>
    CallAway,

    /// <summary>Nowhere that the code states: a return, a jump by register, a trap.</summary>
    End,
}
