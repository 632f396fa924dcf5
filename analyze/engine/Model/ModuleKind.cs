namespace TraceKit.Engine.Model;

/// <summary>What kind of code a module holds, and so who names its addresses.</summary>
public enum ModuleKind
{
    /// <summary>An executable or shared object: its symbol tables.</summary>
    Elf,

    /// <summary>The kernel image: kallsyms.</summary>
    Kernel,

    /// <summary>A loadable kernel module: kallsyms.</summary>
    KernelModule,

    /// <summary>The kernel's code page in every process: its own small ELF file.</summary>
    Vdso,

    /// <summary>Executable memory without a file, of one process: its perf-map.</summary>
    Jit,

    /// <summary>Stack, heap or other data: code does not belong there.</summary>
    Data,
}
