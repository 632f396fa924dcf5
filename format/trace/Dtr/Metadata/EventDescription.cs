using TraceKit.Binary;

namespace TraceKit.Format.Dtr.Metadata;

/// <summary>One event of a recording.</summary>
/// <remarks>Its place in the table is the event index of sample chunks.</remarks>
public sealed class EventDescription
{
    /// <summary>As shown: <c>cpu-clock</c>, <c>sched:sched_switch</c>, <c>probe:vfs_read</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>struct perf_event_attr</c>, byte for byte.</summary>
    public byte[] AttrBytes { get; init; } = [];

    /// <summary>Every perf id that belongs to it.</summary>
    public IReadOnlyList<EventId> Ids { get; init; } = [];

    /// <summary>Text of the tracepoint's <c>format</c> file; null for other events.</summary>
    public string? Format { get; init; }

    /// <summary>Filter that the kernel applied; null for none.</summary>
    public string? Filter { get; init; }

    /// <summary>What the kernel's filter language cannot say: the analyzer leaves out records for which it does not hold; null for none.</summary>
    public string? AnalyzerFilter { get; init; }

    /// <summary>The whole filter as the user wrote it, where it is not <see cref="Filter"/> itself; null otherwise.</summary>
    public string? FilterSource { get; init; }

    /// <summary>The definition as the kernel got it; null when it isn't a probe of this recording.</summary>
    public string? ProbeDefinition { get; init; }

    /// <summary>The definition as the user wrote it.</summary>
    public string? ProbeSource { get; init; }

    /// <summary>Index of the group's leader; -1 alone.</summary>
    public int GroupLeader { get; init; }

    /// <summary>It makes no samples: it only carries side-band records.</summary>
    public bool IsSideBandOnly { get; init; }

    /// <summary>Arguments as people see them; empty when the kernel's fields are all there is to say.</summary>
    public IReadOnlyList<EventArgument> Arguments { get; init; } = [];

    /// <summary>Where the probe stands; several when places share the event; empty when it is no probe, or not known.</summary>
    public IReadOnlyList<EventPlace> Places { get; init; } = [];

    internal void Write(ref MetadataWriter w)
    {
        w.Map(9 + (AnalyzerFilter is null ? 0 : 1) + (FilterSource is null ? 0 : 1) + (Arguments.Count == 0 ? 0 : 1) + (Places.Count == 0 ? 0 : 1));
        w.Add("name", Name);
        w.Add("attr", (ReadOnlySpan<byte>)AttrBytes);
        w.Array("ids", Ids.Count);
        foreach (var item in Ids)
            item.Write(ref w);
        w.Add("format", Format);
        w.Add("filter", Filter);
        w.Add("probe", ProbeDefinition);
        w.Add("probe_source", ProbeSource);
        w.Add("group_leader", (long)GroupLeader);
        w.Add("side_band_only", IsSideBandOnly);
        if (AnalyzerFilter is not null)
            w.Add("analyzer_filter", AnalyzerFilter);
        if (FilterSource is not null)
            w.Add("filter_source", FilterSource);
        if (Arguments.Count > 0)
        {
            w.Array("arguments", Arguments.Count);
            foreach (var item in Arguments)
                item.Write(ref w);
        }

        if (Places.Count == 0)
            return;
        w.Array("places", Places.Count);
        foreach (var item in Places)
            item.Write(ref w);
    }

    internal static EventDescription Read(ref MetadataReader r)
    {
        string vName = "";
        byte[] vAttrBytes = [];
        List<EventId> vIds = [];
        string? vFormat = null;
        string? vFilter = null;
        string? vProbeDefinition = null;
        string? vProbeSource = null;
        int vGroupLeader = 0;
        bool vIsSideBandOnly = false;
        string? vAnalyzerFilter = null;
        string? vFilterSource = null;
        List<EventArgument> vArguments = [];
        List<EventPlace> vPlaces = [];
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "name":
                    vName = r.Text() ?? "";
                    break;
                case "attr":
                    vAttrBytes = r.Bytes();
                    break;
                case "ids":
                    for (var left = r.ArrayCount(); left > 0; left--)
                        vIds.Add(EventId.Read(ref r));
                    break;
                case "format":
                    vFormat = r.Text();
                    break;
                case "filter":
                    vFilter = r.Text();
                    break;
                case "probe":
                    vProbeDefinition = r.Text();
                    break;
                case "probe_source":
                    vProbeSource = r.Text();
                    break;
                case "group_leader":
                    vGroupLeader = r.Int32();
                    break;
                case "side_band_only":
                    vIsSideBandOnly = r.Boolean();
                    break;
                case "analyzer_filter":
                    vAnalyzerFilter = r.Text();
                    break;
                case "filter_source":
                    vFilterSource = r.Text();
                    break;
                case "arguments":
                    for (var left = r.ArrayCount(InputLimits.ProbeArguments); left > 0; left--)
                        vArguments.Add(EventArgument.Read(ref r));
                    break;
                case "places":
                    for (var left = r.ArrayCount(InputLimits.ProbePlaces); left > 0; left--)
                        vPlaces.Add(EventPlace.Read(ref r));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new EventDescription
        {
            Name = vName,
            AttrBytes = vAttrBytes,
            Ids = vIds,
            Format = vFormat,
            Filter = vFilter,
            ProbeDefinition = vProbeDefinition,
            ProbeSource = vProbeSource,
            GroupLeader = vGroupLeader,
            IsSideBandOnly = vIsSideBandOnly,
            AnalyzerFilter = vAnalyzerFilter,
            FilterSource = vFilterSource,
            Arguments = vArguments,
            Places = vPlaces,
        };
    }
}
