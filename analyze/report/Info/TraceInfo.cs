using TraceKit.Binary;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Report.Info;

/// <summary>Chunks of one type: how many and how large.</summary>
/// <param name="Type">Type.</param>
/// <param name="Chunks">Chunks.</param>
/// <param name="StoredBytes">Bytes in the file, headers included.</param>
/// <param name="RawBytes">Bytes decompressed.</param>
public readonly record struct ChunkTotals(ChunkType Type, int Chunks, long StoredBytes, long RawBytes);

/// <summary>What a recording says about itself: read from its metadata only, so it is quick however long the recording is.</summary>
public sealed class TraceInfo
{
    private TraceInfo(DtrReader reader) => Reader = reader;

    /// <summary>The file it came from.</summary>
    public DtrReader Reader { get; }

    /// <summary>The host; null when its chunk is lost.</summary>
    public HostInfo? Host { get; private set; }

    /// <summary>What was recorded; null when its chunk is lost.</summary>
    public EventTable? Events { get; private set; }

    /// <summary>The recorder's totals; null when the recording did not end in order.</summary>
    public RecordingSummary? Summary { get; private set; }

    /// <summary>Losses noted while recording.</summary>
    public IReadOnlyList<LossReport> Losses { get; private set; } = [];

    /// <summary>Modules.</summary>
    public IReadOnlyList<ModuleInfo> Modules { get; private set; } = [];

    /// <summary>Sizes by type, in the order of the types.</summary>
    public IReadOnlyList<ChunkTotals> Chunks { get; private set; } = [];

    /// <summary>First and last time of any sample chunk, nanoseconds of the clock; (0, 0) when there is none.</summary>
    public (ulong First, ulong Last) Times { get; private set; }

    /// <summary>Reads the metadata of an open file; what is damaged is left out and stands in <see cref="DtrReader.Damage"/>.</summary>
    public static TraceInfo Read(DtrReader reader)
    {
        var info = new TraceInfo(reader);
        var losses = new List<LossReport>();
        var modules = new Dictionary<uint, ModuleInfo>();
        byte[] buffer = [];
        ulong first = ulong.MaxValue, last = 0;
        foreach (var chunk in reader.Chunks)
        {
            if (chunk.Type == ChunkType.Samples)
            {
                first = Math.Min(first, chunk.FirstTime);
                last = Math.Max(last, chunk.LastTime);
            }

            if (chunk.Type is not (ChunkType.Host or ChunkType.Events or ChunkType.Loss or ChunkType.Summary or ChunkType.Module))
                continue;
            try
            {
                info.Take(chunk, reader.ReadPayload(chunk, ref buffer), losses, modules);
            }
            catch (BadDataException exception)
            {
                if (exception.Section.Length > 0 && !exception.Section.StartsWith("chunk", StringComparison.Ordinal))
                    reader.ReportBadContent(chunk, exception);
            }
        }

        info.Times = last >= first ? (first, last) : (0, 0);
        info.Losses = losses;
        info.Modules = [.. modules.Values.OrderBy(m => m.Id)];
        info.Chunks = [.. reader.Chunks.GroupBy(c => c.Type).OrderBy(g => g.Key)
            .Select(g => new ChunkTotals(g.Key, g.Count(), g.Sum(c => c.TotalBytes), g.Sum(c => (long)c.RawBytes)))];
        return info;
    }

    // A repeated chunk replaces the earlier one: the recorder writes what it knows again when it knows more.
    private void Take(in ChunkHeader chunk, ReadOnlyMemory<byte> payload, List<LossReport> losses, Dictionary<uint, ModuleInfo> modules)
    {
        switch (chunk.Type)
        {
            case ChunkType.Host:
                Host = HostInfo.Decode(payload);
                break;
            case ChunkType.Events:
                Events = EventTable.Decode(payload);
                break;
            case ChunkType.Summary:
                Summary = RecordingSummary.Decode(payload);
                break;
            case ChunkType.Loss:
                losses.AddRange(LossTable.Decode(payload).Losses);
                break;
            case ChunkType.Module:
                var module = ModuleInfo.Decode(payload);
                modules[module.Id] = module;
                break;
        }
    }
}
