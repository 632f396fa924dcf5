using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>The kernel's records in a piece of a file, in this machine's byte order. One per thread.</summary>
/// <param name="events">The file's events, all of them.</param>
/// <param name="isBigEndian">The file's byte order; records of a big-endian one are turned around in the buffer.</param>
public sealed class PerfDataRecords(PerfDataEvents events, bool isBigEndian)
{
    private Memory<byte> _bytes;
    private int _at;

    /// <summary>Bytes from the piece's start to the end of the record given last.</summary>
    public int Position => _at;

    /// <summary>Turns to a piece.</summary>
    /// <param name="bytes">Whole records, one after another; changed when they are big-endian.</param>
    public void Reset(Memory<byte> bytes)
    {
        _bytes = bytes;
        _at = 0;
    }

    /// <summary>The next sample; what is none is passed over.</summary>
    /// <param name="record">Borrows the bytes.</param>
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
            _at += (int)size;
            if (type >= PerfDataRecordType.PERF_RECORD_USER_TYPE_START || (type == PerfRecordType.PERF_RECORD_SAMPLE) != samples)
                continue;
            bytes = bytes[..(int)size];
            eventIndex = events.EventOf(bytes, samples, isBigEndian);
            if (isBigEndian)
            {
                RecordSwapper.SwapHeader(bytes);
                RecordSwapper.Swap(bytes, eventIndex >= 0 ? events.Attributes[eventIndex].Layout : events.Attributes.Count > 0 ? events.Attributes[0].Layout : null);
            }

            record = new PerfRecord(bytes);
            return true;
        }

        record = default;
        eventIndex = -1;
        return false;
    }
}
