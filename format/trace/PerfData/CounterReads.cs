using System.Buffers.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>
/// Samples that carry counters (<c>PERF_SAMPLE_READ</c>, as <c>perf record -e '{a,b}:S'</c> makes them) stand for one sample of each counter whose value has grown: perf tells them so
/// (<c>evlist__deliver_sample</c>), with the growth as period.
/// </summary>
/// <remarks>What a counter had before is in the records before: they must be met in the order of the file.</remarks>
internal sealed class CounterReads(bool isBigEndian)
{
    private readonly Dictionary<(ulong Id, uint Tid), ulong> _last = [];
    private byte[] _made = new byte[1024];

    /// <summary>Gets each sample that is made: whole records in the file's byte order.</summary>
    public delegate void Visitor(ReadOnlySpan<byte> record);

    /// <summary>Whether samples of an event are made of their counters and have no period of their own: then the growth stands where it would.</summary>
    public static bool AddsPeriod(SampleLayout layout) =>
        layout.Has(PerfSampleFormat.PERF_SAMPLE_READ) && !layout.Has(PerfSampleFormat.PERF_SAMPLE_PERIOD) && (layout.ReadFormat & PerfReadFormat.PERF_FORMAT_ID) != 0;

    /// <summary>Makes the samples of a record.</summary>
    /// <param name="record">The whole sample, in the file's byte order.</param>
    /// <param name="attribute">Its event.</param>
    /// <param name="visit">Gets them.</param>
    /// <returns>False when the record does not say which counters it has: then it stands for itself.</returns>
    public bool TryExpand(ReadOnlySpan<byte> record, PerfDataAttribute attribute, Visitor visit)
    {
        var layout = attribute.Layout;
        var format = layout.ReadFormat;
        if ((format & PerfReadFormat.PERF_FORMAT_ID) == 0)
            return false;
        var times = ((format & PerfReadFormat.PERF_FORMAT_TOTAL_TIME_ENABLED) != 0 ? 1 : 0) + ((format & PerfReadFormat.PERF_FORMAT_TOTAL_TIME_RUNNING) != 0 ? 1 : 0);
        var lost = (format & PerfReadFormat.PERF_FORMAT_LOST) != 0 ? 1 : 0;
        var at = layout.FixedSize;
        var tid = attribute.Attr.Has(PerfAttrFlags.inherit) && layout.TidOffset > 0 && layout.TidOffset + 8 <= record.Length ? ByteOrder.Read32(record[(layout.TidOffset + 4)..], isBigEndian) : 0;
        if ((format & PerfReadFormat.PERF_FORMAT_GROUP) == 0)
        {
            // value, times, id, lost
            if (record.Length - at < (2 + times + lost) * 8)
                return false;
            Make(record, layout, Word(record, at), Word(record, at + ((1 + times) * 8)), tid, visit);
            return true;
        }

        if (record.Length - at < (1 + times) * 8)
            return false;
        var count = Word(record, at);
        at += (1 + times) * 8;
        if (count > (ulong)((record.Length - at) / ((2 + lost) * 8)))
            return false;
        for (; count > 0; count--, at += (2 + lost) * 8)
            Make(record, layout, Word(record, at), Word(record, at + 8), tid, visit);
        return true;
    }

    private void Make(ReadOnlySpan<byte> record, SampleLayout layout, ulong value, ulong id, uint tid, Visitor visit)
    {
        var before = _last.GetValueOrDefault((id, tid));
        if (_last.Count < 1 << 20 || before != 0)
            _last[(id, tid)] = value;
        var growth = value - before;
        if (growth == 0)
            return;
        // With a fixed period (-c) records have no field for it, and get one.
        var added = layout.PeriodOffset < 0 ? 8 : 0;
        var size = record.Length + added;
        if (size > ushort.MaxValue)
            return;
        if (_made.Length < size)
            _made = new byte[size];
        var place = added > 0 ? layout.FixedSize : layout.PeriodOffset;
        record[..place].CopyTo(_made);
        record[place..].CopyTo(_made.AsSpan(place + added));
        if (isBigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(_made.AsSpan(6), (ushort)size);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(_made.AsSpan(6), (ushort)size);
        Put(layout.IdentifierOffset, id);
        Put(layout.IdOffset, id);
        Put(place, growth);
        visit(_made.AsSpan(0, size));
    }

    private ulong Word(ReadOnlySpan<byte> record, int at) => ByteOrder.Read64(record[at..], isBigEndian);

    private void Put(int at, ulong value)
    {
        if (at < 0)
            return;
        if (isBigEndian)
            BinaryPrimitives.WriteUInt64BigEndian(_made.AsSpan(at), value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(_made.AsSpan(at), value);
    }
}
