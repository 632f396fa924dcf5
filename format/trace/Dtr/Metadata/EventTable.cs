namespace TraceKit.Format.Dtr.Metadata;

/// <summary>What was recorded: the Events chunk.</summary>
/// <remarks>Written before the first chunk of records.</remarks>
public sealed class EventTable
{
    /// <summary>Whose register numbers the attributes use.</summary>
    public TraceKit.Format.Perf.PerfArchitecture Architecture { get; init; }

    /// <summary>By event index.</summary>
    public IReadOnlyList<EventDescription> Events { get; init; } = [];

    /// <summary>The chunk's payload.</summary>
    public byte[] Encode()
    {
        var w = MetadataWriter.Create();
        Write(ref w);
        return w.ToArray();
    }

    /// <summary>Reads a chunk's payload; unknown keys are passed over.</summary>
    /// <exception cref="TraceKit.Binary.BadDataException">Not what the chunk type says.</exception>
    public static EventTable Decode(ReadOnlyMemory<byte> payload) => MetadataReader.Run(payload, "Events", Read);

    internal void Write(ref MetadataWriter w)
    {
        w.Map(2);
        w.Add("arch", (ulong)Architecture);
        w.Array("events", Events.Count);
        foreach (var item in Events)
            item.Write(ref w);
    }

    internal static EventTable Read(ref MetadataReader r)
    {
        var vArchitecture = default(TraceKit.Format.Perf.PerfArchitecture);
        List<EventDescription> vEvents = [];
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "arch":
                    vArchitecture = (TraceKit.Format.Perf.PerfArchitecture)r.UInt32();
                    break;
                case "events":
                    for (var left = r.ArrayCount(); left > 0; left--)
                        vEvents.Add(EventDescription.Read(ref r));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new EventTable
        {
            Architecture = vArchitecture,
            Events = vEvents,
        };
    }
}
