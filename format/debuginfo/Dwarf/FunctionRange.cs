namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Addresses of a function.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">Just past the last.</param>
/// <param name="Function">Position in the columns of <see cref="FunctionWalker"/>.</param>
internal readonly record struct FunctionRange(ulong Start, ulong End, int Function);
