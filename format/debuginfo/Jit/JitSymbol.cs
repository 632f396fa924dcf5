using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>A piece of code that a just-in-time compiler made, as its perf-map names it.</summary>
/// <param name="Name">The rest of the line, spaces included.</param>
/// <param name="Start">First byte.</param>
/// <param name="Size">Bytes, cut short where a later line claims the rest.</param>
public readonly record struct JitSymbol(string Name, Avma Start, ulong Size);
