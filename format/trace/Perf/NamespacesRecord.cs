using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_NAMESPACES</c>: the namespaces of a task.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct NamespacesRecord
{
    private readonly ReadOnlySpan<byte> _body;

    private NamespacesRecord(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
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

    /// <summary>Namespaces in the record.</summary>
    public ulong Count => BinaryPrimitives.ReadUInt64LittleEndian(_body[8..]);

    /// <summary>Device and inode of a namespace.</summary>
    /// <param name="index">0 net, 1 uts, 2 ipc, 3 pid, 4 user, 5 mnt, 6 cgroup.</param>
    /// <param name="device">Device of nsfs.</param>
    /// <param name="inode">Inode in nsfs: what <c>/proc/PID/ns/*</c> links show.</param>
    /// <returns>False when the record has no such namespace.</returns>
    public bool TryGet(int index, out ulong device, out ulong inode)
    {
        device = inode = 0;
        if (index < 0 || (ulong)index >= Count || _body.Length - 16 < (index + 1) * 16)
            return false;
        device = BinaryPrimitives.ReadUInt64LittleEndian(_body[(16 + index * 16)..]);
        inode = BinaryPrimitives.ReadUInt64LittleEndian(_body[(24 + index * 16)..]);
        return true;
    }

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out NamespacesRecord result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_NAMESPACES ||
            !SampleId.TrySplit(record, layout, 16, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new NamespacesRecord(record, body, id);
        return true;
    }
}
