using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_SWITCH_CPU_WIDE</c>: a context switch.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct SwitchCpuWideRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private SwitchCpuWideRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Process that comes (switch out) or came before (switch in).</summary>
    public uint NextPrevPid => BinaryPrimitives.ReadUInt32LittleEndian(_body[0..]);

    /// <summary>Thread that comes or came before.</summary>
    public uint NextPrevTid => BinaryPrimitives.ReadUInt32LittleEndian(_body[4..]);

    /// <summary>The task of <see cref="SampleId"/> leaves the CPU.</summary>
    public bool IsOut => (Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT) != 0;

    /// <summary>It leaves although it could run on.</summary>
    public bool IsPreempt => (Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0;

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out SwitchCpuWideRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_SWITCH_CPU_WIDE ||
            !SampleId.TrySplit(record, layout, 8, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new SwitchCpuWideRecord(record, body, id);
        return true;
    }
}
