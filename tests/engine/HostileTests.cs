using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Streams;
using TraceKit.Format.Dtr;

namespace TraceKit.Engine.Tests;

public sealed class HostileTests
{
    private sealed record Chunk(ChunkType Type, uint Stream, ulong First, ulong Last, byte[] Payload);

    /// <summary>
    /// Checksums keep accidents out, not malice: every byte of every payload is flipped and the chunk sealed again. Whatever the content says, the
    /// analysis ends in order.
    /// </summary>
    [Fact]
    public void Analysis_PayloadFlippedAndSealedAgain_NeverCrashes()
    {
        var chunks = Read(AnalysisTests.Small().ToBytes());
        var path = Path.GetTempFileName();
        try
        {
            foreach (var chunk in chunks)
            {
                for (var i = 0; i < chunk.Payload.Length; i++)
                {
                    chunk.Payload[i] ^= (byte)(i % 3 == 0 ? 0x80 : i % 3 == 1 ? 0xff : 0x01);
                    Write(path, chunks);
                    Run(path);
                    chunk.Payload[i] ^= (byte)(i % 3 == 0 ? 0x80 : i % 3 == 1 ? 0xff : 0x01);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Run(string path)
    {
        try
        {
            using var trace = Trace.Open(path);
            var analysis = Analysis.Run(trace, new AnalysisOptions { Workers = 1, KeepSamples = true, KeepCpus = true, Fields = ["n", "name"] });
            FlatProfile.Build(analysis, SortKey.ParseList("comm,dso,sym,n"), children: true);
            CallTree.Build(analysis, CallOrder.Callee);
            Timeline.Build(analysis, TimelineKey.Comm);
            var stream = EventStream.Open(trace, new AnalysisOptions(), sideBand: true);
            while (stream.MoveNext())
                _ = (stream.Current.Callchain.Count, stream.Current.Fields.Count, stream.Current.SideBandText);
        }
        catch (Binary.BadDataException)
        {
            // Refused: also an answer.
        }
    }

    private static List<Chunk> Read(byte[] data)
    {
        using var reader = DtrReader.Open(data, "small");
        var chunks = new List<Chunk>();
        byte[] buffer = [];
        foreach (var chunk in reader.Chunks)
        {
            if (chunk.Type is not (ChunkType.Index or ChunkType.End))
                chunks.Add(new Chunk(chunk.Type, chunk.Stream, chunk.FirstTime, chunk.LastTime, reader.ReadPayload(chunk, ref buffer).ToArray()));
        }

        return chunks;
    }

    private static void Write(string path, List<Chunk> chunks)
    {
        File.Delete(path);
        using var writer = DtrFile.CreateNew(path);
        foreach (var chunk in chunks)
            writer.WriteChunk(chunk.Type, chunk.Stream, chunk.First, chunk.Last, chunk.Payload);
        writer.Finish();
    }
}
