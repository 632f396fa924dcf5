using System.Runtime.InteropServices;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>The events of a file, and which of them a record is of. Grows while a pipe is read; after that any thread may ask.</summary>
public sealed class PerfDataEvents
{
    private readonly List<PerfDataAttribute> _attributes = [];
    private readonly Dictionary<ulong, int> _byId = [];

    /// <summary>The events in the order of the file.</summary>
    public IReadOnlyList<PerfDataAttribute> Attributes => _attributes;

    /// <summary>Whether no record has a time: they are told in the order of the file, and get their place in it as time.</summary>
    public bool AddsTime { get; private set; }

    /// <summary>Whether samples carry counters, and one record may stand for several samples.</summary>
    internal bool HasReads { get; private set; }

    /// <summary>Which event has an id.</summary>
    public bool TryFind(ulong id, out int index) => _byId.TryGetValue(id, out index);

    /// <summary>The event of a record; -1 when its id belongs to none.</summary>
    /// <remarks>As perf does it (<c>evlist__event2evsel</c>): the id stands at the same place for all events; a record without one is the first event's.</remarks>
    /// <param name="record">Its bytes, in the file's order; of a sample the fields of fixed size are enough.</param>
    /// <param name="isSample">Whether it is a sample: in others the id stands at the end.</param>
    /// <param name="isBigEndian">The file's order.</param>
    public int EventOf(ReadOnlySpan<byte> record, bool isSample, bool isBigEndian)
    {
        if (_attributes.Count <= 1)
            return _attributes.Count - 1;
        var layout = _attributes[0].Layout;
        var at = isSample
            ? layout.IdentifierOffset >= 0 ? layout.IdentifierOffset : layout.IdOffset
            : (layout.TrailerIdentifierBack > 0 ? layout.TrailerIdentifierBack : layout.TrailerIdBack) is > 0 and var back ? record.Length - back : -1;
        if (at < 0)
            return 0;
        if (at < PerfRecord.HeaderSize || at + 8 > record.Length)
            return -1;
        var id = ByteOrder.Read64(record[at..], isBigEndian);
        return id == 0 ? 0 : _byId.TryGetValue(id, out var index) ? index : -1;
    }

    internal void Add(PerfDataAttribute attribute)
    {
        foreach (var id in attribute.Ids)
            CollectionsMarshal.GetValueRefOrAddDefault(_byId, id, out _) = _attributes.Count;
        _attributes.Add(attribute);
        HasReads |= attribute.Layout.Has(PerfSampleFormat.PERF_SAMPLE_READ);
    }

    /// <summary>When all events are known.</summary>
    internal void Complete()
    {
        foreach (var attribute in _attributes)
        {
            if (CounterReads.AddsPeriod(attribute.Layout))
                attribute.AddPeriod();
        }

        AddsTime = _attributes.Count > 0 && _attributes.TrueForAll(static a => !a.Layout.Has(PerfSampleFormat.PERF_SAMPLE_TIME));
        if (!AddsTime)
            return;
        foreach (var attribute in _attributes)
            attribute.AddTime();
    }
}
