using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary><c>PERF_RECORD_MMAP2</c>: a mapping with device and inode, or with a build-id.</summary>
/// <remarks>Borrows the record's bytes.</remarks>
public readonly ref struct Mmap2Record
{
    private readonly ReadOnlySpan<byte> _body;

    private Mmap2Record(PerfRecord record, ReadOnlySpan<byte> body, SampleId sampleId)
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

    /// <summary>PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4.</summary>
    public uint Protection => BinaryPrimitives.ReadUInt32LittleEndian(_body[56..]);

    /// <summary>MAP_SHARED 1, MAP_PRIVATE 2 …</summary>
    public uint MapFlags => BinaryPrimitives.ReadUInt32LittleEndian(_body[60..]);

    /// <summary>Path in the mount namespace of the process, or <c>[vdso]</c>, <c>//anon</c> …; UTF-8, no NUL.</summary>
    public ReadOnlySpan<byte> Filename => SideBandText.UpToNul(_body[64..]);

    /// <summary>Whether a build-id stands in the place of device and inode (PERF_RECORD_MISC_MMAP_BUILD_ID).</summary>
    public bool HasBuildId => (Record.Misc & PerfRecordMisc.PERF_RECORD_MISC_MMAP_BUILD_ID) != 0;

    /// <summary>The build-id; empty when there is none.</summary>
    public ReadOnlySpan<byte> BuildId => HasBuildId ? _body.Slice(36, Math.Min((int)_body[32], 20)) : default;

    /// <summary>Device number's major part; 0 with a build-id.</summary>
    public uint Major => HasBuildId ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_body[32..]);

    /// <summary>Device number's minor part; 0 with a build-id.</summary>
    public uint Minor => HasBuildId ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_body[36..]);

    /// <summary>Inode; 0 with a build-id.</summary>
    public ulong Inode => HasBuildId ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(_body[40..]);

    /// <summary>Generation of the inode; 0 with a build-id.</summary>
    public ulong InodeGeneration => HasBuildId ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(_body[48..]);

    /// <summary>Views <paramref name="record"/>.</summary>
    /// <returns>False when it is of another type or too short.</returns>
    public static bool TryParse(PerfRecord record, SampleLayout layout, out Mmap2Record result)
    {
        if (record.Type is not PerfRecordType.PERF_RECORD_MMAP2 ||
            !SampleId.TrySplit(record, layout, 64, out var body, out var id))
        {
            result = default;
            return false;
        }

        result = new Mmap2Record(record, body, id);
        return true;
    }
}
