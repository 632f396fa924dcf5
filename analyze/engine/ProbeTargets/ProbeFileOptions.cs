using TraceKit.Engine.DebugFiles;

namespace TraceKit.Engine.ProbeTargets;

/// <summary>What definitions are compiled against, all of it files of this machine.</summary>
public sealed record ProbeFileOptions
{
    /// <summary>The program or library; null for a kernel.</summary>
    public string? Executable { get; init; }

    /// <summary>BTF of a kernel: raw, or an ELF file with a <c>.BTF</c> section.</summary>
    public string? Btf { get; init; }

    /// <summary>A kernel's ELF file, with DWARF where it has some.</summary>
    public string? Vmlinux { get; init; }

    /// <summary>Other files that know types: with DWARF or BTF, or C declarations.</summary>
    public IReadOnlyList<string> TypesFrom { get; init; } = [];

    /// <summary>C prototypes.</summary>
    public IReadOnlyList<string> Prototypes { get; init; } = [];

    /// <summary>Where separate debug files may be.</summary>
    public DebugFileOptions DebugFiles { get; init; } = new();
}
