using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>Bytes of a process's executable memory, as they were when they were read.</summary>
/// <param name="Start">Address of the first byte.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="Time">When, nanoseconds.</param>
public readonly record struct JitCodePiece(Avma Start, ReadOnlyMemory<byte> Bytes, long Time);
