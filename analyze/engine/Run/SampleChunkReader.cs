using TraceKit.Format.Dtr;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Run;

/// <summary>Reads the samples of one chunk after another, in one reused buffer.</summary>
internal sealed class SampleChunkReader(Trace trace)
{
    private byte[] _buffer = [];
    private ReadOnlyMemory<byte> _payload;

    /// <summary>Turns to a chunk.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">It is damaged; the trace's list of damage has it.</exception>
    public void Open(in ChunkHeader chunk) => _payload = trace.Container.ReadPayload(chunk, ref _buffer);

    /// <summary>The next sample; valid until the next call.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">The chunk's content is damaged from here on.</exception>
    public bool TryReadNext(out PerfRecord record, out int eventIndex)
    {
        eventIndex = 0;
        var found = PerfRecord.TryRead(_payload.Span, out record);
        _payload = found ? _payload[record.Bytes.Length..] : default;
        return found;
    }
}
