using TraceKit.Engine.Streams;

namespace TraceKit.Engine.Import;

/// <summary>All samples of a trace in order of time, as script shows them: each stream's blocks one after another, a stream opened when its time has come.</summary>
internal sealed class SampleMerge
{
    private readonly Trace _trace;
    private readonly PriorityQueue<CpuStream, (long Time, int Number)> _queue = new();
    private readonly Queue<(long FirstTime, int Number, Sources.SampleBlock[] Blocks)> _waiting;
    private CpuStream? _current;

    public SampleMerge(Trace trace)
    {
        _trace = trace;
        var streams = trace.Source.Blocks.GroupBy(b => b.Stream).OrderBy(g => g.Key).Select((g, i) => (FirstTime: (long)g.Min(b => b.FirstTime), Number: i, Blocks: g.ToArray()));
        _waiting = new(streams.OrderBy(s => s.FirstTime).ThenBy(s => s.Number));
    }

    /// <summary>Blocks taken up so far, about.</summary>
    public int Opened { get; private set; }

    /// <summary>The stream whose sample is next; its record is valid until the next call.</summary>
    public bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CpuStream? stream)
    {
        if (_current is not null)
            Enqueue(_current);
        while (_waiting.TryPeek(out var first) && (!_queue.TryPeek(out _, out var head) || (first.FirstTime, first.Number).CompareTo(head) < 0))
        {
            _waiting.Dequeue();
            Opened += first.Blocks.Length;
            Enqueue(new CpuStream(_trace, first.Number, first.Blocks));
        }

        return _queue.TryDequeue(out stream, out _) ? (_current = stream) is not null : (_current = null) is not null;
    }

    private void Enqueue(CpuStream stream)
    {
        if (stream.MoveNext())
            _queue.Enqueue(stream, (stream.Time, stream.Number));
    }
}
