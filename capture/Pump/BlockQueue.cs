using TraceKit.Capture.Native;

namespace TraceKit.Capture.Pump;

/// <summary>What the drain hands over at once: blocks of several rings.</summary>
internal sealed class Batch(int capacity)
{
    private readonly NativeBlock[] _blocks = new NativeBlock[capacity];

    public int Count { get; private set; }

    /// <summary>Whether every ring was drained up to the heads read at the start of the round.</summary>
    public bool RoundComplete { get; set; }

    /// <summary>The last batch: nothing follows.</summary>
    public bool Last { get; set; }

    public NativeBlock this[int index] => _blocks[index];

    public void Add(NativeBlock block) => _blocks[Count++] = block;

    public void Clear()
    {
        Array.Clear(_blocks, 0, Count);
        Count = 0;
        RoundComplete = false;
        Last = false;
    }
}

/// <summary>
/// The bounded way between the drain and the encoder. Memory is bounded by the number of blocks: when all are on their way the drain waits,
/// the rings fill, and the kernel counts what it could not write.
/// </summary>
internal sealed class BlockQueue
{
    private readonly object _gate = new();
    private readonly Stack<NativeBlock> _free;
    private readonly Stack<Batch> _freeBatches = new(4);
    private readonly Queue<Batch> _ready = new(4);
    private readonly int _limit;
    private int _made;
    private bool _woken;

    public BlockQueue(int blocks)
    {
        _limit = blocks;
        _free = new Stack<NativeBlock>(blocks);
        for (var i = 0; i < 3; i++)
            _freeBatches.Push(new Batch(blocks));
    }

    /// <summary>How often the drain had to wait for the encoder.</summary>
    public int Waits { get; private set; }

    /// <summary>A block, or null when all are in use.</summary>
    public NativeBlock? TryTakeBlock()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var block))
                return block;
            return _made < _limit ? Make() : null;
        }
    }

    /// <summary>A block; waits until the encoder gives one back.</summary>
    public NativeBlock TakeBlock()
    {
        lock (_gate)
        {
            if (_free.Count == 0 && _made < _limit)
                return Make();
            if (_free.Count == 0)
                Waits++;
            while (_free.Count == 0)
                Monitor.Wait(_gate);
            return _free.Pop();
        }
    }

    public Batch TakeBatch()
    {
        lock (_gate)
        {
            while (_freeBatches.Count == 0)
                Monitor.Wait(_gate);
            return _freeBatches.Pop();
        }
    }

    public void Publish(Batch batch)
    {
        lock (_gate)
        {
            _ready.Enqueue(batch);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Lets <see cref="Take"/> return without a batch: there is something else to do.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The next batch; null when none came within the time, or when woken.</summary>
    public Batch? Take(int timeoutMilliseconds)
    {
        lock (_gate)
        {
            if (_ready.Count == 0 && !_woken)
                Monitor.Wait(_gate, timeoutMilliseconds);
            _woken = false;
            return _ready.TryDequeue(out var batch) ? batch : null;
        }
    }

    /// <summary>Gives blocks and batch back.</summary>
    public void Recycle(Batch batch)
    {
        lock (_gate)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Length = 0;
                _free.Push(batch[i]);
            }

            batch.Clear();
            _freeBatches.Push(batch);
            Monitor.PulseAll(_gate);
        }
    }

    private NativeBlock Make()
    {
        _made++;
        return new NativeBlock();
    }
}
