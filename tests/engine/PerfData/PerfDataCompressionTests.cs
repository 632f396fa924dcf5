using TraceKit.Format.Perf;
using TraceKit.Testing;

namespace TraceKit.Engine.Tests.PerfData;

public sealed class PerfDataCompressionTests
{
    /// <summary>One zstd stream runs through all compressed records, of either kind; records of the kernel begin in one and end in another.</summary>
    [Theory]
    [InlineData(81)]
    [InlineData(83)]
    public void Open_Compressed_GivesTheRecordsThatWereCompressed(int type)
    {
        using var trace = Trace.Open(Compressed(type, out var samples).ToFile(), "made.data");

        Assert.Empty(trace.Damage);
        Assert.Equal(samples, Analysis.Run(trace, new AnalysisOptions()).Totals.Used);
        Assert.Equal(samples, PerfDataTraceTests.Lines(trace).Count());
        Assert.Equal("inside", trace.Model.FindThread(10, 10, 500)!.Comm);
    }

    /// <summary>A stream that is damaged ends there, and that is said; what came before counts.</summary>
    [Fact]
    public void Open_CompressedAndDamaged_SaysWhere()
    {
        var builder = Compressed(81, out var samples);
        var file = builder.ToFile();
        var damaged = file.ToArray();
        damaged.AsSpan(file.Length / 2, 60_000).Fill(0x5a);
        using var trace = Trace.Open(damaged, "made.data");

        Assert.NotEmpty(trace.Damage);
        Assert.InRange(Analysis.Run(trace, new AnalysisOptions()).Totals.Used, 1, samples - 1);
    }

    private static PerfDataBuilder Compressed(int type, out int samples)
    {
        samples = 40_000;
        var plain = new PerfDataBuilder();
        plain.AddClock(1);
        plain.Comm(0, 10, 10, "inside");
        var random = new Random(3);
        for (var i = 0; i < samples; i++)
            plain.Sample(0, 1000 + (ulong)i, 10, 10, (ulong)random.NextInt64(1L << 40), cpu: (uint)i & 3);
        var records = plain.ToPipe().AsSpan(16 + 8 + PerfEventAttr.PERF_ATTR_SIZE_VER7 + 8);

        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        using var sink = new MemoryStream();
        using (var zstd = new ZstdSharp.CompressionStream(sink, leaveOpen: true))
        {
            for (var at = 0; at < records.Length; at += 30_001)
            {
                zstd.Write(records[at..Math.Min(at + 30_001, records.Length)]);
                zstd.Flush();
                Add(builder, type, sink);
            }
        }

        Add(builder, type, sink);
        return builder;
    }

    private static void Add(PerfDataBuilder builder, int type, MemoryStream sink)
    {
        var bytes = sink.ToArray();
        sink.SetLength(0);
        if (bytes.Length == 0)
            return;
        if (type == 81)
        {
            builder.Record(81, 0, bytes).Record(68, 0, []);
            return;
        }

        builder.Record(83, 0, new ByteWriter().U64((ulong)bytes.Length).U8(bytes).U8(new byte[(8 - (bytes.Length & 7)) & 7]).ToArray());
    }
}
