using System.Text;
using TraceKit.DebugInfo.Jit;
using TraceKit.Engine.Streams;
using TraceKit.Format.Dtr.Metadata;
using static TraceKit.Engine.Tests.TestTrace;

namespace TraceKit.Engine.Tests;

/// <summary>JIT code: an address means what it meant at the time of the sample.</summary>
public sealed class JitTests
{
    private const string Early = "10000 100 outer\n10100 100 hot_v1\n", Late = "10100 80 hot_v2\n";

    private static TestTrace Changing(params ModuleMark[] marks)
    {
        var map = Encoding.UTF8.GetBytes(Early + Late);
        return new TestTrace { ChunkSamples = 2 }
            .Comm(0, 10, 10, "app").Map(0, 10, 0x10000, 0x1000, 0, "//anon", 0)
            .Module(new ModuleInfo { Id = 1, Kind = ModuleKind.PerfMap, Path = "/tmp/perf-10.map", Pid = 10, BlobFormat = "perf-map", BlobBytes = (ulong)map.Length, Marks = marks }, map)
            .Sample(1000, 10, 10, 0, 1, [UserMarker, 0x10110, 0x10050])
            .Sample(1100, 10, 10, 0, 1, [UserMarker, 0x10005, 0x10100]) // a return address at a function's start is of the code before it
            .Sample(3000, 10, 10, 1, 1, [UserMarker, 0x10110, 0x10050])
            .Sample(3100, 10, 10, 0, 1, [UserMarker, 0x10190, 0x10050])
            .Sample(3200, 10, 10, 0, 1, [UserMarker, 0x10020, 0x10181]);
    }

    private static ModuleMark[] Marks => [new ModuleMark { Time = 2000, Length = (ulong)Early.Length }, new ModuleMark { Time = 4000, Length = (ulong)(Early.Length + Late.Length) }];

    /// <summary>One address, two functions: before the mark and after it; callers too, and what kept its meaning stays one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Analysis_JitAddressReused_NamesByTime(int workers)
    {
        using var trace = Changing(Marks).Open();
        var analysis = Analysis.Run(trace, new AnalysisOptions { Workers = workers, KeepSamples = true });
        Assert.Equal("outer 2/2\nhot_v1 2/2\nhot_v2 1/1".Split('\n').Order(), AnalysisTests.Dump(analysis, "sym").Split('\n').Order());
        var dump = AnalysisTests.DumpAll(analysis);
        Assert.Contains("1000 cpu-clock app 1/1", dump, StringComparison.Ordinal);
        Assert.Contains("hot_v2+0x10([JIT] tid 10)", dump, StringComparison.Ordinal);
        Assert.Contains("hot_v1+0x10([JIT] tid 10)", dump, StringComparison.Ordinal);
        // Return addresses are looked up in their call: 0x10100 in outer's last byte, 0x10181 in what v2 left of v1.
        Assert.Contains("outer+0xff([JIT] tid 10)", dump, StringComparison.Ordinal);
        Assert.Contains("hot_v1+0x80([JIT] tid 10)", dump, StringComparison.Ordinal);
        Assert.Contains("hot_v1+0x90([JIT] tid 10)", dump, StringComparison.Ordinal);
    }

    /// <summary>Without marks the last line names the address at all times.</summary>
    [Fact]
    public void Analysis_JitMapSeenOnce_LastLineWins()
    {
        using var trace = Changing().Open();
        var dump = AnalysisTests.DumpAll(Analysis.Run(trace, new AnalysisOptions { KeepSamples = true }));
        Assert.DoesNotContain("hot_v1+0x10(", dump, StringComparison.Ordinal);
        Assert.Contains("hot_v2+0x10(", dump, StringComparison.Ordinal);
    }

    /// <summary>Sample by sample the same names, with the addresses of the process and not the keys.</summary>
    [Fact]
    public void EventStream_JitAddressReused_NamesByTime()
    {
        using var trace = Changing(Marks).Open();
        var seen = new List<string>();
        var stream = EventStream.Open(trace, new AnalysisOptions());
        while (stream.MoveNext())
        {
            var chain = stream.Current.Callchain;
            seen.Add($"{stream.Current.Time} {chain[0].Frame.Name} {chain[0].Frame.Address:x}");
            Assert.All(chain, entry => Assert.False(JitTimeline.IsKey(entry.Frame.Address) || JitTimeline.IsKey(entry.Address)));
        }

        Assert.Equal(["1000 hot_v1 10110", "1100 outer 10005", "3000 hot_v2 10110", "3100 hot_v1 10190", "3200 outer 10020"], seen);
    }
}
