using System.Globalization;
using TraceKit.Engine.OffCpu;

namespace TraceKit.Report.Profiles;

/// <summary>What is not in the numbers of time off CPU, in sentences.</summary>
public static class OffCpuNotes
{
    /// <summary>One sentence for each thing that a reader must know.</summary>
    public static IEnumerable<string> Of(OffCpuAnalysis offCpu)
    {
        var totals = offCpu.Totals;
        yield return $"Off CPU: {N(totals.Switches)} switches away from threads, {N(totals.Intervals)} of them back again (what is counted), {N(totals.Exited)} for good";
        if (totals.OpenAtEnd + totals.WithoutStart + totals.WithoutEnd > 0)
            yield return $"Not counted: {N(totals.OpenAtEnd)} threads still off at the end, {N(totals.WithoutStart)} that came back and were not seen leaving, {N(totals.WithoutEnd)} whose return was not seen";
        if (totals.SilentIdleCpus is { Count: > 0 } silent)
            yield return $"CPU {string.Join(", ", silent.Select(c => N(c)))}: the kernel reported no switch away from {(silent.Count == 1 ? "its idle thread" : "their idle threads")}: returns there were not seen";
        if (!offCpu.HasWakeups)
            yield return "No wakeups were recorded: sleeping includes waiting for a CPU (record sched:sched_wakeup too)";
        else if (totals.WithoutWakeup > 0)
            yield return $"Woken unseen: {N(totals.WithoutWakeup)} sleeps include waiting for a CPU";
    }

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);
}
