using System.Buffers.Binary;
using System.Text;
using TraceKit.Format.Perf;

namespace TraceKit.Testing;

/// <summary>The attributes and records of a <c>perf.data</c> file (perf.data-file-format.txt), enough to feed real records to tests.</summary>
public sealed class PerfDataRecords
{
    private readonly byte[] _file;
    private readonly int _dataStart;
    private readonly int _dataEnd;

    private PerfDataRecords(byte[] file)
    {
        _file = file;
        if (!file.AsSpan(0, 8).SequenceEqual("PERFILE2"u8))
            throw new InvalidOperationException("no perf.data file");
        var attrSize = (int)U64(16);
        var attrs = (int)U64(24);
        var attrsSize = (int)U64(32);
        _dataStart = (int)U64(40);
        _dataEnd = _dataStart + (int)U64(48);
        for (var at = attrs; at < attrs + attrsSize; at += attrSize)
        {
            if (!PerfEventAttr.TryRead(file.AsSpan(at), out var attr))
                throw new InvalidOperationException("a bad attribute");
            var idAt = (int)U64(at + attrSize - 16);
            var ids = new ulong[(int)U64(at + attrSize - 8) / 8];
            for (var i = 0; i < ids.Length; i++)
                ids[i] = U64(idAt + i * 8);
            Attributes.Add((attr!, new SampleLayout(attr!), ids));
        }
    }

    public List<(PerfEventAttr Attr, SampleLayout Layout, ulong[] Ids)> Attributes { get; } = [];

    public static PerfDataRecords Read(string path) => new(File.ReadAllBytes(path));

    /// <summary>Records in file order: the kernel's (type below 64) and perf's own.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Records()
    {
        for (var at = _dataStart; at + 8 <= _dataEnd;)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(at + 6));
            if (size < 8)
                yield break;
            yield return _file.AsMemory(at, size);
            at += size;
        }
    }

    /// <summary>Which attribute a record belongs to.</summary>
    public int EventOf(PerfRecord record)
    {
        if (Attributes.Count == 1 || !Attributes[0].Layout.TryReadId(record, out var id))
            return 0;
        for (var i = 0; i < Attributes.Count; i++)
        {
            if (Attributes[i].Ids.Contains(id))
                return i;
        }

        return 0;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (attr, _, ids) in Attributes)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"type {attr.Type} config {attr.Config} sample_type 0x{attr.SampleType:x} {ids.Length} ids; ");
        return text.ToString();
    }

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(at));
}
