using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Call frame information of one module, compiled: for each address how to find the caller's registers.</summary>
public sealed partial class UnwindTable
{
    /// <summary>Compiles <c>.eh_frame</c> and <c>.debug_frame</c>.</summary>
    public static UnwindTable Build(ElfImage image) => new();
}
