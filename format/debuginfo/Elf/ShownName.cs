namespace TraceKit.DebugInfo.Elf;

/// <summary>A symbol's name as it will be shown: demangled, where it can be.</summary>
/// <param name="stored">The name as the file has it, without the NUL.</param>
/// <returns>UTF-8; <paramref name="stored"/> itself where nothing is to be changed.</returns>
public delegate ReadOnlySpan<byte> ShownName(ReadOnlySpan<byte> stored);
