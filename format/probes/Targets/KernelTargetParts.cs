using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Targets;

/// <summary>What is at hand of a kernel: of the running one, or of another whose files lie here. Each piece is optional; the more, the more can be said.</summary>
public sealed class KernelTargetParts
{
    /// <summary><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</summary>
    public required ushort Machine { get; init; }

    /// <summary>As messages name it: <c>the kernel</c>, <c>the kernel 6.1.0-56-cloud-amd64</c>.</summary>
    public string Name { get; init; } = "the kernel";

    /// <summary>Functions of the kernel and its modules: of the host the probes are for.</summary>
    public Kallsyms? Kallsyms { get; init; }

    /// <summary>The address of a data symbol as the same kallsyms has it (<see cref="Kallsyms.FindAddress"/>), null when there is none; not asked for functions.</summary>
    public Func<string, Avma?>? DataSymbol { get; init; }

    /// <summary>The kernel's BTF.</summary>
    public BtfFile? Btf { get; init; }

    /// <summary>The BTF of a module, by its name, on top of <see cref="Btf"/>; null when it has none. Asked once for each module that a definition touches.</summary>
    public Func<string, BtfFile?>? ModuleBtf { get; init; }

    /// <summary>The kernel's ELF file, of the same build: its code proves where instructions begin.</summary>
    public ElfImage? Vmlinux { get; init; }

    /// <summary>The DWARF of <see cref="Vmlinux"/>: functions.</summary>
    public IFunctionSource? Code { get; init; }

    /// <summary>The DWARF of <see cref="Vmlinux"/>: source lines.</summary>
    public ISourcePlaces? Places { get; init; }

    /// <summary>Who knows what functions take beside BTF: <c>--proto</c>, <c>--types-from</c>; before BTF, since somebody asked for them.</summary>
    public IReadOnlyList<IFunctionSource> Prototypes { get; init; } = [];

    /// <summary>Who knows types before BTF: DWARF, <c>--types-from</c>, <c>--proto</c>.</summary>
    public IReadOnlyList<ITypeSource> Types { get; init; } = [];

    /// <summary>The text of <c>/sys/kernel/debug/kprobes/blacklist</c>; null when it cannot be read.</summary>
    public string? Blacklist { get; init; }
}
