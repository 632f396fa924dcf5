using TraceKit.Binary;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Engine;

public sealed partial class Trace
{
    /// <summary>Reads what is small and needed by every command. A damaged chunk is in <see cref="Damage"/>; the rest still counts.</summary>
    private void ReadMetadata()
    {
        byte[] buffer = [];
        var table = new EventTable();
        var modules = new SortedDictionary<uint, ModuleInfo>();
        var processes = new SortedDictionary<int, ProcessInfo>();
        var losses = new List<LossReport>();
        var samples = new List<ChunkHeader>();
        ulong first = ulong.MaxValue, last = 0;
        foreach (var chunk in _reader.Chunks)
        {
            switch (chunk.Type)
            {
                case ChunkType.Samples:
                    samples.Add(chunk);
                    first = Math.Min(first, chunk.FirstTime);
                    last = Math.Max(last, chunk.LastTime);
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

        Snapshots = [.. modules.Values];
        Processes = [.. processes.Values];
        Losses = losses;
        SampleChunks = samples;
        SampleTimes = samples.Count == 0 ? default : ((long)first, (long)last);
        EventSources = [.. table.Events.Select((e, i) => new EventSource(i, e, table.Architecture, _rawFields))];
        Events = [.. EventSources.Select(e => e.Event)];
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
}
