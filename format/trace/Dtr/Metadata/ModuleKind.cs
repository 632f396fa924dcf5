namespace TraceKit.Format.Dtr.Metadata;

/// <summary>What a module is. The values are stored.</summary>
public enum ModuleKind
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>An ELF file.</summary>
    Elf = 1,

    /// <summary>The kernel: its symbols.</summary>
    Kernel = 2,

    /// <summary>A loadable kernel module.</summary>
    KernelModule = 3,

    /// <summary>The vDSO, a whole ELF image from memory.</summary>
    Vdso = 4,

    /// <summary>Text of <c>/tmp/perf-PID.map</c>; <see cref="ModuleInfo.Marks"/> say how long it was when. A file that was begun anew is a module of its own.</summary>
    PerfMap = 5,

    /// <summary>A jitdump file (<c>jit-PID.dump</c>), as it was.</summary>
    Jit = 6,

    /// <summary>The kernel's BTF.</summary>
    KernelBtf = 7,

    /// <summary>A separate debug file of the host (<c>/usr/lib/debug</c>): symbols of the ELF module with the same build-id.</summary>
    DebugFile = 8,

    /// <summary>
    /// Memory that code was made in: pieces of one process's executable mappings without a file. An extent's file offset is the address in the
    /// process, its time says when it was read. There may be several of a process.
    /// </summary>
    JitCode = 9,

    /// <summary>Functions, inlined calls and source lines of the ELF module with the same build-id, in the format of FORMAT.md's source index.</summary>
    SourceIndex = 10,
}
