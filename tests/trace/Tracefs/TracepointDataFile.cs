using System.Buffers.Binary;
using System.Text;
using TraceKit.Format.Tracefs;

namespace TraceKit.Format.Tests.Tracefs;

/// <summary>
/// Writes a perf.data file of made-up tracepoint records, with the formats in its HEADER_TRACING_DATA, so that <c>perf script</c> can be asked for the text of events that
/// nobody can provoke.
/// </summary>
internal static class TracepointDataFile
{
    private const int AttrBytes = 128;

    /// <summary>One record: which of the formats, its raw data. Its time is its place in the list, in microseconds.</summary>
    public readonly record struct Item(int Format, byte[] Raw);

    public static byte[] Build(IReadOnlyList<(string Group, EventFormat Format, string Text)> formats, IReadOnlyList<Item> items)
    {
        var file = new MemoryStream();
        var idsAt = 104L;
        Pad(file, 104);
        for (var i = 0; i < formats.Count; i++)
            U64(file, (ulong)i + 1000);
        var attrsAt = file.Position;
        for (var i = 0; i < formats.Count; i++)
        {
            var attr = new byte[AttrBytes + 16];
            BinaryPrimitives.WriteUInt32LittleEndian(attr, 2); // PERF_TYPE_TRACEPOINT
            BinaryPrimitives.WriteUInt32LittleEndian(attr.AsSpan(4), AttrBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(attr.AsSpan(8), (ulong)formats[i].Format.Id);
            BinaryPrimitives.WriteUInt64LittleEndian(attr.AsSpan(16), 1);
            BinaryPrimitives.WriteUInt64LittleEndian(attr.AsSpan(24), SampleType);
            BinaryPrimitives.WriteUInt64LittleEndian(attr.AsSpan(AttrBytes), (ulong)(idsAt + (i * 8)));
            BinaryPrimitives.WriteUInt64LittleEndian(attr.AsSpan(AttrBytes + 8), 8);
            file.Write(attr);
        }

        var dataAt = file.Position;
        for (var i = 0; i < items.Count; i++)
            WriteSample(file, (ulong)items[i].Format + 1000, (ulong)(i + 1) * 1000, items[i].Raw);
        var featuresAt = file.Position;
        var tracing = TracingData(formats);
        U64(file, (ulong)featuresAt + 16);
        U64(file, (ulong)tracing.Length);
        file.Write(tracing);

        file.Position = 0;
        file.Write("PERFILE2"u8);
        U64(file, 104);
        U64(file, AttrBytes + 16);
        U64(file, (ulong)attrsAt);
        U64(file, (ulong)(dataAt - attrsAt));
        U64(file, (ulong)dataAt);
        U64(file, (ulong)(featuresAt - dataAt));
        U64(file, 0);
        U64(file, 0);
        U64(file, 1 << 1); // HEADER_TRACING_DATA
        return file.ToArray();
    }

    /// <summary>IDENTIFIER, IP, TID, TIME, CPU, RAW.</summary>
    private const ulong SampleType = (1 << 16) | 1 | 2 | 4 | 128 | 1024;

    private static void WriteSample(MemoryStream file, ulong id, ulong time, byte[] raw)
    {
        var rawBytes = (4 + raw.Length + 7) / 8 * 8;
        var header = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 9); // PERF_RECORD_SAMPLE
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 1); // PERF_RECORD_MISC_KERNEL
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), checked((ushort)(8 + (8 * 5) + rawBytes)));
        file.Write(header);
        U64(file, id);
        U64(file, 0);
        U64(file, 0);
        U64(file, time);
        U64(file, 0);
        var body = new byte[rawBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)(rawBytes - 4));
        raw.CopyTo(body, 4);
        file.Write(body);
    }

    private static byte[] TracingData(IReadOnlyList<(string Group, EventFormat Format, string Text)> formats)
    {
        var data = new MemoryStream();
        data.Write([0x17, 0x08, 0x44]);
        data.Write("tracing0.6\0"u8);
        data.Write([0, 8, 0, 16, 0, 0]); // little-endian, 8 bytes in a long, pages of 4,096
        data.Write("header_page\0"u8);
        Sized(data, File.ReadAllText("/sys/kernel/tracing/events/header_page"));
        data.Write("header_event\0"u8);
        Sized(data, File.ReadAllText("/sys/kernel/tracing/events/header_event"));
        U32(data, 0);
        var groups = formats.GroupBy(f => f.Group).ToList();
        U32(data, (uint)groups.Count);
        foreach (var group in groups)
        {
            data.Write(Encoding.ASCII.GetBytes(group.Key + "\0"));
            U32(data, (uint)group.Count());
            foreach (var (_, _, text) in group)
                Sized(data, text);
        }

        U32(data, 0); // no addresses of functions
        U32(data, 0); // no formats of printk
        U64(data, 0); // no command lines
        return data.ToArray();
    }

    private static void Sized(MemoryStream data, string text)
    {
        U64(data, (ulong)text.Length);
        data.Write(Encoding.Latin1.GetBytes(text));
    }

    private static void U32(MemoryStream data, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        data.Write(bytes);
    }

    private static void U64(MemoryStream data, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        data.Write(bytes);
    }

    private static void Pad(MemoryStream data, int count) => data.Write(new byte[count]);
}
