using System.Buffers.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Report.Scripts;

/// <summary>The branches of a sample: <c>struct perf_branch_entry</c> behind <c>nr</c> and, where it was asked for, <c>hw_idx</c>.</summary>
internal static class BranchEntries
{
    /// <summary>Bytes of each: from, to, flags.</summary>
    public const int Bytes = 24;

    /// <summary>The entries, latest branch first; empty when there are none.</summary>
    public static ReadOnlySpan<byte> Of(in PerfSample sample, PerfEventAttr? attr)
    {
        var words = sample.BranchStack;
        if (words.Length < 8)
            return default;
        var start = ((attr?.BranchSampleType ?? 0) & PerfBranchSampleType.PERF_SAMPLE_BRANCH_HW_INDEX) != 0 ? 16 : 8;
        if (words.Length < start)
            return default;
        var entries = words[start..];
        return entries[..(int)(Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(words), (ulong)(entries.Length / Bytes)) * Bytes)];
    }
}
