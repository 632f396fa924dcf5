using TraceKit.Format.Dtr;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Pump;

/// <summary>Puts a batch's side-band records in time order, and collects them into chunks.</summary>
internal sealed class SideBandBuffer(SampleLayout layout, TraceOutput output)
{
    private const int ChunkBytes = 256 << 10;
    private readonly byte[] _bytes = new byte[ChunkBytes];
    private ulong[] _times = new ulong[256];
    private long[] _places = new long[256];
    private int _used;
    private ulong _first = ulong.MaxValue;
    private ulong _last;

    /// <summary>Records written so far.</summary>
    public ulong Records { get; private set; }

    /// <summary>Records of the batch.</summary>
    public int Pending { get; private set; }

    /// <summary>Notes a record of the batch.</summary>
    public void Add(int block, int offset, ulong time)
    {
        if (Pending == _times.Length)
        {
            Array.Resize(ref _times, Pending * 2);
            Array.Resize(ref _places, Pending * 2);
        }

        // The place breaks ties: records of one CPU with one time keep their order.
        _times[Pending] = time;
        _places[Pending++] = ((long)block << 32) | (uint)offset;
    }

    public void Sort()
    {
        // Nearly always one CPU's records in order already; the sort is stable where it matters, because blocks and offsets rise.
        var sorted = true;
        for (var i = 1; i < Pending && sorted; i++)
            sorted = _times[i - 1] <= _times[i];
        if (sorted)
            return;
        Array.Sort(_times, _places, 0, Pending);
        for (var i = 0; i < Pending;)
        {
            var end = i + 1;
            while (end < Pending && _times[end] == _times[i])
                end++;
            Array.Sort(_places, i, end - i);
            i = end;
        }
    }

    public (int Block, int Offset) At(int index) => ((int)(_places[index] >> 32), (int)_places[index]);

    public void EndBatch() => Pending = 0;

    /// <summary>Takes a record for the file, as it is.</summary>
    public void Append(PerfRecord record)
    {
        if (_used + record.Bytes.Length > ChunkBytes)
            Flush();
        record.Bytes.CopyTo(_bytes.AsSpan(_used));
        _used += record.Bytes.Length;
        Records++;
        if (!SampleId.TryRead(record, layout, out var id))
            return;
        _first = Math.Min(_first, id.Time);
        _last = Math.Max(_last, id.Time);
    }

    public void Flush()
    {
        if (_used == 0)
            return;
        output.Write(ChunkType.SideBand, ChunkHeader.NoStream, _first == ulong.MaxValue ? 0 : _first, _last, _bytes.AsSpan(0, _used));
        _used = 0;
        _first = ulong.MaxValue;
        _last = 0;
    }
}
