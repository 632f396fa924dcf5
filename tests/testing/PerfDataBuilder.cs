using System.Text;
using TraceKit.Format.Perf;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Testing;

/// <summary>Lays out small <c>perf.data</c> files: either byte order, as a file or as a pipe writes it.</summary>
/// <remarks>Raw data, stacks and sections of features are taken as they are: who calls writes them in the right order.</remarks>
public sealed class PerfDataBuilder(bool bigEndian = false)
{
    private readonly List<(PerfEventAttr Attr, ulong[] Ids)> _events = [];
    private readonly SortedDictionary<int, byte[]> _features = [];
    private readonly ByteWriter _records = new(bigEndian);

    /// <summary>What is written without an identifier of its own.</summary>
    public bool BigEndian => bigEndian;

    /// <summary>Bytes of all records so far.</summary>
    public int RecordBytes => _records.Length;

    /// <summary>Says that the recorder was killed: no size of the data, no features.</summary>
    public bool IsKilled { get; init; }

    /// <summary>Adds an event; returns its index.</summary>
    public int AddEvent(PerfEventAttr attr, params ulong[] ids)
    {
        _events.Add((attr, ids));
        return _events.Count - 1;
    }

    /// <summary>Adds a clock event with the usual fields.</summary>
    public int AddClock(ulong id, ulong extraFields = 0, ulong flags = 0) => AddEvent(Clock(extraFields, flags), id);

    /// <summary>An attribute with the usual fields.</summary>
    public static PerfEventAttr Clock(ulong extraFields = 0, ulong flags = 0)
    {
        var attr = new PerfEventAttr { Type = PerfTypeId.PERF_TYPE_SOFTWARE, SampleType = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | extraFields, SamplePeriodOrFrequency = 1000 };
        attr.Set(PerfAttrFlags.sample_id_all | PerfAttrFlags.exclude_guest | flags, true);
        return attr;
    }

    /// <summary>Adds a section of the header.</summary>
    public PerfDataBuilder Feature(int feature, byte[] section)
    {
        _features[feature] = section;
        return this;
    }

    /// <summary>A section that is one text.</summary>
    public PerfDataBuilder TextFeature(int feature, string text) => Feature(feature, Text(new ByteWriter(bigEndian), text).ToArray());

    /// <summary><c>HEADER_EVENT_DESC</c> for the events so far.</summary>
    public PerfDataBuilder EventNames(params string[] names)
    {
        var section = new ByteWriter(bigEndian).U32((uint)names.Length).U32(PerfEventAttr.PERF_ATTR_SIZE_VER7);
        for (var i = 0; i < names.Length; i++)
        {
            section.U8(Swapped(_events[i].Attr)).U32((uint)_events[i].Ids.Length);
            Text(section, names[i]);
            foreach (var id in _events[i].Ids)
                section.U64(id);
        }

        return Feature(12, section.ToArray());
    }

    /// <summary>Any record.</summary>
    public PerfDataBuilder Record(uint type, ushort misc, byte[] body)
    {
        _records.U32(type).U16(misc).U16((ushort)(body.Length + 8)).U8(body);
        return this;
    }

    /// <summary>Bytes as they are.</summary>
    public PerfDataBuilder Bytes(byte[] bytes)
    {
        _records.U8(bytes);
        return this;
    }

    /// <summary>A sample; fields that the event lacks are left out.</summary>
    public PerfDataBuilder Sample(int eventIndex, ulong time, uint pid, uint tid, ulong ip, ulong period = 1, uint cpu = 0, ulong[]? chain = null, byte[]? raw = null, byte[]? read = null, ushort misc = PerfRecordMisc.PERF_RECORD_MISC_USER)
    {
        var (attr, ids) = _events[eventIndex];
        var body = new ByteWriter(bigEndian);
        bool Has(ulong field) => (attr.SampleType & field) != 0;
        if (Has(PERF_SAMPLE_IDENTIFIER))
            body.U64(ids[0]);
        if (Has(PERF_SAMPLE_IP))
            body.U64(ip);
        if (Has(PERF_SAMPLE_TID))
            body.U32(pid).U32(tid);
        if (Has(PERF_SAMPLE_TIME))
            body.U64(time);
        if (Has(PERF_SAMPLE_ID))
            body.U64(ids[0]);
        if (Has(PERF_SAMPLE_CPU))
            body.U32(cpu).U32(0);
        if (Has(PERF_SAMPLE_PERIOD))
            body.U64(period);
        if (Has(PERF_SAMPLE_READ))
            body.U8(read ?? []);
        if (Has(PERF_SAMPLE_CALLCHAIN))
        {
            body.U64((ulong)(chain?.Length ?? 0));
            foreach (var address in chain ?? [])
                body.U64(address);
        }

        if (Has(PERF_SAMPLE_RAW))
        {
            raw ??= [];
            var padding = (8 - ((raw.Length + 4) & 7)) & 7;
            body.U32((uint)(raw.Length + padding)).U8(raw).U8(new byte[padding]);
        }

        return Record(PerfRecordType.PERF_RECORD_SAMPLE, misc, body.ToArray());
    }

    public PerfDataBuilder Comm(ulong time, uint pid, uint tid, string comm, bool exec = false)
    {
        var body = new ByteWriter(bigEndian).U32(pid).U32(tid);
        Padded(body, comm);
        return Record(PerfRecordType.PERF_RECORD_COMM, exec ? PerfRecordMisc.PERF_RECORD_MISC_COMM_EXEC : (ushort)0, Trailer(body, time, pid, tid));
    }

    public PerfDataBuilder Mmap2(ulong time, uint pid, ulong start, ulong length, ulong offset, string path, byte[]? buildId = null, bool data = false)
    {
        var body = new ByteWriter(bigEndian).U32(pid).U32(pid).U64(start).U64(length).U64(offset);
        if (buildId is null)
            body.U32(8).U32(1).U64(4711).U64(0);
        else
            body.U8((byte)buildId.Length, 0, 0, 0).U8(buildId).U8(new byte[20 - buildId.Length]);
        body.U32(data ? 3u : 5u).U32(2);
        Padded(body, path);
        var misc = PerfRecordMisc.PERF_RECORD_MISC_USER | (buildId is null ? 0 : PerfRecordMisc.PERF_RECORD_MISC_MMAP_BUILD_ID) | (data ? PerfRecordMisc.PERF_RECORD_MISC_MMAP_DATA : 0);
        return Record(PerfRecordType.PERF_RECORD_MMAP2, (ushort)misc, Trailer(body, time, pid, pid));
    }

    public PerfDataBuilder Fork(ulong time, uint pid, uint tid, uint parentPid, uint parentTid, bool exit = false) =>
        Record(exit ? PerfRecordType.PERF_RECORD_EXIT : PerfRecordType.PERF_RECORD_FORK, 0,
            Trailer(new ByteWriter(bigEndian).U32(pid).U32(parentPid).U32(tid).U32(parentTid).U64(time), time, pid, tid));

    public PerfDataBuilder Lost(ulong time, ulong lost) =>
        Record(PerfRecordType.PERF_RECORD_LOST, 0, Trailer(new ByteWriter(bigEndian).U64(_events[0].Ids[0]).U64(lost), time, 0, 0));

    /// <summary>Code of the kernel that came at run time.</summary>
    public PerfDataBuilder Ksymbol(ulong time, ulong address, uint length, string name)
    {
        var body = new ByteWriter(bigEndian).U64(address).U32(length).U16(1).U16(0);
        Padded(body, name);
        return Record(PerfRecordType.PERF_RECORD_KSYMBOL, 0, Trailer(body, time, 0, 0));
    }

    /// <summary>What perf writes of an event's own count of losses when it ends.</summary>
    public PerfDataBuilder LostSamples(ulong time, ulong lost) =>
        Record(PerfRecordType.PERF_RECORD_LOST_SAMPLES, 0, Trailer(new ByteWriter(bigEndian).U64(lost), time, 0, 0));

    /// <summary>The file.</summary>
    public byte[] ToFile()
    {
        var w = new ByteWriter(bigEndian);
        const int AttrBytes = PerfEventAttr.PERF_ATTR_SIZE_VER7 + 16;
        var idsAt = 104;
        var attrsAt = idsAt + (_events.Sum(e => e.Ids.Length) * 8);
        var dataAt = attrsAt + (_events.Count * AttrBytes);
        Magic(w);
        w.U64(104).U64(AttrBytes).U64((ulong)attrsAt).U64((ulong)(_events.Count * AttrBytes));
        w.U64((ulong)dataAt).U64(IsKilled ? 0 : (ulong)_records.Length).U64(0).U64(0);
        var bits = new ulong[4];
        foreach (var feature in _features.Keys)
            bits[feature >> 6] |= 1UL << (feature & 63);
        foreach (var word in bits)
            w.U64(IsKilled ? 0 : word);
        foreach (var (_, ids) in _events)
        {
            foreach (var id in ids)
                w.U64(id);
        }

        foreach (var (attr, ids) in _events)
        {
            w.U8(Swapped(attr)).U64((ulong)idsAt).U64((ulong)ids.Length * 8);
            idsAt += ids.Length * 8;
        }

        w.U8(_records.ToArray());
        if (IsKilled)
            return w.ToArray();
        var sectionAt = w.Length + (_features.Count * 16);
        foreach (var section in _features.Values)
        {
            w.U64((ulong)sectionAt).U64((ulong)section.Length);
            sectionAt += section.Length;
        }

        foreach (var section in _features.Values)
            w.U8(section);
        return w.ToArray();
    }

    /// <summary>The same as a pipe has it.</summary>
    public byte[] ToPipe()
    {
        var w = new ByteWriter(bigEndian);
        Magic(w);
        w.U64(16);
        foreach (var (attr, ids) in _events)
        {
            w.U32(64).U16(0).U16((ushort)(8 + PerfEventAttr.PERF_ATTR_SIZE_VER7 + (ids.Length * 8))).U8(Swapped(attr));
            foreach (var id in ids)
                w.U64(id);
        }

        foreach (var (feature, section) in _features)
        {
            if (feature == 1)
            {
                var padding = (8 - (section.Length & 7)) & 7;
                w.U32(66).U16(0).U16(12).U32((uint)section.Length).U8(section).U8(new byte[padding]);
            }
            else if (feature == 2)
            {
                w.U8(section);
            }
            else
            {
                w.U32(80).U16(0).U16((ushort)(16 + section.Length)).U64((ulong)feature).U8(section);
            }
        }

        return w.U8(_records.ToArray()).ToArray();
    }

    /// <summary>The attribute in the file's byte order.</summary>
    private byte[] Swapped(PerfEventAttr attr)
    {
        var bytes = attr.Bytes.ToArray();
        if (!bigEndian)
            return bytes;
        void Turn(int at, int size) => bytes.AsSpan(at, size).Reverse();
        foreach (var at in new[] { 0, 4, 48, 52, 88, 92, 104, 112, 116 })
            Turn(at, 4);
        foreach (var at in new[] { 8, 16, 24, 32, 56, 64, 72, 80, 96, 120 })
            Turn(at, 8);
        Turn(108, 2);
        for (var i = 40; i < 48; i++)
        {
            var turned = 0;
            for (var bit = 0; bit < 8; bit++)
                turned |= (bytes[i] >> bit & 1) << (7 - bit);
            bytes[i] = (byte)turned;
        }

        return bytes;
    }

    private void Magic(ByteWriter w) => w.U64(0x32454c4946524550);

    private byte[] Trailer(ByteWriter body, ulong time, uint pid, uint tid)
    {
        var (attr, ids) = _events[0];
        if (!attr.Has(PerfAttrFlags.sample_id_all))
            return body.ToArray();
        bool Has(ulong field) => (attr.SampleType & field) != 0;
        if (Has(PERF_SAMPLE_TID))
            body.U32(pid).U32(tid);
        if (Has(PERF_SAMPLE_TIME))
            body.U64(time);
        if (Has(PERF_SAMPLE_ID))
            body.U64(ids[0]);
        if (Has(PERF_SAMPLE_CPU))
            body.U32(0).U32(0);
        if (Has(PERF_SAMPLE_IDENTIFIER))
            body.U64(ids[0]);
        return body.ToArray();
    }

    private static void Padded(ByteWriter w, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        w.U8(bytes).U8(new byte[8 - (bytes.Length & 7)]);
    }

    private static ByteWriter Text(ByteWriter w, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = (bytes.Length + 64) & ~63;
        return w.U32((uint)length).U8(bytes).U8(new byte[length - bytes.Length]);
    }
}
