using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_LOST</c>: the ring was full.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct LostRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private LostRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Id of the event.</summary>
    public ulong Id => BinaryPrimitives.ReadUInt64LittleEndian(_body[0..]);

    /// <summary>Count of records lost.</summary>
    public ulong Lost => BinaryPrimitives.ReadUInt64LittleEndian(_body[8..]);

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out LostRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_LOST ||
            !SampleId.TrySplit(record, layout, 16, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new LostRecord(record, body, id);
        return true;
    }
}
