using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>Reads a <c>perf.data</c> of <c>perf record</c>, of a pipe, or of simpleperf: its metadata, then all records once in the order of the file.</summary>
/// <remarks>
/// <c>tools/perf/Documentation/perf.data-file-format.txt</c>. It opens nothing and keeps no records: a visitor of <see cref="Scan"/> notes where they are,
/// and <see cref="PerfDataRecords"/> reads them again from their bytes. Not safe for several threads.
/// </remarks>
public sealed partial class PerfDataReader
{
    /// <summary>Bytes of one metadata section: kallsyms and all formats of a host take some 20 MB.</summary>
    private const long MaximumSection = 256L << 20;

    /// <summary>Events of a file.</summary>
    private const int MaximumEvents = 1 << 16;

    private readonly IPerfDataInput _input;
    private readonly List<PerfDataDamage> _damage = [];
    private readonly SortedDictionary<uint, PerfDataCount> _others = [];
    private readonly PerfDataCount[] _counts = new PerfDataCount[96];
    private long _idBytes;

    private PerfDataReader(IPerfDataInput input, PerfDataHeader header)
    {
        _input = input;
        Header = header;
    }

    /// <summary>The first bytes.</summary>
    public PerfDataHeader Header { get; }

    /// <summary>Events, host, build-ids; of a pipe only after <see cref="Scan"/>.</summary>
    public PerfDataMetadata Metadata { get; } = new();

    /// <summary>Where records begin.</summary>
    public long DataStart { get; private set; }

    /// <summary>Where they end.</summary>
    public long DataEnd { get; private set; }

    /// <summary>Whether the recorder did not finish the file: no size of the data, or less data than it says.</summary>
    public bool IsCut { get; private set; }

    /// <summary>What could not be read. Grows in <see cref="Scan"/>.</summary>
    public IReadOnlyList<PerfDataDamage> Damage => _damage;

    /// <summary>Records whose type nobody here knows.</summary>
    public long UnknownRecords { get; private set; }

    /// <summary>Bytes of AUX data (instruction traces), which are passed over.</summary>
    public long AuxBytes { get; private set; }

    /// <summary>Who made the AUX data (<c>enum auxtrace_type</c>): <c>Intel PT</c>; empty when the file does not say.</summary>
    public string AuxKind { get; private set; } = "";

    /// <summary>Records by type, as far as the file was read; inflated ones too.</summary>
    public IEnumerable<(uint Type, PerfDataCount Count)> Counts
    {
        get
        {
            for (var type = 0; type < _counts.Length; type++)
            {
                if (_counts[type].Records > 0)
                    yield return ((uint)type, _counts[type]);
            }

            foreach (var (type, count) in _others)
                yield return (type, count);
        }
    }

    /// <summary>Reads header, attributes and features.</summary>
    /// <param name="input">The file.</param>
    /// <exception cref="BadDataException">No <c>perf.data</c>, or a header that says what cannot be. Damage after the header is told in <see cref="Damage"/>.</exception>
    public static PerfDataReader Open(IPerfDataInput input)
    {
        var reader = new PerfDataReader(input, PerfDataHeader.Read(input));
        if (reader.Header.IsPipe)
        {
            reader.DataStart = PerfDataHeader.PipeSize;
            reader.DataEnd = input.Length;
            return reader;
        }

        reader.PlaceData();
        reader.ReadAttributes();
        if (!reader.IsCut)
            reader.ReadFeatures();
        reader.Complete();
        return reader;
    }

    private void PlaceData()
    {
        var (offset, size) = Header.Data;
        if (offset < PerfDataHeader.FileSize - 32 || offset > (ulong)_input.Length)
            BadDataException.Throw("header", 40, BadDataCode.InvalidValue, $"data within {_input.Length} bytes", $"offset {offset}");
        DataStart = (long)offset;
        var left = (ulong)(_input.Length - DataStart);
        IsCut = size == 0 || size > left;
        DataEnd = IsCut ? _input.Length : DataStart + (long)size;
        if (size == 0 && left > 0)
            AddDamage(DataEnd, 0, "the data's size is 0: the recorder was killed before it could finish the file");
        else if (size > left)
            AddDamage(DataEnd, 0, $"the file ends {size - left} bytes before its data do");
    }

    private void ReadAttributes()
    {
        var (offset, size) = Header.Attributes;
        var entry = Header.AttributeSize;
        if (entry is < PerfEventAttr.PERF_ATTR_SIZE_VER0 + 16 or > PerfEventAttr.MaxSize + 16)
            BadDataException.Throw("header", 16, BadDataCode.InvalidValue, $"attributes of {PerfEventAttr.PERF_ATTR_SIZE_VER0 + 16} to {PerfEventAttr.MaxSize + 16} bytes", $"{entry}");
        if (ReadSection(offset, size) is not { } table)
        {
            BadDataException.Throw("header", 24, BadDataCode.InvalidValue, $"attributes within {_input.Length} bytes", $"{size} bytes at {offset}");
            return;
        }

        for (var at = 0; table.Length - at >= (int)entry; at += (int)entry)
        {
            var bytes = table.AsSpan(at, (int)entry);
            if (!PerfDataAttribute.TryReadAttr(bytes[..^16], Header.IsBigEndian, out var attr))
                throw new BadDataException("", "attributes", (ulong)at, BadDataCode.InvalidValue, $"perf_event_attr of at most {entry - 16} bytes", $"{ByteOrder.Read32(bytes[4..], Header.IsBigEndian)}");

            // The place of the ids follows the attribute, which may be shorter than its room.
            var where = attr.Size;
            var ids = ReadSection(ByteOrder.Read64(bytes[where..], Header.IsBigEndian), ByteOrder.Read64(bytes[(where + 8)..], Header.IsBigEndian));
            _idBytes += ids?.Length ?? 0;
            if (ids is null)
                AddDamage((long)offset + at + where, 16, "an event's ids lie outside the file");
            if (_idBytes > _input.Length || Metadata.Events.Attributes.Count >= MaximumEvents)
                BadDataException.Throw("attributes", (ulong)at, BadDataCode.LimitExceeded, $"at most {MaximumEvents} events with ids apart", $"{Metadata.Events.Attributes.Count + 1} events, {_idBytes} bytes of ids");
            Metadata.Events.Add(new PerfDataAttribute(attr, Ids(ids ?? [])));
        }

        if (Metadata.Events.Attributes.Count == 0)
            BadDataException.Throw("header", 32, BadDataCode.InvalidValue, "at least one event", $"{size} bytes of attributes");
    }

    private ulong[] Ids(ReadOnlySpan<byte> bytes)
    {
        var ids = new ulong[bytes.Length / 8];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = ByteOrder.Read64(bytes[(i * 8)..], Header.IsBigEndian);
        return ids;
    }

    /// <summary>The table of sections, one for each bit, follows the data.</summary>
    private void ReadFeatures()
    {
        var at = (ulong)DataEnd;
        Span<byte> entry = stackalloc byte[16];
        for (var feature = 1; feature < PerfDataFeature.Count; feature++)
        {
            if (!Header.Has(feature))
                continue;
            if (_input.Read((long)at, entry) < 16)
            {
                AddDamage((long)at, 0, $"{PerfDataFeature.NameOf(feature)}: the file ends before the table of features does");
                IsCut = true;
                return;
            }

            at += 16;
            var (offset, size) = (ByteOrder.Read64(entry, Header.IsBigEndian), ByteOrder.Read64(entry[8..], Header.IsBigEndian));
            if (ReadSection(offset, size) is { } section)
                Metadata.AddFeature(feature, section, Header.IsBigEndian);
            else
                AddDamage((long)at - 16, 16, $"{PerfDataFeature.NameOf(feature)}: {size} bytes at {offset} lie outside the file");
        }
    }

    /// <summary>When all metadata are read: tracepoints are called by their formats, all others by what the recorder or perf would call them.</summary>
    private void Complete()
    {
        Metadata.Events.Complete();
        var simpleperf = Metadata.Facts.MetaInfo.GetValueOrDefault("event_type_info", "");
        foreach (var attribute in Metadata.Events.Attributes)
        {
            if (attribute.Attr.Type == PerfTypeId.PERF_TYPE_TRACEPOINT && Metadata.Tracing is { IsBigEndian: true } tracing && tracing.Find((int)Math.Min(attribute.Attr.Config, int.MaxValue)) is { } big)
                attribute.Raw = RawSwapper.Of(big, tracing.LongSize);
            if (attribute.Name.Length == 0 && simpleperf.Length > 0)
                attribute.Name = SimpleperfFile.EventName(simpleperf, attribute.Attr);
            if (attribute.Attr.Type == PerfTypeId.PERF_TYPE_TRACEPOINT && Metadata.Tracing?.Find((int)Math.Min(attribute.Attr.Config, int.MaxValue)) is { } tracepoint)
                attribute.Name = $"{tracepoint.System}:{tracepoint.Name}";
            else if (attribute.Name.Length == 0)
                attribute.Name = PerfDataEventNames.NameOf(attribute.Attr, Metadata.Facts.Pmus);
        }
    }

    /// <summary>A part of the file; null when it lies outside, or is larger than any real one.</summary>
    private byte[]? ReadSection(ulong offset, ulong size)
    {
        if (size > MaximumSection || offset > (ulong)_input.Length || size > (ulong)_input.Length - offset)
            return null;
        var bytes = new byte[(int)size];
        return _input.Read((long)offset, bytes) == bytes.Length ? bytes : null;
    }

    private void AddDamage(long offset, long bytes, string detail)
    {
        // One for each place; a file of nothing but damage must not fill memory with it.
        if (_damage.Count < 1000)
            _damage.Add(new PerfDataDamage(offset, bytes, detail));
    }

    private void Count(uint type, long size)
    {
        if (type < (uint)_counts.Length)
            _counts[type] = new PerfDataCount(_counts[type].Records + 1, _counts[type].Bytes + size);
        else if (_others.TryGetValue(type, out var count) || _others.Count < 1024)
            _others[type] = new PerfDataCount(count.Records + 1, count.Bytes + size);
        if (PerfDataRecordType.NameOf(type) is null)
            UnknownRecords++;
    }
}
