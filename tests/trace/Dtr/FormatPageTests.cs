using System.Text;
using System.Text.RegularExpressions;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;
using TraceKit.Testing;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Format.Tests.Dtr;

/// <summary>FORMAT.md's worked example is a real file: the reader reads it, the writer writes it.</summary>
public sealed partial class FormatPageTests
{
    private const ulong SampleType = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN;

    /// <summary>Decoding the page's bytes gives what the page says is in them.</summary>
    [Fact]
    public void WorkedExample_Decoded_GivesWhatThePageSays()
    {
        using var reader = DtrReader.Open(PageBytes(), "FORMAT.md");
        Assert.True(reader.IsComplete);
        Assert.Equal([ChunkType.Events, ChunkType.SideBand, ChunkType.Samples, ChunkType.Index, ChunkType.End], reader.Chunks.Select(c => c.Type));
        byte[] buffer = [];
        var events = EventTable.Decode(reader.ReadPayload(reader.Chunks[0], ref buffer));
        var only = Assert.Single(events.Events);
        Assert.Equal(("cpu-clock", 7UL), (only.Name, only.Ids[0].Id));
        Assert.True(PerfEventAttr.TryRead(only.AttrBytes, out var attr));
        Assert.Equal(SampleType, attr!.SampleType);

        Assert.True(PerfRecord.TryRead(reader.ReadPayload(reader.Chunks[1], ref buffer).Span, out var record));
        Assert.True(CommRecord.TryParse(record, new SampleLayout(attr), out var comm));
        Assert.Equal(("wl", 100U, 900UL), (Encoding.ASCII.GetString(comm.Comm), comm.Tid, comm.SampleId.Time));

        var decoder = new SampleChunkDecoder(reader.ReadPayload(reader.Chunks[2], ref buffer));
        foreach (var expected in Samples())
        {
            Assert.True(decoder.TryReadNext(out record, out var index));
            Assert.Equal(0, index);
            Assert.Equal(expected, record.Bytes.ToArray());
        }

        Assert.False(decoder.TryReadNext(out _, out _));
    }

    /// <summary>The writer makes exactly the page's bytes today.</summary>
    [Fact]
    public void WorkedExample_WrittenAnew_IsThePage()
    {
        var built = Hex(Build());
        if (string.Equals(Environment.GetEnvironmentVariable("TRACEKIT_UPDATE_GOLDEN"), "1", StringComparison.Ordinal))
        {
            var path = Path.Combine(Golden.RepositoryRoot(), "FORMAT.md");
            File.WriteAllText(path, HexBlock().Replace(File.ReadAllText(path), $"```hex\n{built}```", 1));
        }

        Assert.Equal(built, Hex(PageBytes()));
    }

    private static byte[] Build()
    {
        var attr = Attr();
        var layout = new SampleLayout(attr);
        var events = new EventTable
        {
            Architecture = PerfArchitecture.X64,
            Events = [new EventDescription { Name = "cpu-clock", AttrBytes = attr.Bytes.ToArray(), Ids = [new EventId { Id = 7, Cpu = -1, Pid = -1 }], GroupLeader = -1 }],
        };
        var comm = new byte[128];
        var size = PerfRecordWriter.WriteComm(comm, layout, new SampleId(100, 100, 900, 7, 0, 0), 100, 100, "wl"u8);
        var encoder = new SampleChunkEncoder();
        encoder.Begin(1);
        foreach (var sample in Samples())
            encoder.Add(new PerfRecord(sample), 0, layout, null);
        using var builder = new DtrBuilder();
        return builder.Add(ChunkType.Events, events.Encode()).Add(ChunkType.SideBand, comm.AsSpan(0, size), first: 900, last: 900)
            .Add(ChunkType.Samples, encoder.Finish(), 1, encoder.FirstTime, encoder.LastTime).ToArray();
    }

    private static PerfEventAttr Attr()
    {
        var bytes = new byte[PerfEventAttr.PERF_ATTR_SIZE_VER0];
        bytes[4] = PerfEventAttr.PERF_ATTR_SIZE_VER0;
        Assert.True(PerfEventAttr.TryRead(bytes, out var attr));
        attr!.Type = PerfTypeId.PERF_TYPE_SOFTWARE;
        attr.SamplePeriodOrFrequency = 1_000_000;
        attr.SampleType = SampleType;
        attr.Flags = PerfAttrFlags.sample_id_all | PerfAttrFlags.comm | PerfAttrFlags.use_clockid;
        return attr;
    }

    private static byte[][] Samples()
    {
        var layout = new SampleLayout(Attr());
        return
        [
            new PerfRecordBuilder { Identifier = 7, Ip = 0x401020, Pid = 100, Tid = 100, Time = 1000, Callchain = [PerfContext.PERF_CONTEXT_USER, 0x401020, 0x401100, 0x401200] }.Build(layout),
            new PerfRecordBuilder { Identifier = 7, Ip = 0x401030, Pid = 100, Tid = 100, Time = 2000, Callchain = [PerfContext.PERF_CONTEXT_USER, 0x401030, 0x401100, 0x401200] }.Build(layout),
        ];
    }

    private static byte[] PageBytes()
    {
        var page = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "FORMAT.md"));
        var block = HexBlock().Match(page);
        Assert.True(block.Success, "FORMAT.md has no ```hex block");
        var text = new StringBuilder();
        foreach (var line in block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            text.Append(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Replace(" ", "", StringComparison.Ordinal));
        return Convert.FromHexString(text.ToString());
    }

    private static string Hex(byte[] bytes)
    {
        var text = new StringBuilder();
        for (var at = 0; at < bytes.Length; at += 16)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{at:x4}: {string.Join(' ', bytes.Skip(at).Take(16).Select(b => $"{b:x2}"))}\n");
        return text.ToString();
    }

    [GeneratedRegex("```hex\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex HexBlock();
}
