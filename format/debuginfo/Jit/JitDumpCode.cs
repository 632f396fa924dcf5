using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>One piece of code of a <see cref="JitDump"/>: loaded (<c>JIT_CODE_LOAD</c>) or moved (<c>JIT_CODE_MOVE</c>) to an address at a time.</summary>
/// <param name="Start">First byte in the process.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Time">When, in the dump's clock: nanoseconds of CLOCK_MONOTONIC unless <see cref="JitDump.HasArchTimestamps"/>.</param>
/// <param name="Index">The compiler's number of the code; moves keep it.</param>
public readonly record struct JitDumpCode(Avma Start, ulong Size, ulong Time, ulong Index)
{
    internal int NameAt { get; init; }

    internal int NameLength { get; init; }

    internal int CodeAt { get; init; }

    internal int CodeLength { get; init; }

    /// <summary>Offset of the first entry of its <c>JIT_CODE_DEBUG_INFO</c>; 0 for none.</summary>
    internal int LinesAt { get; init; }

    internal int LinesLength { get; init; }

    internal int LineCount { get; init; }

    /// <summary>Address that the entries count from: where the code was when they were written.</summary>
    internal ulong LinesBase { get; init; }

    /// <summary>Offset of its unwinding data; 0 for none.</summary>
    internal int UnwindAt { get; init; }

    internal int UnwindLength { get; init; }
}
