using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>A record of the kernel as a scan meets it.</summary>
/// <param name="bytes">Its bytes in the file's own order; of a long sample only the beginning, with all fields of fixed size.</param>
/// <param name="size">Bytes of the whole record.</param>
/// <param name="offset">Where it stands in the input; -1 when it was inflated.</param>
/// <param name="type"><see cref="PerfRecordType"/>.</param>
/// <param name="eventIndex">Its event; -1 when its id belongs to none.</param>
/// <param name="time">Time of a sample; 0 when it has none.</param>
public readonly ref struct PerfDataItem(ReadOnlySpan<byte> bytes, int size, long offset, uint type, int eventIndex, ulong time)
{
    /// <summary>Its bytes in the file's own order; of a long sample only the beginning.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Bytes of the whole record.</summary>
    public int Size { get; } = size;

    /// <summary>Where it stands in the input; -1 when it was inflated.</summary>
    public long Offset { get; } = offset;

    /// <summary><see cref="PerfRecordType"/>.</summary>
    public uint Type { get; } = type;

    /// <summary>Whether it is a sample.</summary>
    public bool IsSample => Type == PerfRecordType.PERF_RECORD_SAMPLE;

    /// <summary>Its event; -1 when its id belongs to none.</summary>
    public int EventIndex { get; } = eventIndex;

    /// <summary>Nanoseconds of a sample; 0 when it has no time, and for other records.</summary>
    public ulong Time { get; } = time;
}

/// <summary>Who is told what a scan meets, in the order of the file.</summary>
public interface IPerfDataVisitor
{
    /// <summary>A record of the kernel.</summary>
    void OnRecord(in PerfDataItem item);

    /// <summary>Bytes of records that perf wrote for itself: nothing for an analysis is in them.</summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="size">How many.</param>
    void OnSkipped(long offset, long size);
}

/// <summary>Something of the file that could not be read.</summary>
/// <param name="Offset">Where.</param>
/// <param name="Bytes">How many bytes are unusable.</param>
/// <param name="Detail">One line for a user.</param>
public sealed record PerfDataDamage(long Offset, long Bytes, string Detail);

/// <summary>How many records of a type there are.</summary>
/// <param name="Records">Count.</param>
/// <param name="Bytes">Bytes, headers included.</param>
public readonly record struct PerfDataCount(long Records, long Bytes);
