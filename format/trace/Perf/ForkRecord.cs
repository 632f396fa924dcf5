using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_FORK</c> or <c>PERF_RECORD_EXIT</c>: a thread began or ended.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct ForkRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private ForkRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Process of the thread.</summary>
    public uint Pid => BinaryPrimitives.ReadUInt32LittleEndian(_body[0..]);

    /// <summary>Process of the parent.</summary>
    public uint ParentPid => BinaryPrimitives.ReadUInt32LittleEndian(_body[4..]);

    /// <summary>Thread.</summary>
    public uint Tid => BinaryPrimitives.ReadUInt32LittleEndian(_body[8..]);

    /// <summary>Thread that forked.</summary>
    public uint ParentTid => BinaryPrimitives.ReadUInt32LittleEndian(_body[12..]);

    /// <summary>Nanoseconds of the recording's clock.</summary>
    public ulong Time => BinaryPrimitives.ReadUInt64LittleEndian(_body[16..]);

    /// <summary>EXIT, not FORK.</summary>
    public bool IsExit => Record.Type == PerfRecordType.PERF_RECORD_EXIT;

    /// <summary>A new process, not a new thread of one.</summary>
    public bool IsNewProcess => Pid != ParentPid;

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out ForkRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_FORK and not PerfRecordType.PERF_RECORD_EXIT ||
            !SampleId.TrySplit(record, layout, 24, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new ForkRecord(record, body, id);
        return true;
    }
}
