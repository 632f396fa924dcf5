using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>An executable mapping as the unwinder needs it.</summary>
public readonly struct ModuleMapping
{
    /// <summary>The caller's own number for the module; the unwinder does not use it.</summary>
    public int ModuleIndex { get; init; }

    /// <summary>Compiled CFI of the module; null when it has none or it is not at hand.</summary>
    public UnwindTable? Table { get; init; }

    /// <summary>Instructions of code that <see cref="Table"/> says nothing of; null when they are not at hand.</summary>
    public ICodeSource? Code { get; init; }

    /// <summary><c>svma = avma - bias</c>, modulo 2^64 (<see cref="Elf.ElfImage.TryGetBias"/>).</summary>
    public ulong Bias { get; init; }

    /// <summary>First address.</summary>
    public Avma Start { get; init; }

    /// <summary>First address after it.</summary>
    public Avma End { get; init; }
}
