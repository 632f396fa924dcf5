namespace TraceKit.DebugInfo.Elf;

/// <summary>Reads bytes of a file; the caller owns the file. The parsers themselves do no I/O.</summary>
/// <param name="offset">Bytes from the start of the file.</param>
/// <param name="destination">Filled completely, or the call fails.</param>
/// <returns>False when not all of the bytes could be read.</returns>
public delegate bool ReadAt(ulong offset, Span<byte> destination);
