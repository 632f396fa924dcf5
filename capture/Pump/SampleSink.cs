using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Snapshots;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Pump;

/// <summary>Sends each sample to the encoder of its CPU, and notes what its process and the kernel need in snapshots.</summary>
internal sealed class SampleSink
{
    // All encoders together: bounds the agent's memory on hosts with many CPUs, and leaves large chunks on small ones.
    private const int EncodersBytes = 8 << 20;

    private readonly TraceOutput _output;
    private readonly ProcessTracker _tracker;
    private readonly SnapshotWorker _snapshots;
    private readonly ProcessHits _hits;
    private readonly bool _rawStacks;
    private readonly SampleLayout[] _layouts;
    private readonly Dictionary<ulong, int> _eventOfId = [];
    private readonly SampleChunkEncoder[] _encoders;
    private readonly uint[] _cpus;
    private readonly ulong[] _counts;
    private readonly ulong[] _bytes;
    private readonly int _chunkBytes;
    private TrackedProcess? _lastProcess;

    public SampleSink(PerfSession session, TraceOutput output, RecordOptions options, ProcessTracker tracker, SnapshotWorker snapshots)
    {
        _output = output;
        _tracker = tracker;
        _snapshots = snapshots;
        _hits = new ProcessHits(snapshots, options);
        _rawStacks = options.RawStacks;
        _layouts = new SampleLayout[session.Events.Count];
        _counts = new ulong[session.Events.Count];
        _bytes = new ulong[session.Events.Count];
        for (var i = 0; i < _layouts.Length; i++)
        {
            _layouts[i] = new SampleLayout(session.Events[i].Attr);
            foreach (var id in session.Events[i].Ids)
                _eventOfId[id] = i;
        }

        _encoders = new SampleChunkEncoder[session.Rings.Count];
        _cpus = new uint[session.Rings.Count];
        for (var i = 0; i < _encoders.Length; i++)
        {
            _encoders[i] = new SampleChunkEncoder();
            _cpus[i] = (uint)session.Rings[i].Cpu;
            _encoders[i].Begin(_cpus[i]);
        }

        _chunkBytes = Math.Clamp(EncodersBytes / _encoders.Length, 128 << 10, 2 << 20);
    }

    public ulong Samples { get; private set; }

    /// <summary>Samples whose id is none of ours: never seen, and not dropped silently.</summary>
    public ulong UnknownIds { get; private set; }

    public ulong FilteredStacks => Sum(static e => (ulong)e.FilteredStacks);

    public ulong RawStacks => Sum(static e => (ulong)e.RawStacks);

    public List<EventTotals> EventTotals()
    {
        var totals = new List<EventTotals>(_counts.Length);
        for (var i = 0; i < _counts.Length; i++)
            totals.Add(new EventTotals { EventIndex = i, Samples = _counts[i], Bytes = _bytes[i] });
        return totals;
    }

    /// <summary>Encodes the samples of one ring's records; the others were side-band.</summary>
    public void AddBlock(ReadOnlySpan<byte> records, int ring)
    {
        var encoder = _encoders[ring];
        for (var at = 0; at < records.Length && PerfRecord.TryRead(records[at..], out var record); at += record.Size)
        {
            if (record.Type == PerfRecordType.PERF_RECORD_SAMPLE)
                Add(encoder, record, ring);
        }
    }

    /// <summary>Writes what is there.</summary>
    public void Flush()
    {
        for (var i = 0; i < _encoders.Length; i++)
            WriteChunk(i);
        // A process that ended is not kept alive by the cache.
        _lastProcess = null;
    }

    private void Add(SampleChunkEncoder encoder, PerfRecord record, int ring)
    {
        var index = 0;
        if (_layouts.Length > 1)
        {
            // IDENTIFIER is the first word of every sample of ours.
            if (record.Bytes.Length < 16 || !_eventOfId.TryGetValue(BitConverter.ToUInt64(record.Bytes[8..]), out index))
            {
                UnknownIds++;
                index = 0;
            }
        }

        var layout = _layouts[index];
        var process = NoteProcess(record, layout);
        var filter = _rawStacks ? null : process?.Filter;
        if (!encoder.Add(record, index, layout, filter, process?.Hits))
        {
            WriteChunk(ring);
            encoder.Add(record, index, layout, filter, process?.Hits);
        }

        Samples++;
        _counts[index]++;
        _bytes[index] += (ulong)record.Bytes.Length;
        // Adding up the columns costs as much as a small sample: not each time.
        if ((encoder.Count & 31) == 0 && encoder.EncodedBytes >= _chunkBytes)
            WriteChunk(ring);
    }

    private TrackedProcess? NoteProcess(PerfRecord record, SampleLayout layout)
    {
        if ((record.Misc & PerfRecordMisc.PERF_RECORD_MISC_CPUMODE_MASK) == PerfRecordMisc.PERF_RECORD_MISC_KERNEL)
            _snapshots.KernelSampled();
        if (record.Bytes.Length < layout.TidOffset + 8)
            return null;
        var pid = BitConverter.ToInt32(record.Bytes[layout.TidOffset..]);
        var process = _lastProcess;
        if (process is null || process.Pid != pid || process.ExitRound != 0)
        {
            process = pid > 0 ? _tracker.Get(pid) : null;
            _lastProcess = process;
        }

        if (process is { IsSampled: false })
        {
            process.IsSampled = true;
            _hits.Attach(process);
            _snapshots.ProcessSampled(process);
        }

        return process;
    }

    private void WriteChunk(int ring)
    {
        var encoder = _encoders[ring];
        if (encoder.Count > 0)
        {
            ulong first = encoder.FirstTime, last = encoder.LastTime;
            _output.Write(ChunkType.Samples, _cpus[ring], first, last, encoder.Finish());
        }

        encoder.Begin(_cpus[ring]);
    }

    private ulong Sum(Func<SampleChunkEncoder, ulong> value)
    {
        ulong sum = 0;
        foreach (var encoder in _encoders)
            sum += value(encoder);
        return sum;
    }
}
