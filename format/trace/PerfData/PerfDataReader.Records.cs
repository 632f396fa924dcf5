using System.Buffers;
using System.Text;
using TraceKit.Format.Perf;
using static TraceKit.Format.PerfData.PerfDataRecordType;

namespace TraceKit.Format.PerfData;

/// <content>Metadata that come as records: all of a pipe, some of a file.</content>
public sealed partial class PerfDataReader
{
    // enum perf_event_update: PERF_EVENT_UPDATE__UNIT 0, SCALE 1, NAME 2, CPUS 3
    private const ulong UpdateUnit = 0;
    private const ulong UpdateName = 2;

    /// <summary>Formats of all events of a kernel are some MB.</summary>
    private const int MaximumSplitBytes = 64 << 20;

    private readonly ArrayBufferWriter<byte> _split = new();

    /// <returns>Bytes that follow the record and belong to it.</returns>
    private long TakeMetadataRecord(uint type, ReadOnlySpan<byte> record, long at)
    {
        switch (type)
        {
            case PERF_RECORD_HEADER_ATTR when Header.IsPipe:
                AddAttribute(record, at);
                return 0;
            case PERF_RECORD_HEADER_FEATURE when record.Length >= 16:
                var feature = ByteOrder.Read64(record[8..], Header.IsBigEndian);
                // After the last one comes an empty one, whose number is the first that this perf does not know.
                if (feature is > 0 and < PerfDataFeature.Count && record.Length > 16)
                    Metadata.AddFeature((int)feature, record[16..].ToArray(), Header.IsBigEndian);
                return 0;
            case PERF_RECORD_HEADER_BUILD_ID:
                if (PerfDataBuildId.Read(record, Header.IsBigEndian) is { } buildId)
                    Metadata.AddBuildId(buildId);
                return 0;
            case PERF_RECORD_HEADER_TRACING_DATA when record.Length >= 12:
                long size = ByteOrder.Read32(record[8..], Header.IsBigEndian);
                // Of perf the data follow the record, of an early simpleperf they are in it.
                var isInside = size > 0 && size <= record.Length - 12;
                TakeTracingData(ReadSection((ulong)(at + (isInside ? 12 : record.Length)), (ulong)size));
                return isInside ? 0 : (size + 7) & ~7L;
            case SIMPLE_PERF_RECORD_TRACING_DATA when record.Length >= 12:
                TakeTracingData(ReadSection((ulong)at + 12, ByteOrder.Read32(record[8..], Header.IsBigEndian)));
                return 0;
            case SIMPLE_PERF_RECORD_SPLIT when _split.WrittenCount < MaximumSplitBytes:
                _split.Write(record[PerfRecord.HeaderSize..]);
                return 0;
            case SIMPLE_PERF_RECORD_SPLIT_END:
                TakeSplit();
                return 0;
            case PERF_RECORD_EVENT_UPDATE when record.Length > 24:
                UpdateEvent(record);
                return 0;
            default:
                return 0;
        }
    }

    private void TakeTracingData(byte[]? section)
    {
        if (section is not null)
            Metadata.AddFeature(PerfDataFeature.HEADER_TRACING_DATA, section, Header.IsBigEndian);
    }

    /// <summary>A record of simpleperf that was too long for one: its pieces stand in records of their own.</summary>
    private void TakeSplit()
    {
        var whole = _split.WrittenSpan;
        if (whole.Length >= 12 && ByteOrder.Read32(whole, Header.IsBigEndian) is SIMPLE_PERF_RECORD_TRACING_DATA or PERF_RECORD_HEADER_TRACING_DATA)
            TakeTracingData(whole.Slice(12, (int)Math.Min(ByteOrder.Read32(whole[8..], Header.IsBigEndian), (uint)whole.Length - 12)).ToArray());
        _split.Clear();
    }

    private void AddAttribute(ReadOnlySpan<byte> record, long at)
    {
        var body = record[PerfRecord.HeaderSize..];
        if (PerfDataAttribute.TryReadAttr(body, Header.IsBigEndian, out var attr))
            Metadata.Events.Add(new PerfDataAttribute(attr, Ids(body[attr.Size..])));
        else
            AddDamage(at, record.Length, "an event's attribute cannot be read");
    }

    private void UpdateEvent(ReadOnlySpan<byte> record)
    {
        var what = ByteOrder.Read64(record[8..], Header.IsBigEndian);
        if (what is not (UpdateUnit or UpdateName) || !Metadata.Events.TryFind(ByteOrder.Read64(record[16..], Header.IsBigEndian), out var index))
            return;
        var text = Encoding.UTF8.GetString(SideBandText.UpToNul(record[24..]));
        if (what == UpdateName)
            Metadata.Events.Attributes[index].Name = text;
        else
            Metadata.Events.Attributes[index].Unit = text;
    }
}
