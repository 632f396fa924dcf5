using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_COMM</c>: a thread's name.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct CommRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private CommRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Process.</summary>
    public uint Pid => BinaryPrimitives.ReadUInt32LittleEndian(_body[0..]);

    /// <summary>Thread.</summary>
    public uint Tid => BinaryPrimitives.ReadUInt32LittleEndian(_body[4..]);

    /// <summary>The name; UTF-8 by custom, any bytes in truth.</summary>
    public ReadOnlySpan<byte> Comm => SideBandText.UpToNul(_body[8..]);

    /// <summary>Whether an exec caused it: the process's mappings before it are gone.</summary>
    public bool IsExec => (Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_COMM_EXEC) != 0;

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out CommRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_COMM ||
            !SampleId.TrySplit(record, layout, 8, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new CommRecord(record, body, id);
        return true;
    }
}
