using System.Buffers.Binary;
using TraceKit.Format.Perf;
using static TraceKit.Format.Perf.PerfRecordType;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Format.PerfData;

/// <summary>Turns records of a big-endian recording into this machine's order, in place: sizes and places stay.</summary>
/// <remarks>Raw data of tracepoints by their formats; stacks and AUX data stay as they are.</remarks>
internal static class RecordSwapper
{
    /// <summary>Turns the 8 bytes of a header around.</summary>
    public static void SwapHeader(Span<byte> record)
    {
        ByteOrder.Swap32(record, 0, 1);
        ByteOrder.Swap16(record, 4, 2);
    }

    /// <summary>Turns a record around whose header already is.</summary>
    /// <param name="record">The whole record.</param>
    /// <param name="attribute">Its event; null when unknown: then only what every record of the type has.</param>
    public static void Swap(Span<byte> record, PerfDataAttribute? attribute)
    {
        var layout = attribute?.Layout;
        var type = BinaryPrimitives.ReadUInt32LittleEndian(record);
        if (type == PERF_RECORD_SAMPLE)
        {
            if (layout is not null)
                SwapSample(record, attribute!.ToldLayout, attribute.Raw);
            return;
        }

        var end = record.Length - (layout?.TrailerSize ?? 0);
        if (end < PerfRecord.HeaderSize)
            return;
        SwapBody(record[..end], type);
        if (layout is not null)
            SwapTrailer(record[end..], layout.SampleType);
    }

    private static void SwapBody(Span<byte> r, uint type)
    {
        switch (type)
        {
            case PERF_RECORD_MMAP:
                ByteOrder.Swap32(r, 8, 2);
                ByteOrder.Swap64(r, 16, 3);
                break;
            case PERF_RECORD_MMAP2:
                ByteOrder.Swap32(r, 8, 2);
                ByteOrder.Swap64(r, 16, 3);
                if ((BinaryPrimitives.ReadUInt16LittleEndian(r[4..]) & PerfRecordMisc.PERF_RECORD_MISC_MMAP_BUILD_ID) == 0)
                {
                    ByteOrder.Swap32(r, 40, 2);
                    ByteOrder.Swap64(r, 48, 2);
                }

                ByteOrder.Swap32(r, 64, 2);
                break;
            case PERF_RECORD_COMM or PERF_RECORD_ITRACE_START or PERF_RECORD_SWITCH_CPU_WIDE:
                ByteOrder.Swap32(r, 8, 2);
                break;
            case PERF_RECORD_FORK or PERF_RECORD_EXIT:
                ByteOrder.Swap32(r, 8, 4);
                ByteOrder.Swap64(r, 24, 1);
                break;
            case PERF_RECORD_READ:
                ByteOrder.Swap32(r, 8, 2);
                ByteOrder.Swap64(r, 16, r.Length / 8);
                break;
            case PERF_RECORD_NAMESPACES:
                ByteOrder.Swap32(r, 8, 2);
                ByteOrder.Swap64(r, 16, r.Length / 8);
                break;
            case PERF_RECORD_KSYMBOL:
                ByteOrder.Swap64(r, 8, 1);
                ByteOrder.Swap32(r, 16, 1);
                ByteOrder.Swap16(r, 20, 2);
                break;
            case PERF_RECORD_BPF_EVENT:
                ByteOrder.Swap16(r, 8, 2);
                ByteOrder.Swap32(r, 12, 1);
                break;
            case PERF_RECORD_CGROUP:
                ByteOrder.Swap64(r, 8, 1);
                break;
            case PERF_RECORD_TEXT_POKE:
                ByteOrder.Swap64(r, 8, 1);
                ByteOrder.Swap16(r, 16, 2);
                break;
            case PERF_RECORD_LOST or PERF_RECORD_THROTTLE or PERF_RECORD_UNTHROTTLE or PERF_RECORD_AUX or PERF_RECORD_LOST_SAMPLES
                or PERF_RECORD_AUX_OUTPUT_HW_ID or PERF_RECORD_CALLCHAIN_DEFERRED:
                ByteOrder.Swap64(r, 8, r.Length / 8);
                break;
        }
    }

    private static void SwapTrailer(Span<byte> trailer, ulong type)
    {
        var at = 0;
        Field(trailer, type, PERF_SAMPLE_TID, ref at, halves: true);
        Field(trailer, type, PERF_SAMPLE_TIME, ref at);
        Field(trailer, type, PERF_SAMPLE_ID, ref at);
        Field(trailer, type, PERF_SAMPLE_STREAM_ID, ref at);
        Field(trailer, type, PERF_SAMPLE_CPU, ref at, halves: true);
        Field(trailer, type, PERF_SAMPLE_IDENTIFIER, ref at);
    }

    private static void SwapSample(Span<byte> r, SampleLayout layout, RawSwapper? raw)
    {
        var type = layout.SampleType;
        var at = PerfRecord.HeaderSize;
        Field(r, type, PERF_SAMPLE_IDENTIFIER, ref at);
        Field(r, type, PERF_SAMPLE_IP, ref at);
        Field(r, type, PERF_SAMPLE_TID, ref at, halves: true);
        Field(r, type, PERF_SAMPLE_TIME, ref at);
        Field(r, type, PERF_SAMPLE_ADDR, ref at);
        Field(r, type, PERF_SAMPLE_ID, ref at);
        Field(r, type, PERF_SAMPLE_STREAM_ID, ref at);
        Field(r, type, PERF_SAMPLE_CPU, ref at, halves: true);
        Field(r, type, PERF_SAMPLE_PERIOD, ref at);
        if ((type & PERF_SAMPLE_READ) != 0)
        {
            var times = Bit(layout.ReadFormat, PerfReadFormat.PERF_FORMAT_TOTAL_TIME_ENABLED) + Bit(layout.ReadFormat, PerfReadFormat.PERF_FORMAT_TOTAL_TIME_RUNNING);
            var entry = 1 + Bit(layout.ReadFormat, PerfReadFormat.PERF_FORMAT_ID) + Bit(layout.ReadFormat, PerfReadFormat.PERF_FORMAT_LOST);
            var count = (layout.ReadFormat & PerfReadFormat.PERF_FORMAT_GROUP) != 0 ? Word(r, ref at) : 1;
            Words(r, ref at, (ulong)times + Math.Min(count, (ulong)r.Length) * (ulong)entry);
        }

        if ((type & PERF_SAMPLE_CALLCHAIN) != 0)
            Words(r, ref at, Word(r, ref at));
        if ((type & PERF_SAMPLE_RAW) != 0)
        {
            ByteOrder.Swap32(r, at, 1);
            var start = Math.Min(at + 4, r.Length);
            at = start == at + 4 ? Skip(r, start, BinaryPrimitives.ReadUInt32LittleEndian(r[at..])) : r.Length;
            raw?.Swap(r[start..at]);
        }

        if ((type & PERF_SAMPLE_BRANCH_STACK) != 0)
            SwapBranches(r, layout, ref at);
        if ((type & PERF_SAMPLE_REGS_USER) != 0 && Word(r, ref at) != PerfRegsAbi.PERF_SAMPLE_REGS_ABI_NONE)
            Words(r, ref at, (ulong)layout.RegsUserCount);
        if ((type & PERF_SAMPLE_STACK_USER) != 0 && Word(r, ref at) is var size && size != 0)
        {
            at = Skip(r, at, size);
            Word(r, ref at);
        }

        if ((type & (PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT)) != 0)
            Word(r, ref at);
        Field(r, type, PERF_SAMPLE_DATA_SRC, ref at);
        Field(r, type, PERF_SAMPLE_TRANSACTION, ref at);
        if ((type & PERF_SAMPLE_REGS_INTR) != 0 && Word(r, ref at) != PerfRegsAbi.PERF_SAMPLE_REGS_ABI_NONE)
            Words(r, ref at, (ulong)layout.RegsIntrCount);
        Field(r, type, PERF_SAMPLE_PHYS_ADDR, ref at);
        Field(r, type, PERF_SAMPLE_CGROUP, ref at);
        Field(r, type, PERF_SAMPLE_DATA_PAGE_SIZE, ref at);
        Field(r, type, PERF_SAMPLE_CODE_PAGE_SIZE, ref at);
        if ((type & PERF_SAMPLE_AUX) != 0)
            Word(r, ref at);
    }

    private static void SwapBranches(Span<byte> r, SampleLayout layout, ref int at)
    {
        var count = Math.Min(Word(r, ref at), (ulong)r.Length);
        if ((layout.BranchSampleType & PerfBranchSampleType.PERF_SAMPLE_BRANCH_HW_INDEX) != 0)
            Word(r, ref at);
        for (var left = count; left > 0 && at + 24 <= r.Length; left--)
        {
            Word(r, ref at);
            Word(r, ref at);
            ByteOrder.SwapFlags(r.Slice(at, 8)); // mispred:1, predicted:1, …, cycles:16, …: the many-bit fields need their own bits turned back
            var flags = BinaryPrimitives.ReadUInt64LittleEndian(r[at..]);
            flags = (flags & 0xf) | Reverse(flags >> 4, 16) << 4 | Reverse(flags >> 20, 4) << 20 | Reverse(flags >> 24, 2) << 24 | Reverse(flags >> 26, 4) << 26 | Reverse(flags >> 30, 3) << 30;
            BinaryPrimitives.WriteUInt64LittleEndian(r[at..], flags);
            at += 8;
        }

        if ((layout.BranchSampleType & PerfBranchSampleType.PERF_SAMPLE_BRANCH_COUNTERS) != 0)
            Words(r, ref at, count);
    }

    private static ulong Reverse(ulong value, int bits)
    {
        ulong result = 0;
        for (var i = 0; i < bits; i++)
            result |= (value >> i & 1) << (bits - 1 - i);
        return result;
    }

    private static int Bit(ulong bits, ulong flag) => (bits & flag) != 0 ? 1 : 0;

    private static void Field(Span<byte> r, ulong type, ulong field, ref int at, bool halves = false)
    {
        if ((type & field) == 0)
            return;
        if (halves)
            ByteOrder.Swap32(r, at, 2);
        else
            ByteOrder.Swap64(r, at, 1);
        at += 8;
    }

    /// <summary>Turns one word around and gives it; 0 past the end.</summary>
    private static ulong Word(Span<byte> r, ref int at)
    {
        if (at + 8 > r.Length)
        {
            at = r.Length;
            return 0;
        }

        ByteOrder.Swap64(r, at, 1);
        at += 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(r[(at - 8)..]);
    }

    private static void Words(Span<byte> r, ref int at, ulong count)
    {
        var fitting = (int)Math.Min(count, (ulong)((r.Length - Math.Min(at, r.Length)) / 8));
        ByteOrder.Swap64(r, at, fitting);
        at += fitting * 8;
    }

    private static int Skip(Span<byte> r, int at, ulong size) => size > (ulong)(r.Length - at) ? r.Length : at + (int)size;
}
