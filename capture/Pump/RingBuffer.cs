using TraceKit.Capture.Native;

namespace TraceKit.Capture.Pump;

/// <summary>
/// The reader's side of one perf ring: <c>data_head</c> is the kernel's, <c>data_tail</c> is ours, both count bytes since the start and
/// never wrap; a position in the data is the count modulo the size.
/// </summary>
/// <remarks>
/// Barriers, as <c>perf_event.h</c> asks for them at <c>data_head</c>: the load of the head is an acquire (<see cref="Volatile.Read(ref readonly ulong)"/>),
/// so no record byte is read before the head that covers it; the store of the tail is a release (<see cref="Volatile.Write(ref ulong, ulong)"/>),
/// so every byte is copied before the kernel may overwrite it.
/// <code>
/// struct perf_event_mmap_page   +0x400 data_head u64 | +0x408 data_tail u64
/// </code>
/// </remarks>
internal sealed unsafe class RingBuffer
{
    private const int DataHeadOffset = 0x400, DataTailOffset = 0x408;
    private const int RecordHeaderBytes = 8;
    private readonly byte* _control;
    private readonly byte* _data;
    private readonly ulong _mask;

    // Read up to here; published to the kernel by Release.
    private ulong _position;

    public RingBuffer(RingMapping mapping)
        : this(mapping.Control, mapping.Data, mapping.DataBytes)
    {
    }

    /// <param name="control">The control page.</param>
    /// <param name="data">The data area.</param>
    /// <param name="size">Bytes of the data area, a power of two.</param>
    internal RingBuffer(byte* control, byte* data, int size)
    {
        _control = control;
        _data = data;
        _mask = (ulong)size - 1;
        // SAFETY: the control page is mapped as long as this object is used (the session disposes both together).
        _position = *(ulong*)(control + DataTailOffset);
    }

    /// <summary>Bytes of records whose header was impossible; their ring was skipped to its head.</summary>
    public ulong CorruptBytes { get; private set; }

    /// <summary>Everything before this position is whole and may be read.</summary>
    // SAFETY: as in the constructor; the field is 8-aligned.
    public ulong ReadHead() => Volatile.Read(ref *(ulong*)(_control + DataHeadOffset));

    public bool IsDrained(ulong head) => _position >= head;

    /// <summary>Copies whole records up to <paramref name="head"/> while they fit.</summary>
    /// <returns>false when records before the head are left: the block is full.</returns>
    public bool CopyTo(NativeBlock block, ulong head)
    {
        if (_position >= head)
            return true;
        var left = head - _position;
        var fits = left <= (ulong)block.Free ? (int)left : WholeRecords(head, block.Free);
        if (fits > 0)
        {
            Copy(fits, block.Tail);
            block.Length += fits;
        }

        return _position >= head;
    }

    /// <summary>Gives what was copied back to the kernel.</summary>
    // SAFETY: as in the constructor; the field is 8-aligned.
    public void Release() => Volatile.Write(ref *(ulong*)(_control + DataTailOffset), _position);

    private int WholeRecords(ulong head, int room)
    {
        var at = _position;
        var total = 0;
        while (at < head)
        {
            // SAFETY: records begin 8-aligned and the size is a multiple of the page: a header never wraps. struct perf_event_header: type u32, misc u16, size u16.
            int size = *(ushort*)(_data + (at & _mask) + 6);
            if (size < RecordHeaderBytes || at + (ulong)size > head)
            {
                CorruptBytes += head - at;
                if (total == 0)
                    _position = head;
                break;
            }

            if (total + size > room)
                break;
            total += size;
            at += (ulong)size;
        }

        return total;
    }

    private void Copy(int count, Span<byte> target)
    {
        var start = (int)(_position & _mask);
        var first = Math.Min(count, (int)_mask + 1 - start);
        // SAFETY: both pieces lie inside the data area: the first ends at its end at the latest, the second begins at its start.
        new ReadOnlySpan<byte>(_data + start, first).CopyTo(target);
        if (first < count)
            new ReadOnlySpan<byte>(_data, count - first).CopyTo(target[first..]);
        _position += (ulong)count;
    }
}
