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

    /// <summary>Text of <c>/tmp/perf-PID.map</c>.</summary>
    PerfMap = 5,

    /// <summary>A jitdump file.</summary>
    Jit = 6,

    /// <summary>The kernel's BTF.</summary>
    KernelBtf = 7,

    /// <summary>A separate debug file of the host (<c>/usr/lib/debug</c>): symbols of the ELF module with the same build-id.</summary>
    DebugFile = 8,
}
