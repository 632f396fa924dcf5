using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Run;

/// <summary>Reads the samples of one chunk after another, in one reused buffer.</summary>
internal sealed class SampleChunkReader(Trace trace)
{
    private readonly SampleChunkDecoder _decoder = new();
    private byte[] _buffer = [];

    /// <summary>Turns to a chunk.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">It is damaged.</exception>
    public void Open(in ChunkHeader chunk) => _decoder.Reset(trace.Container.ReadPayload(chunk, ref _buffer));

    /// <summary>Of the sample given last: its stack has only the words that point into code or stacks.</summary>
    public bool StackFiltered => _decoder.StackFiltered;

    /// <summary>The next sample; valid until the next call.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">The chunk's content is damaged from here on.</exception>
    public bool TryReadNext(out PerfRecord record, out int eventIndex) => _decoder.TryReadNext(out record, out eventIndex);
}
