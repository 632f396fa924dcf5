namespace TraceKit.Format.Dtr.Samples;

/// <summary>What an encoder and a decoder remember of a thread within a chunk.</summary>
internal sealed class ThreadState
{
    /// <summary>Threads remembered at once; of two whose numbers differ by a multiple of this the later one is remembered.</summary>
    public const int Slots = 1024;

    public int Owner { get; set; } = -1;

    public ChainState Chain { get; } = new();

    public ulong[] Registers { get; } = new ulong[64];

    public StackState Stack { get; set; } = new();

    public void Reset(int owner)
    {
        Owner = owner;
        Chain.Clear();
        Array.Clear(Registers);
        Stack.Clear();
    }
}

/// <summary>Entries of a callchain part, root first.</summary>
internal sealed class ChainState
{
    private ulong[] _entries = new ulong[64];

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Entries => _entries.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Drop(int count) => Count -= count;

    public void Add(ulong entry)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        _entries[Count++] = entry;
    }
}

/// <summary>Kept words of a stack dump, highest address first.</summary>
internal sealed class StackState
{
    private ulong[] _addresses = [];
    private ulong[] _values = [];

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Addresses => _addresses.AsSpan(0, Count);

    public ReadOnlySpan<ulong> Values => _values.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Ensure(int count)
    {
        if (_addresses.Length >= count)
            return;
        var size = Math.Max(128, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
        Array.Resize(ref _addresses, size);
        Array.Resize(ref _values, size);
    }

    /// <summary>Appends without a check: <see cref="Ensure"/> before.</summary>
    public void Add(ulong address, ulong value)
    {
        _addresses[Count] = address;
        _values[Count++] = value;
    }
}

/// <summary>The last tracepoint record of an event, or of an event in a thread.</summary>
internal sealed class RawState
{
    /// <summary>Pairs of thread and event remembered at once.</summary>
    public const int Slots = 256;

    private byte[] _bytes = [];

    public long Owner { get; set; } = -1;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public static long Key(int thread, int eventNumber) => ((long)thread << 16) | (uint)eventNumber;

    public static int Slot(long key) => (int)(((ulong)key * 0x9E3779B97F4A7C15UL) >> 56);

    public void Clear()
    {
        Owner = -1;
        Length = 0;
    }

    public void Set(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length < bytes.Length)
            _bytes = new byte[Math.Max(64, bytes.Length)];
        bytes.CopyTo(_bytes);
        Length = bytes.Length;
    }
}

/// <summary>What is remembered of an event within a chunk.</summary>
internal sealed class EventState
{
    public Perf.SampleLayout? Layout { get; set; }

    public int EventIndex { get; set; }

    public ulong Period { get; set; }

    public ulong Addr { get; set; }

    public ulong StreamId { get; set; }

    public int StackSize { get; set; }

    public RawState Raw { get; } = new();

    public void Reset(int eventIndex, Perf.SampleLayout layout)
    {
        EventIndex = eventIndex;
        Layout = layout;
        Period = Addr = StreamId = 0;
        StackSize = 0;
        Raw.Clear();
    }
}
