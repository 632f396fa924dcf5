namespace TraceKit.Engine.Model;

/// <summary>
/// Which addresses are the kernel's. On 64-bit x86, Arm, POWER and RISC-V the highest bit says it. Kernels of 32-bit machines, and of s390x and SPARC, lie where programs of others do: there
/// only the record says it, by the mode of the processor and the markers of a call chain.
/// </summary>
/// <remarks>
/// Between the record and the look-up (<see cref="Run.SampleChains"/> to <see cref="MappingResolver"/>) such an address carries a mark, 0x80 as its highest byte, which no kernel address of the
/// former has. What is shown, stored and looked up in tables of symbols is <see cref="Plain"/>.
/// </remarks>
internal static class KernelAddress
{
    private const ulong MarkBit = 1UL << 63;

    /// <summary>Whether a record's addresses need a mark to be known as the kernel's.</summary>
    /// <param name="architecture">As <c>uname -m</c> gives it; empty when the file does not say.</param>
    /// <param name="reference">Where the kernel's mapping says that it is; 0 when it does not.</param>
    public static bool NeedsMark(string architecture, ulong reference) => architecture switch
    {
        "x86_64" or "amd64" or "aarch64" or "aarch64_be" or "arm64" or "ppc64" or "ppc64le" or "riscv64" or "mips64" or "loongarch64" or "alpha" or "ia64" => false,
        "" => reference is > 0 and < MarkBit,
        _ => true,
    };

    /// <summary>The address with its mark; 0, which is nowhere, stays so.</summary>
    public static ulong Mark(ulong address) => address == 0 ? 0 : address | MarkBit;

    /// <summary>The address as it was recorded.</summary>
    public static ulong Plain(ulong address) => address >> 56 == 0x80 ? address & ~MarkBit : address;

    /// <summary>Whether a plain address can be the kernel's: those of x86 and Arm have their highest bits set, as many as the processor does not use.</summary>
    public static bool IsPossible(string architecture, ulong address) => architecture is not ("x86_64" or "aarch64") || address >= 0xff00_0000_0000_0000;

    /// <summary>Whether an address, marked where it needs a mark, is the kernel's.</summary>
    public static bool Is(ulong address) => (long)address < 0;
}
