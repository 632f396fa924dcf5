using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_CGROUP</c>: the path of a cgroup id.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct CgroupRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private CgroupRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Id as in PERF_SAMPLE_CGROUP.</summary>
    public ulong Id => BinaryPrimitives.ReadUInt64LittleEndian(_body[0..]);

    /// <summary>Path below the cgroup mount.</summary>
    public ReadOnlySpan<byte> Path => SideBandText.UpToNul(_body[8..]);

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out CgroupRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_CGROUP ||
            !SampleId.TrySplit(record, layout, 8, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new CgroupRecord(record, body, id);
        return true;
    }
}
