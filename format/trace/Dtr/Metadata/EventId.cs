namespace TraceKit.Format.Dtr.Metadata;

/// <summary>One perf id of an event.</summary>
public sealed class EventId
{
    /// <summary>What IDENTIFIER holds in its records.</summary>
    public ulong Id { get; init; }

    /// <summary>CPU it is bound to; -1 any.</summary>
    public int Cpu { get; init; }

    /// <summary>Task it is bound to; -1 any.</summary>
    public int Pid { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(3);
        w.Add("id", Id);
        w.Add("cpu", (long)Cpu);
        w.Add("pid", (long)Pid);
    }

    internal static EventId Read(ref MetadataReader r)
    {
        ulong vId = 0;
        int vCpu = 0;
        int vPid = 0;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "id":
                    vId = r.UInt64();
                    break;
                case "cpu":
                    vCpu = r.Int32();
                    break;
                case "pid":
                    vPid = r.Int32();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new EventId
        {
            Id = vId,
            Cpu = vCpu,
            Pid = vPid,
        };
    }
}
