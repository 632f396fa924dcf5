namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Addresses from one to just before another.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">Just past the last.</param>
internal readonly record struct AddressRange(ulong Start, ulong End);
