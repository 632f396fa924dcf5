using TraceKit.Binary;
using TraceKit.Engine.Sources;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Streams;

/// <summary>The samples of one CPU in the order of the file, one chunk at a time in memory.</summary>
internal sealed class CpuStream
{
    private readonly Trace _trace;
    private readonly IReadOnlyList<SampleBlock> _chunks;
    private readonly SampleReader _reader;
    private int _next;
    private bool _isOpen;
    private byte[] _record = new byte[1024];
    private int _length;

    /// <param name="trace">The trace.</param>
    /// <param name="number">Decides between equal times.</param>
    /// <param name="chunks">Its blocks.</param>
    /// <param name="reader">For this stream alone until it has ended.</param>
    public CpuStream(Trace trace, int number, IReadOnlyList<SampleBlock> chunks, SampleReader reader)
    {
        _trace = trace;
        _chunks = chunks;
        _reader = reader;
        Number = number;
    }

    /// <summary>What it reads with; free for another stream after the end.</summary>
    public SampleReader Reader => _reader;

    /// <summary>Decides between equal times.</summary>
    public int Number { get; }

    /// <summary>The CPU of the chunk at hand, -1 when the chunk does not say: records need not repeat what their chunk says of them all.</summary>
    public int Cpu => _next == 0 ? -1 : _chunks[_next - 1].Cpu;

    /// <summary>Nanoseconds of the record at hand; of one without a time, that of the one before it.</summary>
    public long Time { get; private set; } = long.MinValue;

    /// <summary>Index of the record's event; may be one that the trace does not describe.</summary>
    public int EventIndex { get; private set; }

    /// <summary>Of the record at hand: its stack has only the words that point into code or stacks.</summary>
    public bool StackFiltered { get; private set; }

    /// <summary>The record at hand; valid until <see cref="MoveNext"/>.</summary>
    public PerfRecord Record => new(_record.AsSpan(0, _length));

    /// <summary>Chunks that could not be read to their end.</summary>
    public int DamagedChunks { get; private set; }

    public bool MoveNext()
    {
        while (true)
        {
            try
            {
                if (_isOpen && _reader.TryReadNext(out var record, out var eventIndex))
                {
                    Keep(record, eventIndex);
                    return true;
                }

                _isOpen = false;
                if (_next >= _chunks.Count)
                    return false;
                _reader.Open(_chunks[_next++]);
                _isOpen = true;
            }
            catch (BadDataException e)
            {
                _isOpen = false;
                DamagedChunks++;
                _trace.Source.ReportBadContent(_chunks[_next - 1], e);
            }
        }
    }

    private void Keep(PerfRecord record, int eventIndex)
    {
        if (_record.Length < record.Bytes.Length)
            _record = new byte[Math.Max(record.Bytes.Length, _record.Length * 2)];
        record.Bytes.CopyTo(_record);
        _length = record.Bytes.Length;
        EventIndex = eventIndex;
        StackFiltered = _reader.StackFiltered;
        if ((uint)eventIndex < (uint)_trace.EventSources.Count && _trace.EventSources[eventIndex].Layout is { TimeOffset: >= 0 } layout
            && _length >= layout.TimeOffset + 8)
            Time = (long)System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(_record.AsSpan(layout.TimeOffset));
    }
}
