using System.Buffers.Binary;
using TraceKit.Engine.Model;
using TraceKit.Engine.Streams;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Import;

/// <summary>Copies the records of a trace into chunks of a <c>.dtr</c>: side-band as it stands, samples by CPU in order of time.</summary>
internal sealed class RecordCopier(Trace trace, DtrWriter writer, ImportOptions options)
{
    private const int SideBandBytes = 256 << 10;
    private const int ChunkBytes = 2 << 20;

    /// <summary>Encoders hold what they encode: with so many streams each chunk is written sooner.</summary>
    private const int AllChunksBytes = 64 << 20;

    private readonly SortedDictionary<uint, SampleChunkEncoder> _encoders = [];
    private readonly Dictionary<AddressSpace, StackPointerFilter> _filters = [];
    private readonly byte[] _sideBand = new byte[SideBandBytes];
    private readonly ulong[] _samplesOfEvent = new ulong[trace.EventSources.Count];
    private readonly ulong[] _bytesOfEvent = new ulong[trace.EventSources.Count];
    private int _sideBandUsed;
    private long _lastTime = long.MinValue;
    private uint _lastStream;
    private ulong _first = ulong.MaxValue, _last;

    public long SideBandRecords { get; private set; }

    public long Samples { get; private set; }

    /// <summary>Samples of events that nobody described.</summary>
    public long LeftOut { get; private set; }

    public long RecordBytes { get; private set; }

    public long FilteredStacks => _encoders.Values.Sum(e => e.FilteredStacks);

    public long RawStacks => _encoders.Values.Sum(e => e.RawStacks);

    public IEnumerable<EventTotals> EventTotals => _samplesOfEvent.Select((n, i) => new EventTotals { EventIndex = i, Samples = n, Bytes = _bytesOfEvent[i] });

    public void CopySideBand()
    {
        trace.Source.ReadSideBand(records =>
        {
            while (PerfRecord.TryRead(records, out var record))
            {
                records = records[record.Bytes.Length..];
                Append(record);
            }
        });
        FlushSideBand();
    }

    public void CopySamples()
    {
        var blocks = trace.Source.Blocks;
        var merge = new SampleMerge(trace, blocks);
        for (; merge.Peek() is { } stream; merge.Advance())
        {
            Add(stream);
            if (options.Progress is { } progress && (Samples & 0xfff) == 0)
                progress(merge.Opened, blocks.Count);
        }

        foreach (var encoder in _encoders.Values)
            Write(encoder);
    }

    private void Add(CpuStream stream)
    {
        var record = stream.Record;
        var index = stream.EventIndex;
        if ((uint)index >= (uint)trace.EventSources.Count || trace.EventSources[index].Layout is not { } layout)
        {
            LeftOut++;
            return;
        }

        var encoder = Encoder(StreamOf(record, layout, stream));
        var filter = options.RawStacks || !trace.EventSources[index].HasStackDumps ? null : Filter(record, layout, stream.Time);
        if (!encoder.Add(record, index, layout, filter))
        {
            Write(encoder);
            encoder.Add(record, index, layout, filter);
        }

        Samples++;
        RecordBytes += record.Bytes.Length;
        _samplesOfEvent[index]++;
        _bytesOfEvent[index] += (ulong)record.Bytes.Length;
        if ((encoder.Count & 31) == 0 && encoder.EncodedBytes >= Math.Clamp(AllChunksBytes / _encoders.Count, 64 << 10, ChunkBytes))
            Write(encoder);
    }

    /// <summary>
    /// The stream of a record's CPU. Of records of one time on several CPUs readers take the lower stream first; so that they come back in the order of the file, one that says
    /// its CPU itself goes to the stream of the one before it when that is the higher.
    /// </summary>
    private uint StreamOf(PerfRecord record, SampleLayout layout, CpuStream stream)
    {
        var own = Cpu(record, layout, stream.Cpu);
        if (stream.Time == _lastTime && layout.CpuOffset >= 0 && (int)own < (int)_lastStream)
            own = _lastStream;
        (_lastTime, _lastStream) = (stream.Time, own);
        return own;
    }

    /// <summary>Records that do not say where they were are all of one stream, which has no number.</summary>
    private static uint Cpu(PerfRecord record, SampleLayout layout, int ofBlock)
    {
        if (layout.CpuOffset >= 0 && layout.TimeOffset >= 0 && record.Bytes.Length >= layout.CpuOffset + 4)
            return BinaryPrimitives.ReadUInt32LittleEndian(record.Bytes[layout.CpuOffset..]);
        return ofBlock >= 0 ? (uint)ofBlock : ChunkHeader.NoStream;
    }

    private SampleChunkEncoder Encoder(uint cpu)
    {
        if (_encoders.TryGetValue(cpu, out var encoder))
            return encoder;
        encoder = new SampleChunkEncoder();
        encoder.Begin(cpu);
        _encoders.Add(cpu, encoder);
        return encoder;
    }

    private void Write(SampleChunkEncoder encoder)
    {
        if (encoder.Count > 0)
        {
            var (first, last) = (encoder.FirstTime, encoder.LastTime);
            writer.WriteChunk(ChunkType.Samples, encoder.Stream, first, last, encoder.Finish());
        }

        encoder.Begin(encoder.Stream);
    }

    /// <summary>What of a process's stacks is kept: what points into any of its code, whenever that was mapped.</summary>
    private StackPointerFilter? Filter(PerfRecord record, SampleLayout layout, long time)
    {
        if (layout.TidOffset < 0 || record.Bytes.Length < layout.TidOffset + 8)
            return null;
        var pid = BinaryPrimitives.ReadInt32LittleEndian(record.Bytes[layout.TidOffset..]);
        var tid = BinaryPrimitives.ReadInt32LittleEndian(record.Bytes[(layout.TidOffset + 4)..]);
        if (trace.Model.FindThread(pid, tid, time)?.Space is not { PieceCount: > 0 } space)
            return null;
        if (_filters.TryGetValue(space, out var filter))
            return filter;
        var mask = trace.Source.Architecture == PerfArchitecture.Arm64 ? StackPointerFilter.Arm64AddressMask : ulong.MaxValue;
        filter = new StackPointerFilter(new AddressRanges(space.Ranges()), AddressRanges.Empty, mask);
        _filters.Add(space, filter);
        return filter;
    }

    private void Append(PerfRecord record)
    {
        if (_sideBandUsed + record.Bytes.Length > _sideBand.Length)
            FlushSideBand();
        record.Bytes.CopyTo(_sideBand.AsSpan(_sideBandUsed));
        _sideBandUsed += record.Bytes.Length;
        SideBandRecords++;
        if (trace.SideBandLayouts.LayoutOf(record) is not { } layout || !SampleId.TryRead(record, layout, out var id))
            return;
        _first = Math.Min(_first, id.Time);
        _last = Math.Max(_last, id.Time);
    }

    private void FlushSideBand()
    {
        if (_sideBandUsed == 0)
            return;
        writer.WriteChunk(ChunkType.SideBand, ChunkHeader.NoStream, _first == ulong.MaxValue ? 0 : _first, _last, _sideBand.AsSpan(0, _sideBandUsed));
        _sideBandUsed = 0;
        (_first, _last) = (ulong.MaxValue, 0);
    }
}
