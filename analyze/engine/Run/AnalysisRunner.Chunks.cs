using TraceKit.Binary;
using TraceKit.Engine.Sources;

namespace TraceKit.Engine.Run;

internal sealed partial class AnalysisRunner
{
    private long _damagedChunks;
    private long _skippedChunks;

    private void ReadChunk(SampleWorker worker, SampleReader reader, int index)
    {
        var chunk = trace.Source.Blocks[index];
        if (chunk.LastTime != 0 && !worker.Times.Overlap((long)chunk.FirstTime, (long)chunk.LastTime))
        {
            Interlocked.Increment(ref _skippedChunks);
            return;
        }

        worker.BeginChunk(index, chunk.Cpu);
        try
        {
            reader.Open(chunk);
            while (reader.TryReadNext(out var record, out var eventIndex))
                worker.Add(record, eventIndex, reader.StackFiltered);
        }
        catch (BadDataException e)
        {
            // What came before the damage counts; what came after is told as lost, not as absent.
            Interlocked.Increment(ref _damagedChunks);
            trace.Source.ReportBadContent(chunk, e);
        }

        worker.EndChunk();
    }
}
