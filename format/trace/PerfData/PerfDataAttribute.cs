using System.Buffers.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.PerfData;

/// <summary>An event of the file: its attribute, in this machine's byte order, and all ids that its records carry.</summary>
public sealed class PerfDataAttribute
{
    private readonly List<ulong> _ids = [];

    /// <param name="attr">The attribute.</param>
    /// <param name="ids">Its ids.</param>
    internal PerfDataAttribute(PerfEventAttr attr, ReadOnlySpan<ulong> ids)
    {
        Attr = attr;
        Layout = new SampleLayout(attr);
        NormalAttr = attr;
        NormalLayout = Layout;
        ToldLayout = Layout;
        _ids.AddRange(ids);
    }

    /// <summary>The attribute.</summary>
    public PerfEventAttr Attr { get; }

    /// <summary>Where the fields of its records are in the file; says nothing about registers.</summary>
    public SampleLayout Layout { get; }

    /// <summary>The attribute of the records as <see cref="PerfDataRecords"/> gives them: with a time, when no event of the file has one, and the growth of counters as period.</summary>
    public PerfEventAttr NormalAttr { get; private set; }

    /// <summary>Where the fields are in those.</summary>
    public SampleLayout NormalLayout { get; private set; }

    /// <summary>Turns the raw data around; null where there is nothing to turn.</summary>
    internal RawSwapper? Raw { get; set; }

    /// <summary>Ids, one for each CPU or thread.</summary>
    public IReadOnlyList<ulong> Ids => _ids;

    /// <summary>As the file calls it; empty when it does not.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>Unit of its counts (<c>EVENT_UPDATE</c>); empty for none.</summary>
    public string Unit { get; internal set; } = "";

    /// <summary>Index of the group's leader; -1 alone.</summary>
    public int GroupLeader { get; internal set; } = -1;

    /// <summary>Where the fields are in the records that the scan tells: those of the file, but for samples that it makes of counters.</summary>
    internal SampleLayout ToldLayout { get; private set; }

    /// <summary>Records of a file without times get one.</summary>
    internal void AddTime() => Add(PerfSampleFormat.PERF_SAMPLE_TIME);

    /// <summary>Samples that are made of counters have the growth as period.</summary>
    internal void AddPeriod()
    {
        Add(PerfSampleFormat.PERF_SAMPLE_PERIOD);
        ToldLayout = NormalLayout;
    }

    private void Add(ulong field)
    {
        NormalAttr = NormalAttr.Clone();
        NormalAttr.SampleType |= field;
        NormalLayout = new SampleLayout(NormalAttr);
    }

    /// <summary>Reads <c>struct perf_event_attr</c> in either byte order.</summary>
    /// <param name="bytes">From its first byte on; its own size says how far.</param>
    /// <param name="isBigEndian">Byte order.</param>
    /// <param name="attr">In this machine's order.</param>
    /// <returns>False when it is no such structure.</returns>
    internal static bool TryReadAttr(ReadOnlySpan<byte> bytes, bool isBigEndian, out PerfEventAttr attr)
    {
        attr = null!;
        if (bytes.Length < PerfEventAttr.PERF_ATTR_SIZE_VER0)
            return false;
        var size = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (size == 0)
            size = PerfEventAttr.PERF_ATTR_SIZE_VER0;
        if (size < PerfEventAttr.PERF_ATTR_SIZE_VER0 || size > PerfEventAttr.MaxSize || size > bytes.Length)
            return false;
        var own = bytes[..(int)size].ToArray();
        if (isBigEndian)
            Swap(own);
        BinaryPrimitives.WriteUInt32LittleEndian(own.AsSpan(4), size);
        if (!PerfEventAttr.TryRead(own, out var read))
            return false;
        attr = read!;
        return true;
    }

    /// <summary>Turns a big-endian attribute around; what follows the fields known here is taken for 64-bit words.</summary>
    private static void Swap(Span<byte> attr)
    {
        ByteOrder.Swap32(attr, 0, 2);
        ByteOrder.Swap64(attr, 8, 4);
        ByteOrder.SwapFlags(attr.Slice(40, 8));
        // precise_ip has two bits: the reversal turned their order too.
        var flags = BinaryPrimitives.ReadUInt64LittleEndian(attr[40..]);
        var precise = flags >> 15 & 3;
        flags = (flags & ~(3UL << 15)) | ((precise >> 1 | (precise & 1) << 1) << 15);
        BinaryPrimitives.WriteUInt64LittleEndian(attr[40..], flags);
        ByteOrder.Swap32(attr, 48, 2);
        ByteOrder.Swap64(attr, 56, 4);
        ByteOrder.Swap32(attr, 88, 2);
        ByteOrder.Swap64(attr, 96, 1);
        ByteOrder.Swap32(attr, 104, 1);
        ByteOrder.Swap16(attr, 108, 2);
        ByteOrder.Swap32(attr, 112, 2);
        ByteOrder.Swap64(attr, 120, (attr.Length - 120) / 8);
    }
}
