using System.Diagnostics;
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
        var agent = Agent() ?? throw Skip("no tracekit-capture: build capture, run build.sh, or set TRACEKIT_CAPTURE_BIN");
        var folder = Directory.CreateTempSubdirectory("tracekit-live-").FullName;
        try
        {
            var program = Path.Combine(folder, "wl");
            var (compiled, message) = Run("g++", ["-O2", flag, "-pthread", Path.Combine(Golden.RepositoryRoot(), "bench", "wl.cpp"), "-o", program]);
            if (!compiled)
                throw Skip($"g++: {message}");
            var file = Path.Combine(folder, "live.dtr");
            var (recorded, said) = Run(agent, ["record", "-F", "499", "--call-graph", callGraph, "-d", "3s", "-o", file, "--", program, "1000000", "2"]);
            if (!File.Exists(file))
                throw Skip($"record: {said}");
            Assert.True(recorded || said.Contains("samples", StringComparison.Ordinal), said);

            using var trace = Trace.Open(file);
            var analysis = Analysis.Run(trace, new AnalysisOptions { Comms = ["wl"] });
            if (analysis.Totals.Used < 50)
                throw Skip($"only {analysis.Totals.Used} samples: the machine is busy");
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

    private static Exception Skip(string why)
    {
        Assert.Skip(why);
        throw new UnreachableException();
    }

    private static string? Agent()
    {
        var root = Golden.RepositoryRoot();
        string?[] places =
        [
            Environment.GetEnvironmentVariable("TRACEKIT_CAPTURE_BIN"),
            Path.Combine(root, "out", "tracekit-capture"),
            Path.Combine(root, "capture", "bin", "Release", "net10.0", "linux-x64", "tracekit-capture"),
            Path.Combine(root, "capture", "bin", "Debug", "net10.0", "linux-x64", "tracekit-capture"),
        ];
        return Array.Find(places, File.Exists);
    }

    private static (bool Ok, string Output) Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode == 0, error + output.Result);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (false, e.Message);
        }
    }
}
