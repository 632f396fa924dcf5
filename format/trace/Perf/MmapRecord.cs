using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_MMAP</c>: a mapping, without device and inode.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct MmapRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private MmapRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
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

    /// <summary>Where the mapping begins.</summary>
    public ulong Address => BinaryPrimitives.ReadUInt64LittleEndian(_body[8..]);

    /// <summary>Bytes of the mapping.</summary>
    public ulong Length => BinaryPrimitives.ReadUInt64LittleEndian(_body[16..]);

    /// <summary>Bytes from the file's start to what is mapped (<c>pgoff</c>).</summary>
    public ulong PageOffset => BinaryPrimitives.ReadUInt64LittleEndian(_body[24..]);

    /// <summary>Path in the mount namespace of the process, or <c>[vdso]</c>, <c>//anon</c> …; UTF-8, no NUL.</summary>
    public ReadOnlySpan<byte> Filename => SideBandText.UpToNul(_body[32..]);

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out MmapRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_MMAP ||
            !SampleId.TrySplit(record, layout, 32, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new MmapRecord(record, body, id);
        return true;
    }
}
