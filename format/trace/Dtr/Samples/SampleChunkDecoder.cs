using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>Gives back the records of a Samples chunk, one at a time, in one reused buffer.</summary>
/// <remarks>Holds about half a megabyte of tables: make one per thread and <see cref="Reset"/> it for each chunk.</remarks>
public sealed partial class SampleChunkDecoder
{
    private const string Section = "samples";

    private readonly byte[] _record = new byte[InputLimits.PerfRecordBytes + 1];
    private readonly ColumnCursor[] _columns = new ColumnCursor[SampleChunkEncoder.Columns];
    private readonly List<EventState> _events = [];
    private readonly List<SampleShape> _shapes = [];
    private readonly List<ulong> _threads = [];
    private readonly ThreadState?[] _threadStates = new ThreadState?[ThreadState.Slots];
    private readonly ChainState _kernelChain = new();
    private readonly ChainState _anyChain = new();
    private readonly RawState?[] _rawStates = new RawState?[RawState.Slots];
    private readonly SymbolModel _addresses = new();
    private SymbolModel? _stackSymbols;
    private StackState _spare = new();
    private ThreadState _threadState = new();
    private int _eventCount;
    private int _thread;
    private int _at;
    private long _made;
    private bool _useSteps;
    private ulong _time, _timeStep, _lastSymbol, _lastStackSymbol;

    /// <summary>A decoder that waits for <see cref="Reset"/>.</summary>
    public SampleChunkDecoder()
    {
    }

    /// <summary>A decoder at the start of a payload.</summary>
    /// <inheritdoc cref="Reset"/>
    public SampleChunkDecoder(ReadOnlyMemory<byte> payload) => Reset(payload);

    /// <summary>Records in the chunk.</summary>
    public int Count { get; private set; }

    /// <summary>Records given back so far.</summary>
    public int Position { get; private set; }

    /// <summary>CPU of the chunk.</summary>
    public uint Stream { get; private set; }

    /// <summary>Bytes of all its records as the kernel wrote them (what the writer says).</summary>
    public ulong RecordBytes { get; private set; }

    /// <summary>Whether the stack dump of the record given back last was thinned to pointers.</summary>
    public bool StackFiltered { get; private set; }

    /// <summary>Layout of the record given back last, as the chunk states it. <see cref="SampleLayout.SampleIdAll"/> is not in it.</summary>
    public SampleLayout? Layout { get; private set; }

    /// <summary>Goes to the start of a chunk's payload.</summary>
    /// <param name="payload">Borrowed until the next reset.</param>
    /// <exception cref="BadDataException">No sample payload, or of a newer version.</exception>
    public void Reset(ReadOnlyMemory<byte> payload)
    {
        var data = payload.Span;
        if (data.Length < SampleChunkEncoder.HeaderSize)
            BadDataException.Throw(Section, 0, BadDataCode.Truncated, $"{SampleChunkEncoder.HeaderSize} bytes", $"{data.Length}");
        if (data[0] != SampleChunkEncoder.Version)
            BadDataException.Throw(Section, 0, BadDataCode.UnsupportedVersion, $"version {SampleChunkEncoder.Version}", $"{data[0]}");
        if (data[1] > 1)
            BadDataException.Throw(Section, 1, BadDataCode.InvalidValue, "time mode 0 or 1", $"{data[1]}");
        var columns = BinaryPrimitives.ReadUInt16LittleEndian(data[2..]);
        if (columns != SampleChunkEncoder.Columns)
            BadDataException.Throw(Section, 2, BadDataCode.InvalidValue, $"{SampleChunkEncoder.Columns} columns", $"{columns}");
        _useSteps = data[1] == 1;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        Stream = BinaryPrimitives.ReadUInt32LittleEndian(data[8..]);
        _time = BinaryPrimitives.ReadUInt64LittleEndian(data[16..]);
        RecordBytes = BinaryPrimitives.ReadUInt64LittleEndian(data[24..]);
        if (!MemoryMarshal.TryGetArray(payload, out var array))
            array = new ArraySegment<byte>(payload.ToArray());
        var at = SampleChunkEncoder.HeaderSize;
        for (var i = 0; i < columns; i++)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(data[(32 + i * 4)..]);
            if (length > (uint)(data.Length - at))
                BadDataException.Throw(Section, (ulong)(32 + i * 4), BadDataCode.Truncated, $"{length} bytes of column {(SampleColumn)i}", $"{data.Length - at}");
            _columns[i] = new ColumnCursor(array.Array!, array.Offset + at, (int)length, (SampleColumn)i);
            at += (int)length;
        }

        if (at != data.Length)
            BadDataException.Throw(Section, (ulong)at, BadDataCode.InvalidValue, "the end after the columns", $"{data.Length - at} bytes more");
        if (count > (uint)_columns[(int)SampleColumn.Shapes].Remaining)
            BadDataException.Throw(Section, 4, BadDataCode.InvalidValue, "a shape for each record", $"{count} records");
        Count = (int)count;
        ClearState();
        ReadDefinitions();
    }

    /// <summary>Gives back the next record.</summary>
    /// <param name="record">The kernel's bytes; valid until the next call.</param>
    /// <param name="eventIndex">Index in the event table.</param>
    /// <returns>False after the last.</returns>
    /// <exception cref="BadDataException">The chunk is damaged or hostile; nothing more can be read from it.</exception>
    public bool TryReadNext(out PerfRecord record, out int eventIndex)
    {
        if (Position >= Count)
        {
            record = default;
            eventIndex = -1;
            return false;
        }

        var number = Cursor(SampleColumn.Shapes).Count(int.MaxValue, "a shape");
        if (number >= _shapes.Count)
            BadDataException.Throw(Section, (ulong)Position, BadDataCode.InvalidValue, $"a shape under {_shapes.Count}", $"{number}");
        var shape = _shapes[number];
        var state = _events[shape.Event];
        StackFiltered = false;
        Layout = state.Layout;
        if ((shape.Flags & ShapeFlags.Verbatim) != 0)
            ReadVerbatim();
        else
            ReadSample(shape, state);
        Position++;
        _made += _at;
        if (_made > InputLimits.SampleChunkRecordBytes)
            BadDataException.Throw(Section, (ulong)Position, BadDataCode.LimitExceeded, $"at most {InputLimits.SampleChunkRecordBytes} bytes of records", "more");
        record = new PerfRecord(_record.AsSpan(0, _at));
        eventIndex = state.EventIndex;
        return true;
    }

    private ref ColumnCursor Cursor(SampleColumn column) => ref _columns[(int)column];

    private void ClearState()
    {
        Position = 0;
        _made = 0;
        StackFiltered = false;
        Layout = null;
        _shapes.Clear();
        _threads.Clear();
        _threads.Add(0);
        foreach (var state in _threadStates)
        {
            if (state is not null)
                state.Owner = -1;
        }

        foreach (var state in _rawStates)
            state?.Clear();
        _kernelChain.Clear();
        _addresses.Clear();
        _stackSymbols?.Clear();
        _eventCount = 0;
        _timeStep = _lastSymbol = _lastStackSymbol = 0;
        SelectThread(0);
    }

    private void ReadDefinitions()
    {
        ref var cursor = ref Cursor(SampleColumn.Definitions);
        while (cursor.Remaining > 0)
        {
            var kind = cursor.Byte();
            switch ((DefinitionKind)kind)
            {
                case DefinitionKind.Event:
                    ReadEvent(ref cursor);
                    break;
                case DefinitionKind.Shape:
                    if (_eventCount == 0)
                        Throw("an event before a shape", "none");
                    _shapes.Add(new SampleShape(cursor.Count(_eventCount - 1, "an event"), (uint)cursor.Count((int)ShapeFlags.All, "flags"),
                        (ushort)cursor.Count(ushort.MaxValue, "misc"), cursor.Varint()));
                    break;
                case DefinitionKind.Thread:
                    ulong pid = cursor.Varint(), tid = cursor.Varint();
                    if (pid > uint.MaxValue || tid > uint.MaxValue)
                        Throw("32-bit pid and tid", $"{pid}, {tid}");
                    _threads.Add(pid | tid << 32);
                    break;
                default:
                    Throw("a definition", $"kind {kind}");
                    break;
            }
        }
    }

    private void ReadEvent(ref ColumnCursor cursor)
    {
        var index = cursor.Count(int.MaxValue, "an event index");
        ulong sampleType = cursor.Varint(), readFormat = cursor.Varint(), branch = cursor.Varint();
        ulong regsUser = cursor.Varint(), regsIntr = cursor.Varint();
        var layout = new SampleLayout(sampleType, readFormat, branch, regsUser, regsIntr, sampleIdAll: false, (PerfArchitecture)cursor.Byte());
        if (_eventCount == _events.Count)
            _events.Add(new EventState());
        _events[_eventCount++].Reset(index, layout);
    }

    private void ReadVerbatim()
    {
        ref var cursor = ref Cursor(SampleColumn.Verbatim);
        var bytes = cursor.Bytes(cursor.Count(InputLimits.PerfRecordBytes, "a record"));
        if (bytes.Length < PerfRecord.HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) != bytes.Length)
            Throw("a record whose size is its own", $"{bytes.Length} bytes");
        bytes.CopyTo(_record);
        _at = bytes.Length;
    }

    private void SelectThread(int number)
    {
        _thread = number;
        var state = _threadStates[number & (ThreadState.Slots - 1)] ??= new ThreadState();
        if (state.Owner != number)
            state.Reset(number);
        _threadState = state;
    }

    [DoesNotReturn]
    private void Throw(string expected, string found) =>
        BadDataException.Throw($"{Section}, record {Position}", 0, BadDataCode.InvalidValue, expected, found);
}
