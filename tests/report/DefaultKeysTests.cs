using TraceKit.Engine.Model;
using TraceKit.Report.Profiles;

namespace TraceKit.Report.Tests;

/// <summary>What a report groups by when nobody says.</summary>
public sealed class DefaultKeysTests
{
    private static readonly TraceEvent s_probe = new() { Index = 0, Name = "probe:vfs_read", IsTracepoint = true, Fields = [new TraceEventField("name", "__data_loc char[]", true)] };
    private static readonly TraceEvent s_clock = new() { Index = 1, Name = "cpu-clock", IsTracepoint = false };
    private static readonly TraceEvent s_dummy = new() { Index = 2, Name = "dummy:HG", IsTracepoint = false, IsSideBandOnly = true };

    /// <summary>Of our own recordings each event with fields is shown by its text, whatever was recorded beside it.</summary>
    [Fact]
    public void FieldsNeeded_OwnRecording_TextOfEventsWithFields()
    {
        Assert.Equal(["trace"], ReportBuilder.FieldsNeeded([s_probe, s_clock], null, isOfPerf: false));
        Assert.Empty(ReportBuilder.FieldsNeeded([s_clock], null, isOfPerf: false));
    }

    /// <summary>Of perf's recordings perf's rule holds: all events are tracepoints, the one that only brings side-band records among them, or none is shown by its text.</summary>
    [Fact]
    public void FieldsNeeded_RecordingOfPerf_TextOnlyWhereAllAreTracepoints()
    {
        Assert.Equal(["trace"], ReportBuilder.FieldsNeeded([s_probe], null, isOfPerf: true));
        Assert.Empty(ReportBuilder.FieldsNeeded([s_probe, s_clock], null, isOfPerf: true));
        Assert.Empty(ReportBuilder.FieldsNeeded([s_probe, s_dummy], null, isOfPerf: true));
        Assert.Equal(["name"], ReportBuilder.FieldsNeeded([s_probe, s_dummy], "name", isOfPerf: true));
    }
}
