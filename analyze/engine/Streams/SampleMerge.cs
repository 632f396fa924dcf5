using TraceKit.Engine.Sources;

namespace TraceKit.Engine.Streams;

/// <summary>All samples of a trace in order of time: each stream's blocks one after another, a stream opened when its time has come, so that few are open at once.</summary>
/// <remarks>
/// Within a stream the order is its own (of a CPU, that of the kernel's ring); between streams, of time, equal times by stream: the order of the file.
/// </remarks>
internal sealed class SampleMerge
{
    private readonly Trace _trace;
    private readonly PriorityQueue<CpuStream, (long Time, int Number)> _queue = new();
    private readonly Queue<(long FirstTime, int Number, SampleBlock[] Blocks)> _waiting;
    private readonly Stack<SampleReader> _readers = new();
    private CpuStream? _next;

    /// <param name="trace">The trace.</param>
    /// <param name="blocks">Those of its blocks that are wanted.</param>
    public SampleMerge(Trace trace, IEnumerable<SampleBlock> blocks)
    {
        _trace = trace;
        var streams = blocks.GroupBy(b => b.Stream).OrderBy(g => g.Key).Select((g, i) => (FirstTime: (long)g.Min(b => b.FirstTime), Number: i, Blocks: g.ToArray()));
        _waiting = new(streams.OrderBy(s => s.FirstTime).ThenBy(s => s.Number));
    }

    /// <summary>Blocks taken up so far, about.</summary>
    public int Opened { get; private set; }

    /// <summary>Blocks that could not be read to their end, of streams that have ended.</summary>
    public int DamagedChunks { get; private set; }

    /// <summary>The stream whose sample is next, without taking it; null at the end. Its record is valid until <see cref="Advance"/>.</summary>
    public CpuStream? Peek()
    {
        if (_next is not null)
            return _next;
        while (_waiting.TryPeek(out var first) && (!_queue.TryPeek(out _, out var head) || (first.FirstTime, first.Number).CompareTo(head) < 0))
        {
            _waiting.Dequeue();
            Opened += first.Blocks.Length;
            var stream = new CpuStream(_trace, first.Number, first.Blocks, _readers.TryPop(out var reader) ? reader : _trace.Source.OpenSamples(inOrder: true));
            if (stream.MoveNext())
                _queue.Enqueue(stream, (stream.Time, stream.Number));
            else
                End(stream);
        }

        _queue.TryDequeue(out _next, out _);
        return _next;
    }

    /// <summary>Takes the sample that <see cref="Peek"/> showed.</summary>
    public void Advance()
    {
        if (_next is not { } stream)
            return;
        if (!stream.MoveNext())
        {
            _next = null;
            End(stream);
            return;
        }

        // Mostly the same stream has the next one too.
        var key = (stream.Time, stream.Number);
        if ((_queue.TryPeek(out _, out var head) && head.CompareTo(key) < 0) || (_waiting.TryPeek(out var first) && (first.FirstTime, first.Number).CompareTo(key) < 0))
        {
            _queue.Enqueue(stream, key);
            _next = null;
        }
    }

    /// <summary>The buffers of one that has ended serve the next: a perf.data has a stream for each of its blocks.</summary>
    private void End(CpuStream stream)
    {
        DamagedChunks += stream.DamagedChunks;
        _readers.Push(stream.Reader);
    }
}
