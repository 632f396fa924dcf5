using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Snapshots;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Pump;

/// <summary>Totals for the last line and the file's summary.</summary>
internal readonly record struct EncoderTotals(ulong Samples, ulong Lost);

/// <summary>
/// The encoder thread: of each batch first the side-band, in time order over all CPUs, then the samples; so a mapping is known before the
/// first sample in it. Writes chunks when they are full and at least every second.
/// </summary>
internal sealed class Encoder
{
    /// <summary>With the drain's quarter of a second, what is written is never more than a second behind.</summary>
    private const int FlushMilliseconds = 700;

    /// <summary>How long a snapshot may not get on (a network or FUSE file system that does not answer) before the rest is given up.</summary>
    private const int SnapshotPatienceMilliseconds = 15_000;

    private readonly RecordOptions _options;
    private readonly PerfSession _session;
    private readonly BlockQueue _queue;
    private readonly TraceOutput _output;
    private readonly int? _child;
    private readonly ProcessTracker _tracker;
    private readonly SnapshotWorker _snapshots;
    private readonly SideBandBuffer _sideBand;
    private readonly SampleSink _samples;
    private readonly LossLedger _losses;
    private readonly SampleLayout _trailer;
    private readonly ulong[] _lastTimes;
    private readonly Thread _thread;
    private readonly ulong _startTime = Clock.Monotonic;
    private ulong _recordBytes;
    private long _lastFlush;
    private Exception? _crash;

    public Encoder(RecordOptions options, PerfSession session, BlockQueue queue, TraceOutput output, int? child)
    {
        _options = options;
        _session = session;
        _queue = queue;
        _output = output;
        _child = child;
        _trailer = new SampleLayout(session.SideBand.Attr);
        _tracker = new ProcessTracker(_trailer);
        _snapshots = new SnapshotWorker(output, options);
        _tracker.MappedInSampled = _snapshots.MappedInSampled;
        _tracker.SampledExited = _snapshots.ProcessEnded;
        _sideBand = new SideBandBuffer(_trailer, output);
        _samples = new SampleSink(session, output, options, _tracker, _snapshots);
        _losses = new LossLedger(session.Rings.Count);
        _lastTimes = new ulong[session.Rings.Count];
        Array.Fill(_lastTimes, _startTime);
        _thread = new Thread(Run, 512 << 10) { IsBackground = true, Name = "encoder" };
    }

    /// <summary>Why the recording cannot go on; null while it can.</summary>
    public Exception? Failure => (Exception?)_output.Failure ?? _crash;

    public long BytesWritten => _output.Length;

    public EncoderTotals Totals { get; private set; }

    public void Start()
    {
        _snapshots.Start();
        _thread.Start();
    }

    /// <summary>Waits until everything is encoded and snapshots are taken; then the totals, the index and the end.</summary>
    /// <param name="corruptBytes">What the rings skipped.</param>
    /// <param name="countedLost">What the events' own counters say was lost; null when this kernel has none.</param>
    /// <param name="stopReason">Why the recording ended.</param>
    public void Finish(ulong corruptBytes, ulong? countedLost, string stopReason)
    {
        _thread.Join();
        var endTime = Clock.Monotonic;
        if (_snapshots.Dropped > 0)
            Terminal.Notice($"{_snapshots.Dropped} snapshots were not taken: too many were waiting");
        // What was lost after the last PERF_RECORD_LOST could be written.
        if (countedLost > _losses.TotalRingFull)
            _losses.RingFull(0, countedLost.Value - _losses.TotalRingFull, _lastTimes[0], endTime);
        if (corruptBytes > 0)
            _losses.Add(new LossReport { Cpu = -1, Cause = LossCause.BadRecord, Count = corruptBytes, FirstTime = _startTime, LastTime = endTime, EventIndex = -1 });
        WriteLosses();
        Totals = new EncoderTotals(_samples.Samples, _losses.TotalRingFull);
        var summary = new RecordingSummary
        {
            Events = _samples.EventTotals(),
            Samples = _samples.Samples,
            Lost = _losses.TotalRingFull,
            SideBandRecords = _sideBand.Records,
            FilteredStacks = _samples.FilteredStacks,
            RawStacks = _samples.RawStacks,
            RecordBytes = _recordBytes,
            AgentCpuNanoseconds = Clock.ProcessCpu,
            StopReason = stopReason,
        };
        _output.Write(ChunkType.Host, ChunkHeader.NoStream, 0, 0, HostFacts.Host(_options, _startTime, endTime).Encode());
        _output.Write(ChunkType.Summary, ChunkHeader.NoStream, 0, 0, summary.Encode());
        _output.Finish();
    }

    private void Run()
    {
        try
        {
            // Behind the drain, before what the host does: a full ring loses samples.
            ThreadPriorities.Set(-5);
            _output.Posted = _queue.Wake;
            _output.Write(ChunkType.Host, ChunkHeader.NoStream, 0, 0, HostFacts.Host(_options, _startTime, 0).Encode());
            _output.Write(ChunkType.Events, ChunkHeader.NoStream, 0, 0, HostFacts.Events(_session).Encode());
            DescribeExisting();
            _lastFlush = Environment.TickCount64;
            while (Step())
            {
            }

            _snapshots.Close();
            FinishSnapshots();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Shown by the main thread, which ends the recording; the drain must not wait for blocks meanwhile.
            _crash = e;
            _output.StopPosts();
            GiveBackForEver();
        }
    }

    private void FinishSnapshots()
    {
        var progress = -1;
        var since = Environment.TickCount64;
        while (!_snapshots.HasEnded(timeoutMilliseconds: 1))
        {
            var wrote = false;
            while (_output.WritePosted())
                wrote = true;
            if (wrote || _snapshots.Progress != progress)
            {
                progress = _snapshots.Progress;
                since = Environment.TickCount64;
            }
            else if (Environment.TickCount64 - since > SnapshotPatienceMilliseconds)
            {
                Terminal.Notice($"snapshots were given up: reading {_snapshots.Current} does not end");
                _output.StopPosts();
                return;
            }
        }

        _output.WritePosted();
    }

    /// <summary>One batch, or the time for a flush.</summary>
    /// <returns>false after the last batch.</returns>
    private bool Step()
    {
        var batch = _queue.Take(FlushMilliseconds);
        var last = false;
        if (batch is not null)
        {
            last = batch.Last;
            if (_output.Failure is null)
                Encode(batch);
            _queue.Recycle(batch);
        }

        // Snapshots wait for samples, but not for ever.
        _output.WritePosted();
        if (last || Environment.TickCount64 - _lastFlush >= FlushMilliseconds)
            Flush();
        return !last;
    }

    private void Encode(Batch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var block = batch[i];
            _recordBytes += (ulong)block.Length;
            CollectSideBand(block, i);
        }

        _sideBand.Sort();
        for (var i = 0; i < _sideBand.Pending; i++)
        {
            var (block, offset) = _sideBand.At(i);
            PerfRecord.TryRead(batch[block].Records[offset..], out var record);
            _tracker.Apply(record);
            _sideBand.Append(record);
        }

        _sideBand.EndBatch();
        for (var i = 0; i < batch.Count; i++)
            _samples.AddBlock(batch[i].Records, batch[i].Ring);
        if (batch.RoundComplete)
            _tracker.EndRound();
    }

    private void CollectSideBand(NativeBlock block, int index)
    {
        var records = block.Records;
        for (var at = 0; at < records.Length && PerfRecord.TryRead(records[at..], out var record); at += record.Size)
        {
            if (record.Type == PerfRecordType.PERF_RECORD_SAMPLE)
                continue;
            var time = SampleId.TryRead(record, _trailer, out var id) ? id.Time : 0;
            _sideBand.Add(index, at, time);
            if (record.Type == PerfRecordType.PERF_RECORD_LOST && LostRecord.TryParse(record, _trailer, out var lost))
                _losses.RingFull(block.Ring, lost.Lost, Math.Min(_lastTimes[block.Ring], time), time);
            _lastTimes[block.Ring] = Math.Max(_lastTimes[block.Ring], time);
        }
    }

    private void Flush()
    {
        _lastFlush = Environment.TickCount64;
        _sideBand.Flush();
        _samples.Flush();
        WriteLosses();
    }

    private void WriteLosses()
    {
        if (_losses.Take(ring => _session.Rings[ring].Cpu) is { } table)
            _output.Write(ChunkType.Loss, ChunkHeader.NoStream, 0, 0, table.Encode());
    }

    /// <summary>What existed before the recording: everything with -a, the traced processes with -p and -t; a command begins with its exec.</summary>
    private void DescribeExisting()
    {
        var scanner = new ProcScanner(_trailer);
        void Sink(ReadOnlySpan<byte> bytes)
        {
            PerfRecord.TryRead(bytes, out var record);
            _tracker.Apply(record);
            _sideBand.Append(record);
        }

        if (_options.AllCpus)
        {
            scanner.ScanAll(Sink, pid => _tracker.Get(pid).IsKnown = true);
        }
        else if (_child is null)
        {
            var pids = new SortedSet<int>(_options.Pids);
            foreach (var tid in _options.Tids)
            {
                if (int.TryParse(ProcStat.StatusField(tid, "Tgid"), out var pid))
                    pids.Add(pid);
            }

            foreach (var pid in pids)
            {
                if (scanner.Scan(pid, Sink))
                    _tracker.Get(pid).IsKnown = true;
            }
        }

        _sideBand.Flush();
    }

    private void GiveBackForEver()
    {
        while (true)
        {
            var batch = _queue.Take(1000);
            if (batch is null)
                continue;
            var last = batch.Last;
            _queue.Recycle(batch);
            if (last)
                return;
        }
    }
}
