using TraceKit.Engine.Model;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Streams;

/// <summary>All side-band records in order of time. They are few beside the samples, and held in memory.</summary>
internal sealed class SideBandStream
{
    private readonly List<(long Time, byte[] Record, SampleId Id)> _records = [];
    private int _at = -1;

    public SideBandStream(Trace trace)
    {
        trace.Source.ReadSideBand(records => Add(records, trace.SideBandLayouts));
        var sorted = _records.OrderBy(r => r.Time).ToArray();
        _records.Clear();
        _records.AddRange(sorted);
    }

    public long Time => _records[_at].Time;

    public PerfRecord Record => new(_records[_at].Record);

    public SampleId Id => _records[_at].Id;

    public bool MoveNext() => ++_at < _records.Count;

    private void Add(ReadOnlySpan<byte> payload, SideBandLayouts layouts)
    {
        while (PerfRecord.TryRead(payload, out var record))
        {
            payload = payload[record.Bytes.Length..];
            if (layouts.LayoutOf(record) is { } layout && SampleId.TryRead(record, layout, out var id))
                _records.Add(((long)id.Time, record.Bytes.ToArray(), id));
        }
    }
}
