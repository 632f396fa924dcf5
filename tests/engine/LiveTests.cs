using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Aggregates;
using TraceKit.Testing;

namespace TraceKit.Engine.Tests;

public sealed class LiveTests
{
    /// <summary>
    /// A multi-threaded C++ program with recursion and templates, without frame pointers: at least 99 % of the stacks that were dumped reach their root, and its
    /// own functions are named.
    /// </summary>
    [Theory]
    [InlineData("dwarf", "-fomit-frame-pointer")]
    [InlineData("fp", "-fno-omit-frame-pointer")]
    public void Recording_OfCppProgram_StacksReachTheRoot(string callGraph, string flag)
    {
        var agent = Programs.Agent();
        var folder = Directory.CreateTempSubdirectory("tracekit-live-").FullName;
        try
        {
            var program = Path.Combine(folder, "wl");
            if (!File.Exists("/usr/bin/g++"))
                throw new TestSkippedException("no g++");
            ProgramRun.Start("/usr/bin/g++", ["-O2", flag, "-pthread", Path.Combine(Golden.RepositoryRoot(), "bench", "wl.cpp"), "-o", program]).MustExit();
            var file = Path.Combine(folder, "live.dtr");
            var run = ProgramRun.Start(agent, ["record", "-F", "499", "--call-graph", callGraph, "-d", "3s", "-o", file, "--", program, "1000000", "2"]);
            if (!File.Exists(file))
                throw new TestSkippedException($"record: {run.Error}");

            using var trace = Trace.Open(file);
            var analysis = Analysis.Run(trace, new AnalysisOptions { Comms = ["wl"] });
            if (analysis.Totals.Used < 50)
                throw new TestSkippedException($"only {analysis.Totals.Used} samples: the machine is busy");
            Assert.Equal(0, analysis.Totals.Malformed + analysis.Totals.UnknownEvent + analysis.Totals.DamagedChunks);
            if (callGraph == "dwarf")
            {
                Assert.True(
                    analysis.Unwind.ReachedRoot >= analysis.Unwind.Samples * 0.99,
                    $"{analysis.Unwind.ReachedRoot} of {analysis.Unwind.Samples}; truncated: {analysis.Unwind.Of(UnwindStop.DumpTruncated)}");
            }

            var profile = FlatProfile.Build(analysis, SortKey.ParseList("sym"), children: true);
            var walk = profile.Entries.First(e => e.Values[0].StartsWith("wl::walk", StringComparison.Ordinal));
            Assert.True(walk.TotalWeight > profile.TotalWeight / 10, $"wl::walk has {walk.TotalWeight} of {profile.TotalWeight}");
            foreach (var entry in profile.Entries)
                Assert.InRange(entry.TotalWeight, entry.SelfWeight, profile.TotalWeight);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
