namespace TraceKit.DebugInfo.Dwarf;

/// <summary>One function of a unit, or one that was inlined.</summary>
/// <param name="Entry">Where its entry stands in the section.</param>
/// <param name="Around">The function whose entry is around its own; -1 for none. Of an inlined one its caller.</param>
/// <param name="Depth">How deep its entry stands.</param>
/// <param name="IsInlined"><c>DW_TAG_inlined_subroutine</c>, else <c>DW_TAG_subprogram</c>.</param>
/// <param name="IsHit">What was inlined into it may be hit.</param>
internal readonly record struct FunctionEntry(int Entry, int Around, int Depth, bool IsInlined, bool IsHit);
