using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;
using TraceKit.Testing;

namespace TraceKit.Format.Tests;

public sealed class ReadmeTests
{
    /// <summary>The README's example, line for line, gives back the record that was put in.</summary>
    [Fact]
    public void ReadmeExample_Runs_GivesTheRecordBack()
    {
        var layout = new SampleLayout(new PerfEventAttr { SampleType = PerfSampleFormat.PERF_SAMPLE_IP | PerfSampleFormat.PERF_SAMPLE_TIME });
        var record = new PerfRecord(new PerfRecordBuilder { Ip = 0x401000, Time = 5 }.Build(layout));
        var folder = Directory.CreateTempSubdirectory("dtr-").FullName;
        var path = Path.Combine(folder, "a.dtr");
        var ips = new List<ulong>();
        try
        {
            using var writer = DtrFile.CreateNew(path);                    // 0600, refuses existing files and links
            var encoder = new SampleChunkEncoder();
            encoder.Begin(stream: 0);                                      // CPU 0
            encoder.Add(record, eventIndex: 0, layout, filter: null);      // false: full, write it out first
            writer.WriteChunk(ChunkType.Samples, encoder.Stream, encoder.FirstTime, encoder.LastTime, encoder.Finish());
            writer.Finish();

            using var reader = DtrReader.Open(path);
            byte[] buffer = [];
            var decoder = new SampleChunkDecoder();                        // one per thread
            decoder.Reset(reader.ReadPayload(reader.Chunks[0], ref buffer));
            while (decoder.TryReadNext(out var back, out var eventIndex))
            {
                Assert.True(PerfSample.TryParse(back, layout, out var sample));
                Assert.Equal(0, eventIndex);
                ips.Add(sample.Ip);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.Equal(0x401000UL, Assert.Single(ips));
        var readme = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "format", "trace", "README.md"));
        Assert.Contains("decoder.Reset(reader.ReadPayload(reader.Chunks[0], ref buffer));", readme, StringComparison.Ordinal);
    }
}
