using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_LOST_SAMPLES</c>: the PMU driver lost samples.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct LostSamplesRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private LostSamplesRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Count of samples lost.</summary>
    public ulong Lost => BinaryPrimitives.ReadUInt64LittleEndian(_body[0..]);

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out LostSamplesRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_LOST_SAMPLES ||
            !SampleId.TrySplit(record, layout, 8, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new LostSamplesRecord(record, body, id);
        return true;
    }
}
