using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_BPF_EVENT</c>: a BPF program was loaded or unloaded.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct BpfEventRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private BpfEventRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>0 unknown, 1 loaded, 2 unloaded.</summary>
    public ushort EventType => BinaryPrimitives.ReadUInt16LittleEndian(_body[0..]);

    /// <summary>Reserved.</summary>
    public ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(_body[2..]);

    /// <summary>Id of the program.</summary>
    public uint ProgramId => BinaryPrimitives.ReadUInt32LittleEndian(_body[4..]);

    /// <summary>Tag of the program, 8 bytes.</summary>
    public ReadOnlySpan<byte> Tag => _body.Slice(8, 8);

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out BpfEventRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_BPF_EVENT ||
            !SampleId.TrySplit(record, layout, 16, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new BpfEventRecord(record, body, id);
        return true;
    }
}
