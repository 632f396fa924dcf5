namespace TraceKit.Engine.Model;

/// <summary>The history of a trace, with the tables of its modules and what the side-band counted.</summary>
internal sealed record ModelParts(TraceModel Model, IReadOnlyList<ModuleData> Data, MappingResolver Resolver, KernelSymbols Kernel, SideBandTotals Totals);

/// <summary>What side-band records count.</summary>
internal sealed class SideBandTotals
{
    /// <summary>Records read.</summary>
    public long Records { get; set; }

    /// <summary>Records that are not what their type says.</summary>
    public long Malformed { get; set; }

    /// <summary>Sum of PERF_RECORD_LOST.</summary>
    public long Lost { get; set; }

    /// <summary>Sum of PERF_RECORD_LOST_SAMPLES.</summary>
    public long LostSamples { get; set; }

    /// <summary>PERF_RECORD_THROTTLE records.</summary>
    public long Throttled { get; set; }
}
