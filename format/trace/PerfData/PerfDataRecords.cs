using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>
/// The kernel's records in a piece of a file, as the perf ABI of this machine has them: in its byte order, and with a time (<see cref="PerfDataEvents.AddsTime"/>). One per thread.
/// </summary>
/// <param name="events">The file's events, all of them.</param>
/// <param name="isBigEndian">The file's byte order; records of a big-endian one are turned around in the buffer.</param>
public sealed class PerfDataRecords(PerfDataEvents events, bool isBigEndian)
{
    private readonly byte[] _withTime = events.AddsTime ? new byte[InputLimits.PerfRecordBytes + 8] : [];
    private Memory<byte> _bytes;
    private long _order;
    private int _at;

    /// <summary>Bytes from the piece's start to the end of the record given last.</summary>
    public int Position => _at;

    /// <summary>Turns to a piece.</summary>
    /// <param name="bytes">Whole records, one after another; changed when they are big-endian.</param>
    /// <param name="order">The piece's place in the file: time of records that have none.</param>
    public void Reset(Memory<byte> bytes, long order)
    {
        _bytes = bytes;
        _order = order;
        _at = 0;
    }

    /// <summary>The next sample; what is none is passed over.</summary>
    /// <param name="record">Borrows the bytes, or a buffer that the next call uses again.</param>
    /// <param name="eventIndex">Its event; -1 when its id belongs to none.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="BadDataException">What follows is no record: the file changed since it was scanned.</exception>
    public bool TryReadSample(out PerfRecord record, out int eventIndex) => TryRead(samples: true, out record, out eventIndex);

    /// <summary>The next record that is no sample.</summary>
    /// <inheritdoc cref="TryReadSample"/>
    public bool TryReadSideBand(out PerfRecord record) => TryRead(samples: false, out record, out _);

    private bool TryRead(bool samples, out PerfRecord record, out int eventIndex)
    {
        while (_bytes.Length - _at >= PerfRecord.HeaderSize)
        {
            var bytes = _bytes.Span[_at..];
            var type = ByteOrder.Read32(bytes, isBigEndian);
            long size = ByteOrder.Read16(bytes[6..], isBigEndian);
            if (type >= PerfDataRecordType.SIMPLE_PERF_RECORD_TYPE_START)
                size += (long)ByteOrder.Read16(bytes[4..], isBigEndian) << 16;
            if (size < PerfRecord.HeaderSize || size > bytes.Length)
                BadDataException.Throw("records", (ulong)_at, BadDataCode.InvalidValue, $"a record of 8 to {bytes.Length} bytes", $"{size}");
            var start = _at;
            _at += (int)size;
            if (type >= PerfDataRecordType.PERF_RECORD_USER_TYPE_START || (type == PerfRecordType.PERF_RECORD_SAMPLE) != samples)
                continue;
            bytes = bytes[..(int)size];
            eventIndex = events.EventOf(bytes, samples, isBigEndian);
            var attribute = eventIndex >= 0 ? events.Attributes[eventIndex] : events.Attributes.Count > 0 ? events.Attributes[0] : null;
            if (isBigEndian)
            {
                RecordSwapper.SwapHeader(bytes);
                RecordSwapper.Swap(bytes, attribute);
            }

            record = new PerfRecord(events.AddsTime && attribute is not null ? WithTime(bytes, samples, attribute.Layout, _order + start + 1) : bytes);
            return true;
        }

        record = default;
        eventIndex = -1;
        return false;
    }

    /// <summary>A sample's time follows its task; so does that of other records, in their trailer.</summary>
    private ReadOnlySpan<byte> WithTime(ReadOnlySpan<byte> bytes, bool isSample, SampleLayout layout, long time)
    {
        var task = layout.Has(PerfSampleFormat.PERF_SAMPLE_TID) ? 8 : 0;
        int at;
        if (isSample)
            at = PerfRecord.HeaderSize + (layout.IdentifierOffset >= 0 ? 8 : 0) + (layout.IpOffset >= 0 ? 8 : 0) + task;
        else if (layout.SampleIdAll)
            at = bytes.Length - layout.TrailerSize + task;
        else
            return bytes;
        if (at < PerfRecord.HeaderSize || at > bytes.Length || bytes.Length + 8 > InputLimits.PerfRecordBytes)
            return bytes;
        bytes[..at].CopyTo(_withTime);
        BinaryPrimitives.WriteInt64LittleEndian(_withTime.AsSpan(at), time);
        bytes[at..].CopyTo(_withTime.AsSpan(at + 8));
        BinaryPrimitives.WriteUInt16LittleEndian(_withTime.AsSpan(6), (ushort)(bytes.Length + 8));
        return _withTime.AsSpan(0, bytes.Length + 8);
    }
}
