namespace TraceKit.Format.Perf;

/// <summary>Values of the <c>abi</c> word before registers (<c>enum perf_sample_regs_abi</c>).</summary>
public static class PerfRegsAbi
{
    /// <summary>No registers follow.</summary>
    public const ulong PERF_SAMPLE_REGS_ABI_NONE = 0;

    /// <summary>A 32-bit task.</summary>
    public const ulong PERF_SAMPLE_REGS_ABI_32 = 1;

    /// <summary>A 64-bit task.</summary>
    public const ulong PERF_SAMPLE_REGS_ABI_64 = 2;
}
