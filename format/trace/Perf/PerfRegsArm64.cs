namespace TraceKit.Format.Perf;

/// <summary>Bit numbers of registers in <c>sample_regs_user</c> on arm64 (asm/perf_regs.h).</summary>
public static class PerfRegsArm64
{
    /// <summary>Register X0.</summary>
    public const int PERF_REG_ARM64_X0 = 0;

    /// <summary>Register X1.</summary>
    public const int PERF_REG_ARM64_X1 = 1;

    /// <summary>Register X2.</summary>
    public const int PERF_REG_ARM64_X2 = 2;

    /// <summary>Register X3.</summary>
    public const int PERF_REG_ARM64_X3 = 3;

    /// <summary>Register X4.</summary>
    public const int PERF_REG_ARM64_X4 = 4;

    /// <summary>Register X5.</summary>
    public const int PERF_REG_ARM64_X5 = 5;

    /// <summary>Register X6.</summary>
    public const int PERF_REG_ARM64_X6 = 6;

    /// <summary>Register X7.</summary>
    public const int PERF_REG_ARM64_X7 = 7;

    /// <summary>Register X8.</summary>
    public const int PERF_REG_ARM64_X8 = 8;

    /// <summary>Register X9.</summary>
    public const int PERF_REG_ARM64_X9 = 9;

    /// <summary>Register X10.</summary>
    public const int PERF_REG_ARM64_X10 = 10;

    /// <summary>Register X11.</summary>
    public const int PERF_REG_ARM64_X11 = 11;

    /// <summary>Register X12.</summary>
    public const int PERF_REG_ARM64_X12 = 12;

    /// <summary>Register X13.</summary>
    public const int PERF_REG_ARM64_X13 = 13;

    /// <summary>Register X14.</summary>
    public const int PERF_REG_ARM64_X14 = 14;

    /// <summary>Register X15.</summary>
    public const int PERF_REG_ARM64_X15 = 15;

    /// <summary>Register X16.</summary>
    public const int PERF_REG_ARM64_X16 = 16;

    /// <summary>Register X17.</summary>
    public const int PERF_REG_ARM64_X17 = 17;

    /// <summary>Register X18.</summary>
    public const int PERF_REG_ARM64_X18 = 18;

    /// <summary>Register X19.</summary>
    public const int PERF_REG_ARM64_X19 = 19;

    /// <summary>Register X20.</summary>
    public const int PERF_REG_ARM64_X20 = 20;

    /// <summary>Register X21.</summary>
    public const int PERF_REG_ARM64_X21 = 21;

    /// <summary>Register X22.</summary>
    public const int PERF_REG_ARM64_X22 = 22;

    /// <summary>Register X23.</summary>
    public const int PERF_REG_ARM64_X23 = 23;

    /// <summary>Register X24.</summary>
    public const int PERF_REG_ARM64_X24 = 24;

    /// <summary>Register X25.</summary>
    public const int PERF_REG_ARM64_X25 = 25;

    /// <summary>Register X26.</summary>
    public const int PERF_REG_ARM64_X26 = 26;

    /// <summary>Register X27.</summary>
    public const int PERF_REG_ARM64_X27 = 27;

    /// <summary>Register X28.</summary>
    public const int PERF_REG_ARM64_X28 = 28;

    /// <summary>Register X29.</summary>
    public const int PERF_REG_ARM64_X29 = 29;

    /// <summary>Register LR.</summary>
    public const int PERF_REG_ARM64_LR = 30;

    /// <summary>Register SP.</summary>
    public const int PERF_REG_ARM64_SP = 31;

    /// <summary>Register PC.</summary>
    public const int PERF_REG_ARM64_PC = 32;

    /// <summary>One past the last general register.</summary>
    public const int PERF_REG_ARM64_MAX = 33;

    /// <summary>The DWARF number of a register (DWARF for the Arm 64-bit Architecture, table 4.1): X0 to X30 and SP are 0 to 31, PC is 32.</summary>
    /// <returns>-1 when the register is unknown.</returns>
    public static int ToDwarf(int register) => register is >= 0 and < PERF_REG_ARM64_MAX ? register : -1;
}
