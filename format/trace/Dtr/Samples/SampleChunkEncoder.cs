using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>Puts one CPU's samples into columns: the payload of a Samples chunk.</summary>
/// <remarks>
/// Lossless: the decoder gives back each record byte for byte, but for user stacks that a <see cref="StackPointerFilter"/> thinned. A record
/// that is no sample of its layout is stored as it is. Each chunk starts from nothing, so each decodes alone. One thread at a time; no
/// allocation per record once the buffers have grown.
/// </remarks>
public sealed partial class SampleChunkEncoder
{
    /// <summary>Bytes of the payload before its columns.</summary>
    internal const int HeaderSize = 32 + Columns * 4;

    /// <summary>Count of columns.</summary>
    internal const int Columns = (int)SampleColumn.Verbatim + 1;

    /// <summary>Version of the payload.</summary>
    internal const byte Version = 1;

    private readonly ByteColumn[] _columns = new ByteColumn[Columns];
    private readonly ByteColumn _shapes, _threads, _times, _timesOfTimes = new(), _scalars, _definitions, _verbatim;
    private readonly Dictionary<SampleShape, int> _shapeNumbers = [];
    private readonly Dictionary<ulong, int> _threadNumbers = [];
    private readonly List<EventState> _events = [];
    private readonly ThreadState?[] _threadStates = new ThreadState?[ThreadState.Slots];
    private readonly ChainState _kernelChain = new();
    private readonly ChainState _anyChain = new();
    private readonly RawState?[] _rawStates = new RawState?[RawState.Slots];
    private readonly SymbolModel _addresses = new();
    private byte[] _payload = [];
    private int _eventCount;
    private SampleShape _lastShape;
    private int _lastShapeNumber;
    private int _thread;
    private ulong _threadKey;
    private ThreadState _threadState;
    private ulong _baseTime, _time, _timeStep;
    private bool _hasTime;
    private ulong _lastSymbol;
    private ulong _recordBytes;
    private int _bound;
    private AddressHits? _hits;

    /// <summary>An encoder with nothing in it.</summary>
    public SampleChunkEncoder()
    {
        for (var i = 0; i < Columns; i++)
            _columns[i] = new ByteColumn();
        _shapes = Column(SampleColumn.Shapes);
        _threads = Column(SampleColumn.Threads);
        _times = Column(SampleColumn.Times);
        _scalars = Column(SampleColumn.Scalars);
        _definitions = Column(SampleColumn.Definitions);
        _verbatim = Column(SampleColumn.Verbatim);
        _threadState = new ThreadState();
        Begin(ChunkHeader.NoStream);
    }

    /// <summary>CPU of the chunk.</summary>
    public uint Stream { get; private set; }

    /// <summary>Records in the chunk so far.</summary>
    public int Count { get; private set; }

    /// <summary>Least time of a sample in the chunk, 0 with none.</summary>
    public ulong FirstTime { get; private set; }

    /// <summary>Greatest time of a sample in the chunk.</summary>
    public ulong LastTime { get; private set; }

    /// <summary>Bytes of the payload if it were finished now, at most.</summary>
    public int EncodedBytes
    {
        get
        {
            var sum = HeaderSize + _timesOfTimes.Length;
            foreach (var column in _columns)
                sum += column.Length;
            return sum;
        }
    }

    /// <summary>Bytes of the chunk's records as the kernel wrote them.</summary>
    public ulong RecordBytes => _recordBytes;

    /// <summary>Stack dumps thinned to pointers, over the encoder's life.</summary>
    public long FilteredStacks { get; private set; }

    /// <summary>Stack dumps stored byte for byte (no filter, not 64-bit, or no stack pointer register), over the encoder's life.</summary>
    public long RawStacks { get; private set; }

    /// <summary>Records stored as they are, over the encoder's life.</summary>
    public long VerbatimRecords { get; private set; }

    /// <summary>Forgets what is in the chunk and starts one for a CPU.</summary>
    /// <param name="stream">CPU number.</param>
    public void Begin(uint stream)
    {
        Stream = stream;
        Count = 0;
        FirstTime = LastTime = 0;
        foreach (var column in _columns)
            column.Clear();
        _timesOfTimes.Clear();
        _shapeNumbers.Clear();
        _threadNumbers.Clear();
        _threadNumbers.Add(0, 0);
        foreach (var state in _threadStates)
        {
            if (state is not null)
                state.Owner = -1;
        }

        foreach (var state in _rawStates)
            state?.Clear();
        _kernelChain.Clear();
        _addresses.Clear();
        ClearStacks();
        _eventCount = 0;
        _lastShape = default;
        _lastShapeNumber = -1;
        _threadKey = 0;
        SelectThread(0);
        _time = _timeStep = _baseTime = 0;
        _hasTime = false;
        _lastSymbol = 0;
        _recordBytes = 0;
        _bound = HeaderSize;
    }

    /// <summary>Adds a record.</summary>
    /// <param name="record">Any record; a sample of <paramref name="layout"/> as a rule.</param>
    /// <param name="eventIndex">Index of its event in the event table.</param>
    /// <param name="layout">The event's layout: the same object for the same index within a chunk.</param>
    /// <param name="filter">The mappings of the sample's process; null when not known: the stack is stored byte for byte.</param>
    /// <param name="hits">Gets the record's user addresses that were not in the thread's record before it; null when nobody asks.</param>
    /// <returns>False when the chunk is full and the record was not added: finish, begin, add again.</returns>
    public bool Add(PerfRecord record, int eventIndex, SampleLayout layout, StackPointerFilter? filter, AddressHits? hits = null)
    {
        _hits = hits;
        // At worst: each 8 bytes a symbol of 15; and the edits that drop an earlier dump.
        var reserve = record.Bytes.Length * 2 + (1 << 14);
        if (_recordBytes + (ulong)record.Bytes.Length > InputLimits.SampleChunkRecordBytes)
            return false;
        if (_bound + reserve > InputLimits.ChunkRawBytes)
        {
            _bound = EncodedBytes;
            if (_bound + reserve > InputLimits.ChunkRawBytes)
                return false;
        }

        var bytes = record.Bytes;
        if (bytes.Length < PerfRecord.HeaderSize || bytes.Length != BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]))
            throw new ArgumentException("not a whole record: use PerfRecord.TryRead", nameof(record));
        var number = EventNumber(eventIndex, layout);
        var before = _bound;
        _bound += Math.Min(reserve, bytes.Length * 2 + 256);
        if (!PerfSample.TryParse(record, layout, out var sample) ||
            (layout.CpuOffset >= 0 && MemoryMarshal.Read<uint>(bytes[(layout.CpuOffset + 4)..]) != 0) ||
            sample.UserAbi > PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64)
        {
            AddVerbatim(bytes, number);
        }
        else
        {
            AddSample(sample, number, filter);
            if (filter is not null)
                _bound = before + reserve;
        }

        Count++;
        _recordBytes += (ulong)bytes.Length;
        return true;
    }

    /// <summary>Builds the payload. The encoder then waits for <see cref="Begin"/>.</summary>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Finish()
    {
        var useSteps = _timesOfTimes.Length < _times.Length;
        var size = HeaderSize;
        for (var i = 0; i < Columns; i++)
            size += ColumnBytes(i, useSteps).Length;
        if (_payload.Length < size)
            _payload = new byte[Math.Min(InputLimits.ChunkRawBytes, Math.Max(size, _payload.Length * 2))];
        var payload = _payload.AsSpan(0, size);
        payload[0] = Version;
        payload[1] = useSteps ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(payload[2..], Columns);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], (uint)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[8..], Stream);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[12..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[16..], _baseTime);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[24..], _recordBytes);
        var at = HeaderSize;
        for (var i = 0; i < Columns; i++)
        {
            var column = ColumnBytes(i, useSteps);
            BinaryPrimitives.WriteUInt32LittleEndian(payload[(32 + i * 4)..], (uint)column.Length);
            column.CopyTo(payload[at..]);
            at += column.Length;
        }

        return payload;
    }

    private ReadOnlySpan<byte> ColumnBytes(int column, bool useSteps) =>
        column == (int)SampleColumn.Times && useSteps ? _timesOfTimes.Span : _columns[column].Span;

    private ByteColumn Column(SampleColumn column) => _columns[(int)column];

    private void AddVerbatim(ReadOnlySpan<byte> bytes, int number)
    {
        WriteShape(new SampleShape(number, ShapeFlags.Verbatim, 0, 0));
        _verbatim.Ensure(bytes.Length + 8);
        _verbatim.Varint((ulong)bytes.Length);
        _verbatim.Bytes(bytes);
        VerbatimRecords++;
    }

    private int EventNumber(int eventIndex, SampleLayout layout)
    {
        for (var i = 0; i < _eventCount; i++)
        {
            if (_events[i].EventIndex == eventIndex && ReferenceEquals(_events[i].Layout, layout))
                return i;
        }

        if (_eventCount == _events.Count)
            _events.Add(new EventState());
        _events[_eventCount].Reset(eventIndex, layout);
        _definitions.Ensure(80);
        _definitions.Byte((byte)DefinitionKind.Event);
        _definitions.Varint((ulong)eventIndex);
        _definitions.Varint(layout.SampleType);
        _definitions.Varint(layout.ReadFormat);
        _definitions.Varint(layout.BranchSampleType);
        _definitions.Varint(layout.RegsUser);
        _definitions.Varint(layout.RegsIntr);
        _definitions.Byte((byte)layout.Architecture);
        return _eventCount++;
    }

    private void WriteShape(in SampleShape shape)
    {
        _shapes.Ensure(8);
        if (shape != _lastShape || _lastShapeNumber < 0)
        {
            if (!_shapeNumbers.TryGetValue(shape, out var number))
            {
                number = _shapeNumbers.Count;
                _shapeNumbers.Add(shape, number);
                _definitions.Ensure(40);
                _definitions.Byte((byte)DefinitionKind.Shape);
                _definitions.Varint((ulong)shape.Event);
                _definitions.Varint(shape.Flags);
                _definitions.Varint(shape.Misc);
                _definitions.Varint(shape.Identity);
            }

            _lastShape = shape;
            _lastShapeNumber = number;
        }

        _shapes.Varint((ulong)_lastShapeNumber);
    }

    private int ThreadNumber(ulong key)
    {
        if (!_threadNumbers.TryGetValue(key, out var number))
        {
            number = _threadNumbers.Count;
            _threadNumbers.Add(key, number);
            _definitions.Ensure(16);
            _definitions.Byte((byte)DefinitionKind.Thread);
            _definitions.Varint((uint)key);
            _definitions.Varint((uint)(key >> 32));
        }

        return number;
    }

    private void SelectThread(int number)
    {
        _thread = number;
        var state = _threadStates[number & (ThreadState.Slots - 1)] ??= new ThreadState();
        if (state.Owner != number)
            state.Reset(number);
        _threadState = state;
    }
}
