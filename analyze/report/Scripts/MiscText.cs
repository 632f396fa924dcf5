using TraceKit.Format.Perf;

namespace TraceKit.Report.Scripts;

/// <summary>A record's <c>misc</c> as perf's letters: the mode (<c>K U H G g</c>), <c>M</c> of a mapping of data, <c>E</c> of an exec, <c>S</c> and <c>p</c> of a task that leaves a CPU.</summary>
internal static class MiscText
{
    /// <summary>By the mode's number, as perf tests them: each mode whose bits are all set, so that 3 (hypervisor) has the letters of 1 and 2 too.</summary>
    private static readonly string[] s_modes = ["", "K", "U", "KUH", "G", "KGg", "UG", "KUHGg"];

    /// <summary>The letters.</summary>
    /// <param name="misc">The record's.</param>
    /// <param name="sideBand">Type of a side-band record; 0 for samples.</param>
    public static string Of(ushort misc, uint sideBand)
    {
        var mode = s_modes[misc & PerfRecordMisc.PERF_RECORD_MISC_CPUMODE_MASK];
        return sideBand == 0 ? mode : mode + OfType(misc, sideBand);
    }

    private static string OfType(ushort misc, uint sideBand) => sideBand switch
    {
        PerfRecordType.PERF_RECORD_MMAP or PerfRecordType.PERF_RECORD_MMAP2 => If(misc, PerfRecordMisc.PERF_RECORD_MISC_MMAP_DATA, "M"),
        PerfRecordType.PERF_RECORD_COMM => If(misc, PerfRecordMisc.PERF_RECORD_MISC_COMM_EXEC, "E"),
        PerfRecordType.PERF_RECORD_SWITCH or PerfRecordType.PERF_RECORD_SWITCH_CPU_WIDE =>
            If(misc, PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT, "S") + If(misc, PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT | PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT_PREEMPT, "p"),
        _ => "",
    };

    private static string If(ushort misc, int bits, string letter) => (misc & bits) == bits ? letter : "";
}
