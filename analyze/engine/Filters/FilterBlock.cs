using System.Runtime.InteropServices;
using TraceKit.Engine.Run;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Filters;

/// <summary>Some hundred samples of a chunk with what filters ask of them as columns: they wait here for the filter's answer, none of them unwound yet.</summary>
/// <remarks>A copy of a record costs a twentieth of unwinding it; the block stays in the core's own cache.</remarks>
internal sealed class FilterBlock
{
    /// <summary>Rows of a full block.</summary>
    public const int Capacity = 1024;

    private const int MostBytes = 1 << 18;

    private readonly Row[] _rows = new Row[Capacity];
    private byte[] _bytes = new byte[1 << 14];
    private int _used;

    /// <summary>A sample that waits.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal struct Row
    {
        public ThreadFinder.Entry Thread;
        public int Start;
        public int Length;
        public int RawStart;
        public int RawLength;
        public int Event;
        public int Cpu;
        public long Time;
        public long Period;
        public ulong Ip;
        public bool StackFiltered;

        /// <summary>The answer: whether it is wanted so far.</summary>
        public bool IsWanted;

        /// <summary>Answers to the conditions that its event's filters carry to the end.</summary>
        public ulong Carried;
    }

    /// <summary>Rows at hand.</summary>
    public Span<Row> Rows => _rows.AsSpan(0, Count);

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it must be emptied before the next sample comes.</summary>
    public bool IsFull => Count == Capacity || _used >= MostBytes;

    /// <summary>The bytes of all records; <see cref="Row.RawStart"/> points here.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>A row's record.</summary>
    public PerfRecord Record(in Row row) => new(_bytes.AsSpan(row.Start, row.Length));

    /// <summary>Takes a copy of a sample.</summary>
    public void Add(PerfRecord record, in PerfSample sample, EventSource source, in ThreadFinder.Entry thread, int cpu, long period, bool stackFiltered)
    {
        var length = record.Bytes.Length;
        if (_bytes.Length - _used < length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + length));
        record.Bytes.CopyTo(_bytes.AsSpan(_used));
        var rawOffset = 0;
        if (!sample.Raw.IsEmpty)
            record.Bytes.Overlaps(sample.Raw, out rawOffset);
        _rows[Count++] = new Row
        {
            Thread = thread,
            Start = _used,
            Length = length,
            RawStart = _used + rawOffset,
            RawLength = sample.Raw.Length,
            Event = source.Event.Index,
            Cpu = cpu,
            Time = (long)sample.Time,
            Period = period,
            Ip = sample.Ip,
            StackFiltered = stackFiltered,
            IsWanted = true,
        };
        _used += (length + 7) & ~7;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Count = 0;
        _used = 0;
    }
}
