namespace TraceKit.Format.Perf;

/// <summary>Bit numbers of registers in <c>sample_regs_user</c> on x86 (asm/perf_regs.h).</summary>
public static class PerfRegsX86
{
    /// <summary>Register AX.</summary>
    public const int PERF_REG_X86_AX = 0;

    /// <summary>Register BX.</summary>
    public const int PERF_REG_X86_BX = 1;

    /// <summary>Register CX.</summary>
    public const int PERF_REG_X86_CX = 2;

    /// <summary>Register DX.</summary>
    public const int PERF_REG_X86_DX = 3;

    /// <summary>Register SI.</summary>
    public const int PERF_REG_X86_SI = 4;

    /// <summary>Register DI.</summary>
    public const int PERF_REG_X86_DI = 5;

    /// <summary>Register BP.</summary>
    public const int PERF_REG_X86_BP = 6;

    /// <summary>Register SP.</summary>
    public const int PERF_REG_X86_SP = 7;

    /// <summary>Register IP.</summary>
    public const int PERF_REG_X86_IP = 8;

    /// <summary>Register FLAGS.</summary>
    public const int PERF_REG_X86_FLAGS = 9;

    /// <summary>Register CS.</summary>
    public const int PERF_REG_X86_CS = 10;

    /// <summary>Register SS.</summary>
    public const int PERF_REG_X86_SS = 11;

    /// <summary>Register DS.</summary>
    public const int PERF_REG_X86_DS = 12;

    /// <summary>Register ES.</summary>
    public const int PERF_REG_X86_ES = 13;

    /// <summary>Register FS.</summary>
    public const int PERF_REG_X86_FS = 14;

    /// <summary>Register GS.</summary>
    public const int PERF_REG_X86_GS = 15;

    /// <summary>Register R8.</summary>
    public const int PERF_REG_X86_R8 = 16;

    /// <summary>Register R9.</summary>
    public const int PERF_REG_X86_R9 = 17;

    /// <summary>Register R10.</summary>
    public const int PERF_REG_X86_R10 = 18;

    /// <summary>Register R11.</summary>
    public const int PERF_REG_X86_R11 = 19;

    /// <summary>Register R12.</summary>
    public const int PERF_REG_X86_R12 = 20;

    /// <summary>Register R13.</summary>
    public const int PERF_REG_X86_R13 = 21;

    /// <summary>Register R14.</summary>
    public const int PERF_REG_X86_R14 = 22;

    /// <summary>Register R15.</summary>
    public const int PERF_REG_X86_R15 = 23;

    /// <summary>One past the last general register.</summary>
    public const int PERF_REG_X86_64_MAX = 24;

    /// <summary>The DWARF number of a register (System V ABI, AMD64 supplement, figure 3.36).</summary>
    /// <returns>-1 when the register has none there or is unknown.</returns>
    public static int ToDwarf(int register) => register switch
    {
        PERF_REG_X86_AX => 0,
        PERF_REG_X86_DX => 1,
        PERF_REG_X86_CX => 2,
        PERF_REG_X86_BX => 3,
        PERF_REG_X86_SI => 4,
        PERF_REG_X86_DI => 5,
        PERF_REG_X86_BP => 6,
        PERF_REG_X86_SP => 7,
        >= PERF_REG_X86_R8 and <= PERF_REG_X86_R15 => register - PERF_REG_X86_R8 + 8,
        PERF_REG_X86_IP => 16,
        PERF_REG_X86_FLAGS => 49,
        PERF_REG_X86_ES => 50,
        PERF_REG_X86_CS => 51,
        PERF_REG_X86_SS => 52,
        PERF_REG_X86_DS => 53,
        PERF_REG_X86_FS => 54,
        PERF_REG_X86_GS => 55,
        _ => -1,
    };
}
