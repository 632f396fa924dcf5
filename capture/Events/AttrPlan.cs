using System.Runtime.InteropServices;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Events;

/// <summary>Decides what each event asks of the kernel: as little as the analysis needs, because every byte of a record costs the traced program too.</summary>
internal static class AttrPlan
{
    private const ulong DefaultFrequency = 99;

    /// <summary>perf_regs.h of x86: BX BP SP IP R12 R13 R14 R15: where to start, and what unwinding tables can restore from (the System V ABI's callee-saved).</summary>
    private const ulong X64Registers = (1UL << 1) | (1UL << 6) | (1UL << 7) | (1UL << 8) | (0xFUL << 20);

    /// <summary>perf_regs.h of arm64: x19…x28, x29 (FP), x30 (LR), SP, PC.</summary>
    private const ulong Arm64Registers = ((1UL << 33) - 1) & ~((1UL << 19) - 1);

    /// <summary>The attr of a sampling event.</summary>
    /// <param name="needsId">Whether records of several events share a ring and must say whose they are.</param>
    public static PerfEventAttr ForEvent(TracedEvent traced, RecordOptions options, bool needsId)
    {
        var attr = Common(needsId);
        attr.Type = traced.Type;
        attr.Config = traced.Config;
        attr.SampleType |= PerfSampleFormat.PERF_SAMPLE_IP;
        if (traced.IsTracepoint)
            attr.SampleType |= PerfSampleFormat.PERF_SAMPLE_RAW;
        SetPeriod(attr, traced, options);
        if (options.CallGraph != CallGraph.None)
            attr.SampleType |= PerfSampleFormat.PERF_SAMPLE_CALLCHAIN;
        if (options.CallGraph == CallGraph.Dwarf)
        {
            attr.SampleType |= PerfSampleFormat.PERF_SAMPLE_REGS_USER | PerfSampleFormat.PERF_SAMPLE_STACK_USER;
            attr.SampleRegsUser = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Arm64Registers : X64Registers;
            attr.SampleStackUser = (uint)options.StackBytes;
            attr.Flags |= PerfAttrFlags.exclude_callchain_user;
        }

        if (traced.ExcludeUser)
            attr.Flags |= PerfAttrFlags.exclude_user;
        if (traced.ExcludeKernel)
            attr.Flags |= PerfAttrFlags.exclude_kernel;
        return attr;
    }

    /// <summary>The side-band carrier: an event that never fires, whose ring gets the mappings, names and ends of processes.</summary>
    public static PerfEventAttr ForSideBand(bool needsId)
    {
        var attr = Common(needsId);
        attr.Type = EventNames.PERF_TYPE_SOFTWARE;
        attr.Config = EventNames.PERF_COUNT_SW_DUMMY;
        attr.SamplePeriodOrFrequency = 1;
        attr.Flags |= PerfAttrFlags.mmap | PerfAttrFlags.mmap2 | PerfAttrFlags.comm | PerfAttrFlags.comm_exec | PerfAttrFlags.task | PerfAttrFlags.ksymbol | PerfAttrFlags.build_id
            | PerfAttrFlags.exclude_kernel;
        return attr;
    }

    private static PerfEventAttr Common(bool needsId) => new()
    {
        // Time and thread in every record, the same in both kinds of events: their trailers have one layout.
        SampleType = PerfSampleFormat.PERF_SAMPLE_TID | PerfSampleFormat.PERF_SAMPLE_TIME | (needsId ? PerfSampleFormat.PERF_SAMPLE_IDENTIFIER : 0),
        ReadFormat = PerfReadFormat.PERF_FORMAT_ID | PerfReadFormat.PERF_FORMAT_LOST,
        Flags = PerfAttrFlags.disabled | PerfAttrFlags.sample_id_all | PerfAttrFlags.use_clockid | PerfAttrFlags.watermark | PerfAttrFlags.exclude_guest,
        ClockId = Libc.CLOCK_MONOTONIC,
    };

    private static void SetPeriod(PerfEventAttr attr, TracedEvent traced, RecordOptions options)
    {
        if (options.Count is { } count)
        {
            attr.SamplePeriodOrFrequency = (ulong)count;
            return;
        }

        if (traced.IsTracepoint)
        {
            // Every hit. A rate is for what ticks: thinning a tracepoint by -F would silently lose most of it.
            attr.SamplePeriodOrFrequency = 1;
            return;
        }

        var frequency = LimitFrequency((ulong)(options.Frequency ?? (long)DefaultFrequency));
        if (traced.IsClock)
        {
            // The period of a clock is its time: constant, so no record needs to carry it.
            attr.SamplePeriodOrFrequency = Math.Max(1, 1_000_000_000 / frequency);
            return;
        }

        attr.SamplePeriodOrFrequency = frequency;
        attr.Flags |= PerfAttrFlags.freq;
        attr.SampleType |= PerfSampleFormat.PERF_SAMPLE_PERIOD;
    }

    private static ulong LimitFrequency(ulong wanted)
    {
        if (KernelFeatures.Setting("perf_event_max_sample_rate") is not { } limit || limit <= 0 || wanted <= (ulong)limit)
            return wanted;
        Terminal.Notice($"-F {wanted}: the kernel allows {limit} samples a second (kernel.perf_event_max_sample_rate); sampling at {limit}");
        return (ulong)limit;
    }
}
