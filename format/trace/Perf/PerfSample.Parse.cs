using System.Runtime.InteropServices;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Format.Perf;

/// <content>The walk over the fields of variable size, in the kernel's order.</content>
public readonly ref partial struct PerfSample
{
    private const ulong Variable = PERF_SAMPLE_READ | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW | PERF_SAMPLE_BRANCH_STACK |
        PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER | AfterStackFields;

    private const ulong AfterStackFields = PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_TRANSACTION |
        PERF_SAMPLE_REGS_INTR | PERF_SAMPLE_PHYS_ADDR | PERF_SAMPLE_AUX | PERF_SAMPLE_CGROUP | PERF_SAMPLE_DATA_PAGE_SIZE |
        PERF_SAMPLE_CODE_PAGE_SIZE;

    /// <summary>Views <paramref name="record"/> as a sample.</summary>
    /// <returns>False when it is no PERF_RECORD_SAMPLE or ends inside a field.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out PerfSample sample)
    {
        var bytes = record.Bytes;
        sample = default;
        if (bytes.Length < layout.FixedSize || record.Type != PerfRecordType.PERF_RECORD_SAMPLE)
            return false;

        var parts = default(Parts);
        var at = layout.FixedSize;
        if ((layout.SampleType & Variable) != 0 && !TryWalk(bytes, layout, ref at, ref parts))
            return false;
        if (parts.AfterStack == 0)
            parts.AfterStack = at;
        parts.End = at;
        sample = new PerfSample(bytes, layout, parts);
        return true;
    }

    private static bool TryWalk(ReadOnlySpan<byte> bytes, SampleLayout layout, ref int at, ref Parts parts)
    {
        var type = layout.SampleType;
        if ((type & PERF_SAMPLE_READ) != 0)
        {
            parts.Read = at;
            if (!TrySkipRead(bytes, layout.ReadFormat, ref at))
                return false;
            parts.ReadSize = at - parts.Read;
        }

        if ((type & PERF_SAMPLE_CALLCHAIN) != 0)
        {
            if (!TryCount(bytes, ref at, 8, out parts.CallchainCount))
                return false;
            parts.Callchain = at;
            at += parts.CallchainCount * 8;
        }

        if ((type & PERF_SAMPLE_RAW) != 0)
        {
            if (bytes.Length - at < 4)
                return false;
            var size = MemoryMarshal.Read<uint>(bytes[at..]);
            at += 4;
            if (size > (uint)(bytes.Length - at))
                return false;
            parts.Raw = at;
            parts.RawSize = (int)size;
            at += (int)size;
        }

        if ((type & PERF_SAMPLE_BRANCH_STACK) != 0 && !TryBranches(bytes, layout, ref at, ref parts))
            return false;

        if ((type & PERF_SAMPLE_REGS_USER) != 0 && !TryRegs(bytes, layout.RegsUserCount, ref at, out parts.RegsUser, out parts.RegsUserCount))
            return false;

        if ((type & PERF_SAMPLE_STACK_USER) != 0)
        {
            if (!TryCount(bytes, ref at, 1, out parts.StackSize))
                return false;
            parts.Stack = at;
            at += parts.StackSize;

            // A task without user memory has a size of 0 and no dyn_size (perf_output_sample_ustack).
            if (parts.StackSize != 0 && !TryWord(bytes, ref at, out _))
                return false;
        }

        parts.AfterStack = at;
        return (type & AfterStackFields) == 0 || TryWalkTail(bytes, layout, ref at, ref parts);
    }

    private static bool TryWalkTail(ReadOnlySpan<byte> bytes, SampleLayout layout, ref int at, ref Parts parts)
    {
        var type = layout.SampleType;
        if ((type & (PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT)) != 0 && !TryWord(bytes, ref at, out parts.Weight))
            return false;
        if ((type & PERF_SAMPLE_DATA_SRC) != 0 && !TryWord(bytes, ref at, out parts.DataSrc))
            return false;
        if ((type & PERF_SAMPLE_TRANSACTION) != 0 && !TryWord(bytes, ref at, out parts.Transaction))
            return false;
        if ((type & PERF_SAMPLE_REGS_INTR) != 0 && !TryRegs(bytes, layout.RegsIntrCount, ref at, out parts.RegsIntr, out parts.RegsIntrCount))
            return false;
        if ((type & PERF_SAMPLE_PHYS_ADDR) != 0 && !TryWord(bytes, ref at, out parts.PhysAddr))
            return false;

        // The kernel writes CGROUP and the page sizes before AUX (perf_output_sample), whatever the header's comment lists.
        if ((type & PERF_SAMPLE_CGROUP) != 0 && !TryWord(bytes, ref at, out parts.Cgroup))
            return false;
        if ((type & PERF_SAMPLE_DATA_PAGE_SIZE) != 0 && !TryWord(bytes, ref at, out parts.DataPageSize))
            return false;
        if ((type & PERF_SAMPLE_CODE_PAGE_SIZE) != 0 && !TryWord(bytes, ref at, out parts.CodePageSize))
            return false;
        if ((type & PERF_SAMPLE_AUX) != 0)
        {
            if (!TryCount(bytes, ref at, 1, out parts.AuxSize))
                return false;
            parts.Aux = at;
            at += parts.AuxSize;
        }

        return true;
    }

    private static bool TrySkipRead(ReadOnlySpan<byte> bytes, ulong format, ref int at)
    {
        var times = ((format & PerfReadFormat.PERF_FORMAT_TOTAL_TIME_ENABLED) != 0 ? 8 : 0) +
            ((format & PerfReadFormat.PERF_FORMAT_TOTAL_TIME_RUNNING) != 0 ? 8 : 0);
        var entry = 8 + ((format & PerfReadFormat.PERF_FORMAT_ID) != 0 ? 8 : 0) +
            ((format & PerfReadFormat.PERF_FORMAT_LOST) != 0 ? 8 : 0);
        var count = 1UL;
        if ((format & PerfReadFormat.PERF_FORMAT_GROUP) != 0)
        {
            if (!TryWord(bytes, ref at, out var where))
                return false;
            count = MemoryMarshal.Read<ulong>(bytes[where..]);
        }

        if (count > (ulong)bytes.Length)
            return false;
        var size = times + (int)count * entry;
        if (size > bytes.Length - at)
            return false;
        at += size;
        return true;
    }

    private static bool TryBranches(ReadOnlySpan<byte> bytes, SampleLayout layout, ref int at, ref Parts parts)
    {
        parts.Branch = at;
        if (!TryWord(bytes, ref at, out var where))
            return false;
        var count = MemoryMarshal.Read<ulong>(bytes[where..]);
        if (count > (ulong)bytes.Length)
            return false;
        var each = (layout.BranchSampleType & PerfBranchSampleType.PERF_SAMPLE_BRANCH_COUNTERS) != 0 ? 32 : 24;
        var size = ((layout.BranchSampleType & PerfBranchSampleType.PERF_SAMPLE_BRANCH_HW_INDEX) != 0 ? 8 : 0) + (int)count * each;
        if (size > bytes.Length - at)
            return false;
        at += size;
        parts.BranchSize = at - parts.Branch;
        return true;
    }

    private static bool TryRegs(ReadOnlySpan<byte> bytes, int inMask, ref int at, out int offset, out int count)
    {
        count = 0;
        if (!TryWord(bytes, ref at, out offset))
            return false;
        if (MemoryMarshal.Read<ulong>(bytes[offset..]) == PerfRegsAbi.PERF_SAMPLE_REGS_ABI_NONE)
            return true;
        if (inMask * 8 > bytes.Length - at)
            return false;
        count = inMask;
        at += inMask * 8;
        return true;
    }

    private static bool TryCount(ReadOnlySpan<byte> bytes, ref int at, int each, out int count)
    {
        count = 0;
        if (bytes.Length - at < 8)
            return false;
        var value = MemoryMarshal.Read<ulong>(bytes[at..]);
        at += 8;
        if (value > (ulong)((bytes.Length - at) / each))
            return false;
        count = (int)value;
        return true;
    }

    private static bool TryWord(ReadOnlySpan<byte> bytes, ref int at, out int where)
    {
        where = at;
        if (bytes.Length - at < 8)
            return false;
        at += 8;
        return true;
    }

    /// <summary>Offsets (from the record's start, 0 when absent) and sizes of what follows the fixed fields.</summary>
    private struct Parts
    {
        public int Read, ReadSize, Callchain, CallchainCount, Raw, RawSize, Branch, BranchSize, RegsUser, RegsUserCount;
        public int Stack, StackSize, AfterStack, Weight, DataSrc, Transaction, RegsIntr, RegsIntrCount, PhysAddr, Cgroup;
        public int DataPageSize, CodePageSize, Aux, AuxSize, End;
    }
}
