namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Totals of one event.</summary>
public sealed class EventTotals
{
    /// <summary>Index in the event table.</summary>
    public int EventIndex { get; init; }

    /// <summary>Samples written.</summary>
    public ulong Samples { get; init; }

    /// <summary>Samples lost.</summary>
    public ulong Lost { get; init; }

    /// <summary>Bytes of its records as the kernel wrote them.</summary>
    public ulong Bytes { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(4);
        w.Add("event", (long)EventIndex);
        w.Add("samples", Samples);
        w.Add("lost", Lost);
        w.Add("bytes", Bytes);
    }

    internal static EventTotals Read(ref MetadataReader r)
    {
        int vEventIndex = 0;
        ulong vSamples = 0;
        ulong vLost = 0;
        ulong vBytes = 0;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "event":
                    vEventIndex = r.Int32();
                    break;
                case "samples":
                    vSamples = r.UInt64();
                    break;
                case "lost":
                    vLost = r.UInt64();
                    break;
                case "bytes":
                    vBytes = r.UInt64();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new EventTotals
        {
            EventIndex = vEventIndex,
            Samples = vSamples,
            Lost = vLost,
            Bytes = vBytes,
        };
    }
}
