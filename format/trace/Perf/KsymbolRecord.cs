using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_KSYMBOL</c>: kernel code came or went (BPF, trampolines).</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct KsymbolRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private KsymbolRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
    {
        Record = record;
        _body = body;
        SampleId = sampleId;
    }

    /// <summary>The whole record.</summary>
    public PerfRecord Record { get; }

    /// <summary>The trailer; zeros without <c>sample_id_all</c>.</summary>
    public SampleId SampleId { get; }

    /// <summary>Where the code is.</summary>
    public ulong Address => BinaryPrimitives.ReadUInt64LittleEndian(_body[0..]);

    /// <summary>Bytes of code.</summary>
    public uint Length => BinaryPrimitives.ReadUInt32LittleEndian(_body[8..]);

    /// <summary>0 unknown, 1 BPF, 2 out of line code.</summary>
    public ushort KsymType => BinaryPrimitives.ReadUInt16LittleEndian(_body[12..]);

    /// <summary>Bit 0: the symbol goes.</summary>
    public ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(_body[14..]);

    /// <summary>The symbol.</summary>
    public ReadOnlySpan<byte> Name => SideBandText.UpToNul(_body[16..]);

    /// <summary>The symbol goes.</summary>
    public bool IsUnregister => (Flags & 1) != 0;

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out KsymbolRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_KSYMBOL ||
            !SampleId.TrySplit(record, layout, 16, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new KsymbolRecord(record, body, id);
        return true;
    }
}
