using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_THROTTLE</c> or <c>PERF_RECORD_UNTHROTTLE</c>.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct ThrottleRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private ThrottleRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Nanoseconds of the recording's clock.</summary>
    public ulong Time => BinaryPrimitives.ReadUInt64LittleEndian(_body[0..]);

    /// <summary>Id of the event.</summary>
    public ulong Id => BinaryPrimitives.ReadUInt64LittleEndian(_body[8..]);

    /// <summary>Id of the event on this CPU or task.</summary>
    public ulong StreamId => BinaryPrimitives.ReadUInt64LittleEndian(_body[16..]);

    /// <summary>THROTTLE, not UNTHROTTLE.</summary>
    public bool IsThrottle => Record.Type == PerfRecordType.PERF_RECORD_THROTTLE;

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out ThrottleRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_THROTTLE and not PerfRecordType.PERF_RECORD_UNTHROTTLE ||
            !SampleId.TrySplit(record, layout, 24, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new ThrottleRecord(record, body, id);
        return true;
    }
}
