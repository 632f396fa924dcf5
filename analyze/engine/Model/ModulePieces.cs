using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.DebugFiles;

namespace TraceKit.Engine.Model;

/// <summary>Where the tables of a module come from. Each is asked at most once, the kernel's snapshot apart; all may throw <see cref="Binary.BadDataException"/>.</summary>
internal sealed class ModulePieces
{
    /// <summary>The snapshot's bytes, or null when the trace has none.</summary>
    public Func<SparseImage?> Snapshot { get; init; } = static () => null;

    /// <summary>What the bytes are, where there is a choice: <c>kallsyms-text</c> or <c>kallsyms-compact</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>The separate debug file's bytes in the trace, or null.</summary>
    public Func<SparseImage?> DebugFile { get; init; } = static () => null;

    /// <summary>Of the kernel: text of its symbols as <c>/proc/kallsyms</c> would have had them, found beside the recording; null when nothing was.</summary>
    public Func<KernelText?> KernelText { get; init; } = static () => null;

    /// <summary>Files found beside the recording, or null; given what the recording has of the file.</summary>
    public Func<ElfImage?, DebugFileSet?> Outside { get; init; } = static _ => null;

    /// <summary>What the process's JIT code was when, or null when the trace does not know.</summary>
    public Func<JitTimeline?> Timeline { get; init; } = static () => null;

    /// <summary>The process's JIT code itself, or null.</summary>
    public Func<JitCode?> Memory { get; init; } = static () => null;

    /// <summary>What the recording has that knows lines and inlined functions, best first.</summary>
    public Func<ModuleData, IReadOnlyList<ISourceResolver>> OwnSource { get; init; } = static _ => [];

    /// <summary>What was found beside it and knows them.</summary>
    public Func<ModuleData, IReadOnlyList<ISourceResolver>> OutsideSource { get; init; } = static _ => [];
}
