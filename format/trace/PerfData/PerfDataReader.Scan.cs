using System.Buffers;
using System.Globalization;
using TraceKit.Binary;
using TraceKit.Format.Perf;
using static TraceKit.Format.PerfData.PerfDataRecordType;

namespace TraceKit.Format.PerfData;

public sealed partial class PerfDataReader
{
    /// <summary>Read at once where records are short.</summary>
    private const int WindowBytes = 1 << 20;

    /// <summary>Of a sample, all fields of fixed size lie in this much.</summary>
    private const int SampleStart = 128;

    /// <summary>From this size on a sample's rest is passed over, not read.</summary>
    private const int LongSample = 2048;

    private byte[] _window = [];
    private long _windowStart;
    private int _windowLength;
    private ArrayBufferWriter<byte>? _inflated;
    private IPerfDataInflater? _inflater;
    private bool _inflaterFailed;
    private CounterReads? _reads;

    /// <summary>Reads all records once, in the order of the file. Those that bring metadata are taken in, the kernel's are told.</summary>
    /// <param name="visitor">Is told of each record of the kernel.</param>
    /// <param name="inflater">Makes a zstd stream; null when there is none at hand.</param>
    /// <param name="parts">Where records stand when not in one piece (a folder of files); null for the file's own data.</param>
    public void Scan(IPerfDataVisitor visitor, Func<IPerfDataInflater>? inflater, IReadOnlyList<(long Start, long End)>? parts = null)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        _window = new byte[Math.Max(SampleStart, (int)Math.Min(WindowBytes, _input.Length))];
        (_windowStart, _windowLength) = (0, 0);
        foreach (var (start, end) in parts ?? [(DataStart, DataEnd)])
        {
            _inflaterFailed = false;
            _inflated?.Clear();
            ScanPart(visitor, inflater, start, end);
            if (_inflated is { WrittenCount: > 0 } rest)
                AddDamage(end, rest.WrittenCount, $"compressed records end within a record, after {rest.WrittenCount} bytes of it");
            _inflater?.Dispose();
            _inflater = null;
        }

        _window = [];
        if (Header.IsPipe)
            Complete();
    }

    private void ScanPart(IPerfDataVisitor visitor, Func<IPerfDataInflater>? inflater, long at, long end)
    {
        var size = 0L;
        for (; at < end; at += size)
        {
            var left = end - at;
            if (left < PerfRecord.HeaderSize || !TryWindow(at, PerfRecord.HeaderSize, size, out var bytes))
            {
                AddDamage(at, left, $"{left} bytes after the last record");
                return;
            }

            var type = ByteOrder.Read32(bytes, Header.IsBigEndian);
            size = SizeOf(type, bytes);
            if (size < PerfRecord.HeaderSize)
            {
                AddDamage(at, left, $"a record of type {Describe(type)} with {size} bytes: nothing after it can be found");
                return;
            }

            if (PerfDataHeader.IsPerfData(bytes))
            {
                AddDamage(at, left, "another perf.data begins here (two recordings one after another): only the first is read, as perf does");
                return;
            }

            if (size > left)
            {
                AddDamage(at, left, $"the data end within a record of type {Describe(type)}: {left} of {size} bytes");
                return;
            }

            Count(type, size);
            var wanted = type == PerfRecordType.PERF_RECORD_SAMPLE && size >= LongSample && !Metadata.Events.HasReads ? SampleStart : (int)Math.Min(size, InputLimits.PerfRecordBytes);
            if (!TryWindow(at, wanted, size, out bytes))
            {
                AddDamage(at, left, "the file ends within a record");
                return;
            }

            if (type < PERF_RECORD_USER_TYPE_START)
            {
                Tell(visitor, bytes, (int)size, at, type);
            }
            else
            {
                var payload = TakeUserRecord(visitor, inflater, type, bytes, at, end);
                if (payload > left - size)
                {
                    AddDamage(at, left, $"the data end within what follows a record of type {Describe(type)}");
                    return;
                }

                visitor.OnSkipped(at, size); // what follows it is no record
                size += payload;
            }
        }
    }

    private long SizeOf(uint type, ReadOnlySpan<byte> header)
    {
        long size = ByteOrder.Read16(header[6..], Header.IsBigEndian);
        return type >= SIMPLE_PERF_RECORD_TYPE_START ? size + ((long)ByteOrder.Read16(header[4..], Header.IsBigEndian) << 16) : size;
    }

    private void Tell(IPerfDataVisitor visitor, ReadOnlySpan<byte> bytes, int size, long offset, uint type)
    {
        var isSample = type == PerfRecordType.PERF_RECORD_SAMPLE;
        var index = -1;
        ulong time = 0;
        if (isSample)
        {
            index = Metadata.Events.EventOf(bytes, isSample: true, Header.IsBigEndian);
            if (index >= 0 && Metadata.Events.Attributes[index].Layout.TimeOffset is > 0 and var at && at + 8 <= bytes.Length)
                time = ByteOrder.Read64(bytes[at..], Header.IsBigEndian);
            if (index >= 0 && Metadata.Events.HasReads && TellCounters(visitor, bytes, Metadata.Events.Attributes[index], time, offset))
                return;
        }

        visitor.OnRecord(new PerfDataItem(bytes, size, offset, type, index, time));
    }

    private bool TellCounters(IPerfDataVisitor visitor, ReadOnlySpan<byte> bytes, PerfDataAttribute attribute, ulong time, long offset)
    {
        if (!attribute.Layout.Has(PerfSampleFormat.PERF_SAMPLE_READ))
            return false;
        _reads ??= new CounterReads(Header.IsBigEndian);
        var isExpanded = _reads.TryExpand(bytes, attribute, made => visitor.OnRecord(
            new PerfDataItem(made, made.Length, -1, PerfRecordType.PERF_RECORD_SAMPLE, Metadata.Events.EventOf(made, isSample: true, Header.IsBigEndian), time)));
        if (isExpanded && offset >= 0)
            visitor.OnSkipped(offset, bytes.Length);
        return isExpanded;
    }

    /// <summary>Bytes at a place; of long records only what is wanted is read.</summary>
    private bool TryWindow(long at, int count, long previousSize, out ReadOnlySpan<byte> bytes)
    {
        var inside = at - _windowStart;
        if (inside < 0 || inside + count > _windowLength)
        {
            var length = previousSize >= LongSample && count <= SampleStart ? SampleStart : _window.Length;
            _windowStart = at;
            _windowLength = _input.Read(at, _window.AsSpan(0, length));
            inside = 0;
            if (_windowLength < count)
            {
                bytes = default;
                return false;
            }
        }

        bytes = _window.AsSpan((int)inside, count);
        return true;
    }

    /// <summary>A record that perf wrote for itself.</summary>
    /// <returns>Bytes that follow the record and belong to it.</returns>
    private long TakeUserRecord(IPerfDataVisitor visitor, Func<IPerfDataInflater>? inflater, uint type, ReadOnlySpan<byte> record, long at, long end)
    {
        switch (type)
        {
            case PERF_RECORD_COMPRESSED:
                Inflate(visitor, inflater, record[PerfRecord.HeaderSize..], at);
                return 0;
            case PERF_RECORD_COMPRESSED2 when record.Length >= 16:
                var size = ByteOrder.Read64(record[8..], Header.IsBigEndian);
                Inflate(visitor, inflater, record[16..(16 + (int)Math.Min(size, (ulong)record.Length - 16))], at);
                return 0;
            case PERF_RECORD_AUXTRACE when record.Length >= 16:
                var aux = (long)Math.Min(ByteOrder.Read64(record[8..], Header.IsBigEndian), long.MaxValue);
                AuxBytes += Math.Min(aux, end - at);
                return aux;
            case PERF_RECORD_AUXTRACE_INFO when record.Length >= 12:
                AuxKind = PerfDataRecordType.AuxKind(ByteOrder.Read32(record[8..], Header.IsBigEndian));
                return 0;
            default:
                return TakeMetadataRecord(type, record, at);
        }
    }

    private void Inflate(IPerfDataVisitor visitor, Func<IPerfDataInflater>? inflater, ReadOnlySpan<byte> stored, long at)
    {
        if (_inflaterFailed)
            return;
        if (inflater is null)
        {
            _inflaterFailed = true;
            AddDamage(at, stored.Length, "records are compressed, and there is no zstd here");
            return;
        }

        _inflated ??= new ArrayBufferWriter<byte>(WindowBytes);
        _inflater ??= inflater();
        if (!_inflater.TryInflate(stored, _inflated))
        {
            // A stream cannot go on after that; what it gave before counts.
            _inflaterFailed = true;
            AddDamage(at, stored.Length, "compressed records are damaged from here on");
        }

        TellInflated(visitor, at);
    }

    private void TellInflated(IPerfDataVisitor visitor, long at)
    {
        var bytes = _inflated!.WrittenSpan;
        var done = 0;
        while (bytes.Length - done >= PerfRecord.HeaderSize)
        {
            var type = ByteOrder.Read32(bytes[done..], Header.IsBigEndian);
            var size = SizeOf(type, bytes[done..]);
            if (size < PerfRecord.HeaderSize)
            {
                _inflaterFailed = true;
                AddDamage(at, bytes.Length - done, string.Create(CultureInfo.InvariantCulture, $"a compressed record of type {Describe(type)} with {size} bytes: nothing after it can be found"));
                _inflated.Clear();
                return;
            }

            if (size > bytes.Length - done)
                break;
            Count(type, size);
            if (type < PERF_RECORD_USER_TYPE_START)
                Tell(visitor, bytes.Slice(done, (int)size), (int)size, -1, type);
            done += (int)size;
        }

        // What is left is the beginning of a record that the next piece ends.
        var rest = bytes[done..].ToArray();
        _inflated.Clear();
        _inflated.Write(rest);
    }
}
