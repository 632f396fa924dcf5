namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Totals at the end of a recording: the Summary chunk.</summary>
/// <remarks>The last one counts.</remarks>
public sealed class RecordingSummary
{
    /// <summary>By event.</summary>
    public IReadOnlyList<EventTotals> Events { get; init; } = [];

    /// <summary>All samples.</summary>
    public ulong Samples { get; init; }

    /// <summary>All losses of samples.</summary>
    public ulong Lost { get; init; }

    /// <summary>Records that aren't samples.</summary>
    public ulong SideBandRecords { get; init; }

    /// <summary>Stack dumps of which only pointers are kept.</summary>
    public ulong FilteredStacks { get; init; }

    /// <summary>Stack dumps kept byte for byte.</summary>
    public ulong RawStacks { get; init; }

    /// <summary>Bytes that the kernel wrote.</summary>
    public ulong RecordBytes { get; init; }

    /// <summary>CPU time of the recorder, user and system.</summary>
    public ulong AgentCpuNanoseconds { get; init; }

    /// <summary>Why the recording ended.</summary>
    public string? StopReason { get; init; }

    /// <summary>The chunk's payload.</summary>
    public byte[] Encode()
    {
        var w = MetadataWriter.Create();
        Write(ref w);
        return w.ToArray();
    }

    /// <summary>Reads a chunk's payload; unknown keys are passed over.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">Not what the chunk type says.</exception>
    public static RecordingSummary Decode(ReadOnlyMemory<byte> payload) => MetadataReader.Run(payload, "Summary", Read);

    internal void Write(ref MetadataWriter w)
    {
        w.Map(9);
        w.Array("events", Events.Count);
        foreach (var item in Events)
            item.Write(ref w);
        w.Add("samples", Samples);
        w.Add("lost", Lost);
        w.Add("side_band", SideBandRecords);
        w.Add("filtered_stacks", FilteredStacks);
        w.Add("raw_stacks", RawStacks);
        w.Add("record_bytes", RecordBytes);
        w.Add("agent_cpu_ns", AgentCpuNanoseconds);
        w.Add("stop_reason", StopReason);
    }

    internal static RecordingSummary Read(ref MetadataReader r)
    {
        List<EventTotals> vEvents = [];
        ulong vSamples = 0;
        ulong vLost = 0;
        ulong vSideBandRecords = 0;
        ulong vFilteredStacks = 0;
        ulong vRawStacks = 0;
        ulong vRecordBytes = 0;
        ulong vAgentCpuNanoseconds = 0;
        string? vStopReason = null;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "events":
                    for (var left = r.ArrayCount(); left > 0; left--)
                        vEvents.Add(EventTotals.Read(ref r));
                    break;
                case "samples":
                    vSamples = r.UInt64();
                    break;
                case "lost":
                    vLost = r.UInt64();
                    break;
                case "side_band":
                    vSideBandRecords = r.UInt64();
                    break;
                case "filtered_stacks":
                    vFilteredStacks = r.UInt64();
                    break;
                case "raw_stacks":
                    vRawStacks = r.UInt64();
                    break;
                case "record_bytes":
                    vRecordBytes = r.UInt64();
                    break;
                case "agent_cpu_ns":
                    vAgentCpuNanoseconds = r.UInt64();
                    break;
                case "stop_reason":
                    vStopReason = r.Text();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new RecordingSummary
        {
            Events = vEvents,
            Samples = vSamples,
            Lost = vLost,
            SideBandRecords = vSideBandRecords,
            FilteredStacks = vFilteredStacks,
            RawStacks = vRawStacks,
            RecordBytes = vRecordBytes,
            AgentCpuNanoseconds = vAgentCpuNanoseconds,
            StopReason = vStopReason,
        };
    }
}
