namespace TraceKit.DebugInfo.Source;

/// <summary>Addresses with one answer, while an index is made.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">Just past the last.</param>
/// <param name="Node">The innermost function's node; -1 for none.</param>
/// <param name="Row">The source place; -1 for none.</param>
internal readonly record struct SourcePiece(ulong Start, ulong End, int Node, int Row);
