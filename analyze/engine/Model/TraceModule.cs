using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Symbols;

namespace TraceKit.Engine.Model;

/// <summary>A file, or what stands for one, that code was mapped from.</summary>
public sealed class TraceModule
{
    /// <summary>Position in <see cref="TraceModel.Modules"/>.</summary>
    public required int Index { get; init; }

    /// <summary>What kind.</summary>
    public required ModuleKind Kind { get; init; }

    /// <summary>Path as it was mapped: <c>/usr/lib/x86_64-linux-gnu/libc.so.6</c>, <c>[vdso]</c>, <c>[kernel.kallsyms]</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What reports print: the file's name without folders, <c>[kernel.kallsyms]</c>, <c>[JIT] tid 4711</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Build-id in lower-case hex; empty when unknown. Of a file that was found by its path alone, that file's.</summary>
    public string BuildId { get; internal set; } = "";

    /// <summary>The recording has no build-id of it, and a file was taken by its path.</summary>
    internal bool IsFoundByPath { get; set; }

    /// <summary>Process of <see cref="ModuleKind.Jit"/> code; 0 for all others.</summary>
    public int Pid { get; init; }

    /// <summary>Whether the recording carries this module's tables.</summary>
    public bool HasSnapshot { get; internal set; }

    /// <summary>Why there is no snapshot, or what is wrong with it, in words; empty when it is whole.</summary>
    public string SnapshotProblem { get; internal set; } = "";

    /// <summary>What is wrong with its debug information, in words; empty when nothing is, or there is none.</summary>
    public string SourceProblem { get; internal set; } = "";

    /// <summary>Of JIT code: the perf-map that was found beside the recording; null when none was, or it has its own.</summary>
    internal PerfMapFile? OutsideMap { get; set; }

    /// <summary>Why none of its addresses can be named; <see cref="UnresolvedReason.None"/> when they can.</summary>
    public UnresolvedReason Unresolved { get; internal set; }
}
