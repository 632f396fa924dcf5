namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Something was lost.</summary>
public sealed class LossReport
{
    /// <summary>CPU; -1 all or unknown.</summary>
    public int Cpu { get; init; }

    /// <summary>Why.</summary>
    public LossCause Cause { get; init; }

    /// <summary>Not before, nanoseconds of the clock.</summary>
    public ulong FirstTime { get; init; }

    /// <summary>Not after.</summary>
    public ulong LastTime { get; init; }

    /// <summary>How many; what is counted depends on the cause.</summary>
    public ulong Count { get; init; }

    /// <summary>Which event; -1 all or unknown.</summary>
    public int EventIndex { get; init; }

    /// <summary>One line for a user.</summary>
    public string? Detail { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(7);
        w.Add("cpu", (long)Cpu);
        w.Add("cause", (ulong)Cause);
        w.Add("first_time", FirstTime);
        w.Add("last_time", LastTime);
        w.Add("count", Count);
        w.Add("event", (long)EventIndex);
        w.Add("detail", Detail);
    }

    internal static LossReport Read(ref MetadataReader r)
    {
        int vCpu = 0;
        var vCause = default(LossCause);
        ulong vFirstTime = 0;
        ulong vLastTime = 0;
        ulong vCount = 0;
        int vEventIndex = 0;
        string? vDetail = null;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "cpu":
                    vCpu = r.Int32();
                    break;
                case "cause":
                    vCause = (LossCause)r.UInt32();
                    break;
                case "first_time":
                    vFirstTime = r.UInt64();
                    break;
                case "last_time":
                    vLastTime = r.UInt64();
                    break;
                case "count":
                    vCount = r.UInt64();
                    break;
                case "event":
                    vEventIndex = r.Int32();
                    break;
                case "detail":
                    vDetail = r.Text();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new LossReport
        {
            Cpu = vCpu,
            Cause = vCause,
            FirstTime = vFirstTime,
            LastTime = vLastTime,
            Count = vCount,
            EventIndex = vEventIndex,
            Detail = vDetail,
        };
    }
}
