namespace TraceKit.DebugInfo.Jit;

/// <summary>The text of one perf-map file, and how long it was when.</summary>
/// <param name="Text">The file, as far as it is at hand.</param>
/// <param name="Marks">Ascending: the first Length bytes were in the file at Time (nanoseconds). Empty when it was looked at once.</param>
/// <param name="Time">When it was looked at last.</param>
public readonly record struct JitMapText(ReadOnlyMemory<byte> Text, IReadOnlyList<(long Time, ulong Length)> Marks, long Time);
