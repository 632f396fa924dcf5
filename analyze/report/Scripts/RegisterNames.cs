using TraceKit.Format.Perf;

namespace TraceKit.Report.Scripts;

/// <summary>Registers by their bit in <c>sample_regs_user</c> and <c>sample_regs_intr</c>, as perf calls them.</summary>
internal static class RegisterNames
{
    private static readonly string[] s_x86 =
        ["AX", "BX", "CX", "DX", "SI", "DI", "BP", "SP", "IP", "FLAGS", "CS", "SS", "DS", "ES", "FS", "GS", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"];

    /// <summary>The name.</summary>
    public static string Of(PerfArchitecture architecture, int bit) => architecture switch
    {
        PerfArchitecture.Arm64 => bit switch { < 30 => FormattableString.Invariant($"x{bit}"), 30 => "lr", 31 => "sp", 32 => "pc", _ => "unknown" },
        PerfArchitecture.X64 => bit < s_x86.Length ? s_x86[bit] : "unknown",
        _ => FormattableString.Invariant($"r{bit}"),
    };
}
