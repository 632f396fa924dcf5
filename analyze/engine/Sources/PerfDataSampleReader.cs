using TraceKit.Format.Perf;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>Samples of a block in the order of the file.</summary>
internal sealed class PerfDataSampleReader(PerfDataSource source) : SampleReader
{
    private readonly PerfDataRecords _records = source.CreateRecords();
    private byte[] _buffer = [];

    /// <inheritdoc/>
    public override void Open(in SampleBlock block)
    {
        var piece = source.Index.Blocks[block.Index];
        _records.Reset(source.Index.Read(piece, ref _buffer), piece.Order);
    }

    /// <inheritdoc/>
    public override bool TryReadNext(out PerfRecord record, out int eventIndex) => _records.TryReadSample(out record, out eventIndex);
}

/// <summary>Samples of a block in order of time, equal times in the order of the file: a file is written ring after ring.</summary>
internal sealed class SortedPerfDataReader(PerfDataSource source) : SampleReader
{
    private readonly PerfDataRecords _records = source.CreateRecords();
    private readonly List<(ulong Time, int Offset, int Length, int Event)> _samples = [];
    private byte[] _buffer = [];
    private int _next;

    /// <inheritdoc/>
    public override void Open(in SampleBlock block)
    {
        var bytes = source.Index.Read(source.Index.Blocks[block.Index], ref _buffer);
        _records.Reset(bytes, 0);
        _samples.Clear();
        _next = 0;
        var events = source.Reader.Metadata.Events.Attributes;
        ulong time = 0;
        while (_records.TryReadSample(out var record, out var eventIndex))
        {
            // One without a time stays after the one before it.
            if (eventIndex >= 0 && events[eventIndex].Layout is { TimeOffset: > 0 } layout && record.Bytes.Length >= layout.TimeOffset + 8)
                time = BitConverter.ToUInt64(record.Bytes[layout.TimeOffset..]);
            _samples.Add((time, _records.Position - record.Bytes.Length, record.Bytes.Length, eventIndex));
        }

        // Offsets make it stable.
        _samples.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Offset.CompareTo(b.Offset));
    }

    /// <inheritdoc/>
    public override bool TryReadNext(out PerfRecord record, out int eventIndex)
    {
        if (_next >= _samples.Count)
        {
            record = default;
            eventIndex = -1;
            return false;
        }

        (_, var offset, var length, eventIndex) = _samples[_next++];
        record = new PerfRecord(_buffer.AsSpan(offset, length));
        return true;
    }
}
