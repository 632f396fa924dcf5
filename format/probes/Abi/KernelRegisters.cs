using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Abi;

/// <summary>Registers as the kernel's probe text names them (<c>arch/x86/kernel/ptrace.c</c>, <c>arch/arm64/kernel/ptrace.c</c>: <c>regoffset_table</c>), by DWARF number.</summary>
public static class KernelRegisters
{
    /// <summary>DWARF numbers 0 to 16 of x86-64 (System V ABI x86-64, figure 3.36).</summary>
    private static readonly string[] s_x64 = ["ax", "dx", "cx", "bx", "si", "di", "bp", "sp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ip"];

    /// <summary>The kernel's name, without <c>%</c>; null for a register that probes cannot read.</summary>
    /// <param name="machine"><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</param>
    /// <param name="dwarfNumber">The number.</param>
    public static string? Name(ushort machine, int dwarfNumber) => machine switch
    {
        EM_X86_64 => (uint)dwarfNumber < (uint)s_x64.Length ? s_x64[dwarfNumber] : null,
        EM_AARCH64 => dwarfNumber switch { >= 0 and <= 30 => $"x{dwarfNumber}", 31 => "sp", 32 => "pc", _ => null },
        _ => null,
    };

    /// <summary>The DWARF number of a register in the kernel's spelling, without <c>%</c>; null when it has none: <c>flags</c>, or no register at all.</summary>
    public static int? Number(ushort machine, string name)
    {
        var last = machine == EM_X86_64 ? 16 : 32;
        for (var i = 0; i <= last; i++)
        {
            if (Name(machine, i) == name)
                return i;
        }

        return null;
    }

    /// <summary>Whether the kernel reads a register of that name, without <c>%</c>.</summary>
    public static bool Exists(ushort machine, string name) =>
        Number(machine, name) is not null || (machine == EM_X86_64 ? name is "flags" or "cs" or "ss" or "ds" or "es" or "fs" or "gs" or "orig_ax" : name is "pstate");

    /// <summary>A vector register for people: <c>%xmm3</c>, <c>v3</c>.</summary>
    internal static string Vector(ushort machine, int number) => machine == EM_X86_64 ? $"%xmm{number}" : $"v{number}";
}
