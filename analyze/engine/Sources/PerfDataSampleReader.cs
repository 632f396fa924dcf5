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

/// <summary>Samples of a block in order of time, equal times in the order of the file: a file is written ring after ring, so a block is a few ascending runs.</summary>
internal sealed class SortedPerfDataReader(PerfDataSource source) : SampleReader
{
    private readonly PerfDataRecords _records = source.CreateRecords();
    private readonly List<int> _runs = [];
    private Sample[] _samples = [];
    private Sample[] _merged = [];
    private byte[] _buffer = [];
    private int _count;
    private int _next;

    /// <inheritdoc/>
    public override void Open(in SampleBlock block)
    {
        var bytes = source.Index.Read(source.Index.Blocks[block.Index], ref _buffer);
        _records.Reset(bytes, 0);
        _runs.Clear();
        _count = _next = 0;
        var events = source.Reader.Metadata.Events.Attributes;
        ulong time = 0, last = 0;
        while (_records.TryReadSample(out var record, out var eventIndex))
        {
            // One without a time stays after the one before it.
            if (eventIndex >= 0 && events[eventIndex].Layout is { TimeOffset: > 0 } layout && record.Bytes.Length >= layout.TimeOffset + 8)
                time = BitConverter.ToUInt64(record.Bytes[layout.TimeOffset..]);
            if (_count == _samples.Length)
                Array.Resize(ref _samples, Math.Max(1024, _count * 2));
            if (_count == 0 || time < last)
                _runs.Add(_count);
            last = time;
            _samples[_count++] = new(time, _records.Position - record.Bytes.Length, record.Bytes.Length, eventIndex);
        }

        while (_runs.Count > 1)
            MergePairs();
    }

    /// <inheritdoc/>
    public override bool TryReadNext(out PerfRecord record, out int eventIndex)
    {
        if (_next >= _count)
        {
            record = default;
            eventIndex = -1;
            return false;
        }

        ref readonly var sample = ref _samples[_next++];
        eventIndex = sample.Event;
        record = new PerfRecord(_buffer.AsSpan(sample.Offset, sample.Length));
        return true;
    }

    /// <summary>Each run with its neighbour: of equal times the earlier run's first.</summary>
    private void MergePairs()
    {
        if (_merged.Length < _count)
            _merged = new Sample[_samples.Length];
        var runs = 0;
        for (var run = 0; run < _runs.Count; run += 2)
        {
            var start = _runs[run];
            var middle = run + 1 < _runs.Count ? _runs[run + 1] : _count;
            var end = run + 2 < _runs.Count ? _runs[run + 2] : _count;
            int left = start, right = middle;
            for (var at = start; at < end; at++)
                _merged[at] = right >= end || (left < middle && _samples[left].Time <= _samples[right].Time) ? _samples[left++] : _samples[right++];
            _runs[runs++] = start;
        }

        _runs.RemoveRange(runs, _runs.Count - runs);
        (_samples, _merged) = (_merged, _samples);
    }

    private readonly record struct Sample(ulong Time, int Offset, int Length, int Event);
}
