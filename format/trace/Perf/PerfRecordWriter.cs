using System.Buffers.Binary;

namespace TraceKit.Format.Perf;

/// <summary>Builds side-band records byte for byte as the kernel would: for processes older than the recording, and for tests.</summary>
/// <remarks>Each method writes to the start of <c>destination</c> and returns the record's size.
/// <see cref="InvalidOperationException"/> when it does not fit there or in 65,535 bytes.</remarks>
public static class PerfRecordWriter
{
    /// <summary>Writes <c>PERF_RECORD_COMM</c>.</summary>
    public static int WriteComm(Span<byte> destination, SampleLayout layout, in SampleId id, uint pid, uint tid, ReadOnlySpan<byte> comm,
        bool exec = false)
    {
        var misc = PerfRecordMisc.PERF_RECORD_MISC_USER | (exec ? PerfRecordMisc.PERF_RECORD_MISC_COMM_EXEC : 0);
        var body = Begin(destination, PerfRecordType.PERF_RECORD_COMM, misc, 8 + Padded(comm), layout, id, out var size);
        BinaryPrimitives.WriteUInt32LittleEndian(body, pid);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], tid);
        comm.CopyTo(body[8..]);
        return size;
    }

    /// <summary>Writes <c>PERF_RECORD_MMAP2</c> with device and inode.</summary>
    public static int WriteMmap2(Span<byte> destination, SampleLayout layout, in SampleId id, uint pid, uint tid, ulong address, ulong length,
        ulong pageOffset, uint major, uint minor, ulong inode, ulong generation, uint protection, uint flags, ReadOnlySpan<byte> filename)
    {
        var body = BeginMmap2(destination, layout, id, 0, pid, tid, address, length, pageOffset, protection, flags, filename, out var size);
        BinaryPrimitives.WriteUInt32LittleEndian(body[32..], major);
        BinaryPrimitives.WriteUInt32LittleEndian(body[36..], minor);
        BinaryPrimitives.WriteUInt64LittleEndian(body[40..], inode);
        BinaryPrimitives.WriteUInt64LittleEndian(body[48..], generation);
        return size;
    }

    /// <summary>Writes <c>PERF_RECORD_MMAP2</c> with a build-id of at most 20 bytes (what is over is cut, as the kernel does).</summary>
    public static int WriteMmap2(Span<byte> destination, SampleLayout layout, in SampleId id, uint pid, uint tid, ulong address, ulong length,
        ulong pageOffset, ReadOnlySpan<byte> buildId, uint protection, uint flags, ReadOnlySpan<byte> filename)
    {
        var body = BeginMmap2(destination, layout, id, PerfRecordMisc.PERF_RECORD_MISC_MMAP_BUILD_ID, pid, tid, address, length, pageOffset,
            protection, flags, filename, out var size);
        if (buildId.Length > 20)
            buildId = buildId[..20];
        body[32] = (byte)buildId.Length;
        buildId.CopyTo(body[36..]);
        return size;
    }

    /// <summary>Writes <c>PERF_RECORD_FORK</c>.</summary>
    public static int WriteFork(Span<byte> destination, SampleLayout layout, in SampleId id, uint pid, uint parentPid, uint tid, uint parentTid,
        ulong time) => WriteTask(destination, PerfRecordType.PERF_RECORD_FORK, layout, id, pid, parentPid, tid, parentTid, time);

    /// <summary>Writes <c>PERF_RECORD_EXIT</c>.</summary>
    public static int WriteExit(Span<byte> destination, SampleLayout layout, in SampleId id, uint pid, uint parentPid, uint tid, uint parentTid,
        ulong time) => WriteTask(destination, PerfRecordType.PERF_RECORD_EXIT, layout, id, pid, parentPid, tid, parentTid, time);

    /// <summary>Writes <c>PERF_RECORD_LOST</c>.</summary>
    public static int WriteLost(Span<byte> destination, SampleLayout layout, in SampleId id, ulong eventId, ulong lost)
    {
        var body = Begin(destination, PerfRecordType.PERF_RECORD_LOST, 0, 16, layout, id, out var size);
        BinaryPrimitives.WriteUInt64LittleEndian(body, eventId);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], lost);
        return size;
    }

    /// <summary>Writes <c>PERF_RECORD_THROTTLE</c> or <c>PERF_RECORD_UNTHROTTLE</c>.</summary>
    public static int WriteThrottle(Span<byte> destination, SampleLayout layout, in SampleId id, bool throttle, ulong time, ulong eventId,
        ulong streamId)
    {
        var type = throttle ? PerfRecordType.PERF_RECORD_THROTTLE : PerfRecordType.PERF_RECORD_UNTHROTTLE;
        var body = Begin(destination, type, 0, 24, layout, id, out var size);
        BinaryPrimitives.WriteUInt64LittleEndian(body, time);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], eventId);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], streamId);
        return size;
    }

    /// <summary>Writes <c>PERF_RECORD_KSYMBOL</c>.</summary>
    public static int WriteKsymbol(Span<byte> destination, SampleLayout layout, in SampleId id, ulong address, uint length, ushort type,
        ushort flags, ReadOnlySpan<byte> name)
    {
        var body = Begin(destination, PerfRecordType.PERF_RECORD_KSYMBOL, 0, 16 + Padded(name), layout, id, out var size);
        BinaryPrimitives.WriteUInt64LittleEndian(body, address);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(body[12..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(body[14..], flags);
        name.CopyTo(body[16..]);
        return size;
    }

    /// <summary>Writes a record of any type with a body as it is, and the trailer.</summary>
    public static int WriteRecord(Span<byte> destination, uint type, ushort misc, ReadOnlySpan<byte> body, SampleLayout layout, in SampleId id)
    {
        body.CopyTo(Begin(destination, type, misc, body.Length, layout, id, out var size));
        return size;
    }

    private static Span<byte> BeginMmap2(Span<byte> destination, SampleLayout layout, in SampleId id, int misc, uint pid, uint tid,
        ulong address, ulong length, ulong pageOffset, uint protection, uint flags, ReadOnlySpan<byte> filename, out int size)
    {
        misc |= PerfRecordMisc.PERF_RECORD_MISC_USER | ((protection & 4) == 0 ? PerfRecordMisc.PERF_RECORD_MISC_MMAP_DATA : 0);
        var body = Begin(destination, PerfRecordType.PERF_RECORD_MMAP2, misc, 64 + Padded(filename), layout, id, out size);
        BinaryPrimitives.WriteUInt32LittleEndian(body, pid);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], tid);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(body[24..], pageOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(body[56..], protection);
        BinaryPrimitives.WriteUInt32LittleEndian(body[60..], flags);
        filename.CopyTo(body[64..]);
        return body;
    }

    private static int WriteTask(Span<byte> destination, uint type, SampleLayout layout, in SampleId id, uint pid, uint parentPid, uint tid,
        uint parentTid, ulong time)
    {
        var body = Begin(destination, type, 0, 24, layout, id, out var size);
        BinaryPrimitives.WriteUInt32LittleEndian(body, pid);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], parentPid);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], tid);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], parentTid);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], time);
        return size;
    }

    /// <summary>Bytes of a name with at least one NUL, padded to 8.</summary>
    private static int Padded(ReadOnlySpan<byte> name) => (name.Length + 8) & ~7;

    private static Span<byte> Begin(Span<byte> destination, uint type, int misc, int bodySize, SampleLayout layout, in SampleId id, out int size)
    {
        size = PerfRecord.HeaderSize + bodySize + layout.TrailerSize;
        if (size > destination.Length || size > ushort.MaxValue)
            throw new InvalidOperationException($"a record of {size} bytes does not fit");
        var record = destination[..size];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, type);
        BinaryPrimitives.WriteUInt16LittleEndian(record[4..], (ushort)misc);
        BinaryPrimitives.WriteUInt16LittleEndian(record[6..], (ushort)size);
        Trailer(record, layout.TrailerTidBack, id.Pid | (ulong)id.Tid << 32);
        Trailer(record, layout.TrailerTimeBack, id.Time);
        Trailer(record, layout.TrailerIdBack, id.Id);
        Trailer(record, layout.TrailerStreamIdBack, id.StreamId);
        Trailer(record, layout.TrailerCpuBack, id.Cpu);
        Trailer(record, layout.TrailerIdentifierBack, id.Id);
        return record.Slice(PerfRecord.HeaderSize, bodySize);
    }

    private static void Trailer(Span<byte> record, int back, ulong value)
    {
        if (back != 0)
            BinaryPrimitives.WriteUInt64LittleEndian(record[^back..], value);
    }
}
