using TraceKit.Binary;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Sources;

/// <summary>Our own container.</summary>
internal sealed class DtrTraceSource : TraceSource
{
    private readonly DtrReader _reader;
    private readonly List<ChunkHeader> _chunks = [];

    /// <param name="reader">An open file; closed with this.</param>
    public DtrTraceSource(DtrReader reader)
    {
        _reader = reader;
        ReadMetadata();
    }

    /// <inheritdoc/>
    public override string Name => _reader.Name;

    /// <inheritdoc/>
    public override long Length => _reader.Length;

    /// <inheritdoc/>
    public override DtrReader Container => _reader;

    /// <inheritdoc/>
    public override IReadOnlyList<DtrDamage> Damage => _reader.Damage;

    /// <inheritdoc/>
    public override bool EndedInOrder => _reader.End is not null;

    /// <inheritdoc/>
    public override SampleReader OpenSamples(bool inOrder) => new Reader(this);

    /// <inheritdoc/>
    public override void ReadSideBand(SideBandVisitor visit)
    {
        byte[] buffer = [];
        foreach (var chunk in _reader.Chunks)
        {
            if (chunk.Type != ChunkType.SideBand)
                continue;
            try
            {
                visit(_reader.ReadPayload(chunk, ref buffer).Span);
            }
            catch (BadDataException)
            {
                // In the list of damage; mappings that stood there are missing, and their frames say so.
                continue;
            }
        }
    }

    /// <inheritdoc/>
    public override byte[] ReadBlob(ModuleInfo module, long maximum, out long missing) => BlobPart.ReadAll(_reader, module, maximum, out missing);

    /// <inheritdoc/>
    public override void ReportBadContent(in SampleBlock block, BadDataException reason) => _reader.ReportBadContent(_chunks[block.Index], reason);

    /// <inheritdoc/>
    public override void Dispose() => _reader.Dispose();

    /// <summary>Reads what is small and needed by every command. A damaged chunk is in <see cref="Damage"/>; the rest still counts.</summary>
    private void ReadMetadata()
    {
        byte[] buffer = [];
        var table = new EventTable();
        var modules = new SortedDictionary<uint, ModuleInfo>();
        var processes = new SortedDictionary<int, ProcessInfo>();
        var losses = new List<LossReport>();
        var blocks = new List<SampleBlock>();
        foreach (var chunk in _reader.Chunks)
        {
            switch (chunk.Type)
            {
                case ChunkType.Samples:
                    blocks.Add(new SampleBlock(_chunks.Count, (int)chunk.Stream, chunk.Stream <= int.MaxValue ? (int)chunk.Stream : -1, chunk.FirstTime, chunk.LastTime));
                    _chunks.Add(chunk);
                    break;
                case ChunkType.Host:
                    Host = Decode(chunk, ref buffer, HostInfo.Decode) ?? Host;
                    break;
                case ChunkType.Events:
                    table = Decode(chunk, ref buffer, EventTable.Decode) ?? table;
                    break;
                case ChunkType.Module:
                    if (Decode(chunk, ref buffer, ModuleInfo.Decode) is { } module)
                        modules[module.Id] = module;
                    break;
                case ChunkType.Process:
                    foreach (var process in Decode(chunk, ref buffer, ProcessTable.Decode)?.Processes ?? [])
                        processes[process.Pid] = process;
                    break;
                case ChunkType.Loss:
                    losses.AddRange(Decode(chunk, ref buffer, LossTable.Decode)?.Losses ?? []);
                    break;
                case ChunkType.Summary:
                    Summary = Decode(chunk, ref buffer, RecordingSummary.Decode) ?? Summary;
                    break;
            }
        }

        Modules = [.. modules.Values];
        Processes = [.. processes.Values];
        Losses = losses;
        Blocks = blocks;
        Events = table.Events;
        Architecture = table.Architecture;
    }

    private T? Decode<T>(in ChunkHeader chunk, ref byte[] buffer, Func<ReadOnlyMemory<byte>, T> decode)
        where T : class
    {
        try
        {
            return decode(_reader.ReadPayload(chunk, ref buffer));
        }
        catch (BadDataException e)
        {
            _reader.ReportBadContent(chunk, e);
            return null;
        }
    }

    private sealed class Reader(DtrTraceSource source) : SampleReader
    {
        private readonly SampleChunkDecoder _decoder = new();
        private byte[] _buffer = [];

        public override bool StackFiltered => _decoder.StackFiltered;

        public override void Open(in SampleBlock block) => _decoder.Reset(source._reader.ReadPayload(source._chunks[block.Index], ref _buffer));

        public override bool TryReadNext(out PerfRecord record, out int eventIndex) => _decoder.TryReadNext(out record, out eventIndex);
    }
}
