using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>One piece of code of a <see cref="JitTimeline"/> and the time in which its first byte was it.</summary>
/// <param name="Index">Number within the timeline.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">Past the last.</param>
/// <param name="From">Since when, nanoseconds; <see cref="long.MinValue"/> from the beginning.</param>
public readonly record struct JitEntry(int Index, Avma Start, Avma End, long From);
