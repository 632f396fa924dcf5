using System.Buffers.Binary;
using K4os.Compression.LZ4;
using Microsoft.Win32.SafeHandles;
using TraceKit.Binary;
using TraceKit.Format.Perf;
using TraceKit.Format.PerfData;

namespace TraceKit.Engine.Sources;

/// <summary>
/// Where the records of a file are, in blocks that any worker can take. Records that were compressed cannot be inflated again from the middle of
/// their stream: they are kept, LZ4, in a temporary file that has no name.
/// </summary>
internal sealed class PerfDataIndex(PerfDataFile file, bool isBigEndian) : IPerfDataVisitor, IDisposable
{
    /// <summary>Bytes of a block, about: enough to keep a core busy, little enough to hold one for each core and stream.</summary>
    private const int BlockBytes = 1 << 20;

    private readonly List<Block> _blocks = [];
    private Block? _open;
    private byte[] _spilled = [];
    private SafeFileHandle? _spill;
    private long _spillEnd;
    private long _order;
    private long _lostRecords;
    private long _lostSamples;
    private long[] _samplesOfEvent = new long[4];

    /// <summary>A run of records.</summary>
    internal sealed class Block
    {
        public long Offset { get; set; }

        public int Length { get; set; }

        /// <summary>Bytes of all blocks before it: its place in the order of the file.</summary>
        public long Order { get; set; }

        /// <summary>Bytes in the temporary file; 0 when it stands in the file itself.</summary>
        public int Stored { get; set; }

        public ulong FirstTime { get; set; } = ulong.MaxValue;

        public ulong LastTime { get; set; }

        public int Samples { get; set; }

        /// <summary>Where in it records stand that are no samples: offset and length, runs joined.</summary>
        public List<(int Offset, int Length)>? SideBand { get; set; }
    }

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>Samples of no event that the file describes.</summary>
    public long UnknownSamples { get; private set; }

    public long Samples { get; private set; }

    public long SideBandRecords { get; private set; }

    public long RecordBytes { get; private set; }

    /// <summary>What was lost: PERF_RECORD_LOST counts records that found no room, PERF_RECORD_LOST_SAMPLES the samples among them once more when perf reads the counters at the end.</summary>
    public long Lost => Math.Max(_lostRecords, _lostSamples);

    /// <summary>Samples of an event.</summary>
    public long SamplesOf(int eventIndex) => eventIndex < _samplesOfEvent.Length ? _samplesOfEvent[eventIndex] : 0;

    /// <inheritdoc/>
    public void OnRecord(in PerfDataItem item)
    {
        var block = item.Offset < 0 ? Spill(item) : Extend(item.Offset, item.Size);
        RecordBytes += item.Size;
        if (!item.IsSample)
        {
            SideBandRecords++;
            if (item.Type == PerfRecordType.PERF_RECORD_LOST)
                _lostRecords += CountAt(item, 16); // after u64 id
            else if (item.Type == PerfRecordType.PERF_RECORD_LOST_SAMPLES)
                _lostSamples += CountAt(item, 8);
            var at = block.Length - item.Size;
            block.SideBand ??= [];
            if (block.SideBand.Count > 0 && block.SideBand[^1] is var last && last.Offset + last.Length == at)
                block.SideBand[^1] = (last.Offset, last.Length + item.Size);
            else
                block.SideBand.Add((at, item.Size));
            return;
        }

        Samples++;
        block.Samples++;
        block.FirstTime = Math.Min(block.FirstTime, item.Time);
        block.LastTime = Math.Max(block.LastTime, item.Time);
        if (item.EventIndex < 0)
        {
            UnknownSamples++;
            return;
        }

        if (item.EventIndex >= _samplesOfEvent.Length)
            Array.Resize(ref _samplesOfEvent, Math.Max(item.EventIndex + 1, _samplesOfEvent.Length * 2));
        _samplesOfEvent[item.EventIndex]++;
    }

    /// <inheritdoc/>
    public void OnSkipped(long offset, long size)
    {
        // A short one between two records does not end a block; readers pass over it.
        if (_open is { } open && !IsSpilled(open) && open.Offset + open.Length == offset && open.Length + size <= BlockBytes && size < 4096)
            open.Length += (int)size;
    }

    /// <summary>After the last record.</summary>
    public void Finish()
    {
        Close();
        _spilled = [];
    }

    /// <summary>The bytes of a block.</summary>
    /// <param name="block">Which.</param>
    /// <param name="buffer">Reused; replaced when it is too small.</param>
    /// <exception cref="BadDataException">The file became shorter.</exception>
    public Memory<byte> Read(Block block, ref byte[] buffer)
    {
        if (buffer.Length < block.Length)
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(block.Length, BlockBytes + InputLimits.PerfRecordBytes));
        var bytes = buffer.AsMemory(0, block.Length);
        if (block.Stored == 0)
        {
            if (file.Read(block.Offset, bytes.Span) < block.Length)
                BadDataException.Throw("records", (ulong)block.Offset, BadDataCode.Truncated, $"{block.Length} bytes", "the end of the file");
            return bytes;
        }

        var stored = System.Buffers.ArrayPool<byte>.Shared.Rent(block.Stored);
        var read = RandomAccess.Read(_spill!, stored.AsSpan(0, block.Stored), block.Offset);
        var isWhole = read == block.Stored && LZ4Codec.Decode(stored.AsSpan(0, read), bytes.Span) == block.Length;
        System.Buffers.ArrayPool<byte>.Shared.Return(stored);
        if (!isWhole)
            BadDataException.Throw("records", (ulong)block.Offset, BadDataCode.Truncated, $"{block.Stored} bytes of the temporary file", $"{read}");
        return bytes;
    }

    /// <summary>A part of a block.</summary>
    /// <inheritdoc cref="Read(Block, ref byte[])"/>
    public Memory<byte> Read(Block block, int offset, int length, ref byte[] buffer)
    {
        if (block.Stored > 0)
            return Read(block, ref buffer).Slice(offset, length);
        if (buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<byte>(length);
        if (file.Read(block.Offset + offset, buffer.AsSpan(0, length)) < length)
            BadDataException.Throw("records", (ulong)(block.Offset + offset), BadDataCode.Truncated, $"{length} bytes", "the end of the file");
        return buffer.AsMemory(0, length);
    }

    public void Dispose() => _spill?.Dispose();

    private long CountAt(in PerfDataItem item, int at)
    {
        if (item.Bytes.Length < at + 8)
            return 0;
        var lost = isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(item.Bytes[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(item.Bytes[at..]);
        return (long)Math.Min(lost, int.MaxValue);
    }

    private static bool IsSpilled(Block block) => block.Offset < 0;

    private Block Extend(long offset, int size)
    {
        if (_open is { } open && !IsSpilled(open) && open.Offset + open.Length == offset && open.Length + size <= BlockBytes)
        {
            open.Length += size;
            return open;
        }

        Close();
        return _open = new Block { Offset = offset, Length = size };
    }

    private Block Spill(in PerfDataItem item)
    {
        if (_open is not { } open || !IsSpilled(open) || open.Length + item.Size > BlockBytes)
        {
            Close();
            open = _open = new Block { Offset = -1 };
        }

        if (_spilled.Length == 0)
            _spilled = new byte[BlockBytes];
        item.Bytes.CopyTo(_spilled.AsSpan(open.Length));
        open.Length += item.Size;
        return open;
    }

    private void Close()
    {
        if (_open is not { } block)
            return;
        _open = null;
        block.Order = _order;
        _order += block.Length;
        _blocks.Add(block);
        if (!IsSpilled(block))
            return;
        _spill ??= TemporaryFile.Create();
        var stored = System.Buffers.ArrayPool<byte>.Shared.Rent(LZ4Codec.MaximumOutputSize(block.Length));
        block.Stored = LZ4Codec.Encode(_spilled.AsSpan(0, block.Length), stored, LZ4Level.L00_FAST);
        block.Offset = _spillEnd;
        RandomAccess.Write(_spill, stored.AsSpan(0, block.Stored), _spillEnd);
        _spillEnd += block.Stored;
        System.Buffers.ArrayPool<byte>.Shared.Return(stored);
    }
}
