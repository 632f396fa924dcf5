namespace TraceKit.Report.Scripts;

/// <summary>The flags of <c>struct perf_branch_entry</c>: mispred 1, predicted 1, in_tx 1, abort 1, cycles 16, type 4, spec 2, new_type 4, priv 3 bits.</summary>
internal readonly record struct BranchFlags(ulong Value)
{
    /// <summary><c>P</c> predicted, <c>M</c> mispredicted, <c>-</c> unknown.</summary>
    public char Prediction => (Value & 3) == 0 ? '-' : (Value & 2) != 0 ? 'P' : 'M';

    /// <summary>In a transaction.</summary>
    public bool IsInTransaction => (Value & 4) != 0;

    /// <summary>A transaction ended by it.</summary>
    public bool IsAbort => (Value & 8) != 0;

    /// <summary>Cycles since the branch before it; 0 when unknown.</summary>
    public ulong Cycles => Value >> 4 & 0xffff;

    /// <summary><c>PERF_BR_*</c> as perf names them; empty when unknown.</summary>
    public string Type => (int)(Value >> 20 & 15) switch
    {
        1 => "COND", 2 => "UNCOND", 3 => "IND", 4 => "CALL", 5 => "IND_CALL", 6 => "RET", 7 => "SYSCALL", 8 => "SYSRET", 9 => "COND_CALL", 10 => "COND_RET", 11 => "ERET", 12 => "IRQ", 13 => "SERROR",
        14 => "NO_TX", 15 => NewType, _ => "",
    };

    private string NewType => (int)(Value >> 26 & 15) switch
    {
        0 => "FAULT_ALGN", 1 => "FAULT_DATA", 2 => "FAULT_INST", 3 => "ARCH_1", 4 => "ARCH_2", 5 => "ARCH_3", 6 => "ARCH_4", 7 => "ARCH_5", _ => "",
    };
}
