using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary>The whole road with the published programs: each script is one promise, and says itself what it saw.</summary>
[Collection("road")] // one at a time: each watches the machine
public sealed class RoadTests
{
    private const int CannotHere = 77;

    /// Nothing but the file is needed: the traced program and its libraries are out of reach, and the stacks are whole and agree with perf.
    [Fact]
    public void Analyze_WithBinariesOutOfReach_ReachesMainAndAgreesWithPerf() =>
        Run("tests/road/offline.sh", Programs.Agent(), Programs.Analyzer());

    /// Report says what perf report says of the same perf.data, to 0.01 (twelve kinds: tests/road/perfdata/compare_report.py).
    [Fact]
    public void Report_OfPerfData_SaysWhatPerfReportSays() =>
        Run("tests/road/perfdata/report.sh", Programs.Analyzer());

    /// Time off CPU is that of the printed switches and wakeups, and of a program whose sleeps are known.
    [Fact]
    public void Report_OffCpu_IsThatOfTheSwitches() =>
        Run("tests/road/offcpu.py", Programs.Agent(), Programs.Analyzer());

    /// The agent dies in mid-recording: the file reads, the loss is told, nothing is armed, and the next start sweeps.
    [Fact]
    public void Record_KilledWithUserProbe_LeavesAReadableFileAndNothingArmed() =>
        Run("tests/road/kill9.sh", Programs.Agent(), Programs.Analyzer());

    /// Filters in people's types, live: what the kernel lets through and what the analyzer leaves out of it are together exactly the filter.
    [Fact]
    public void Record_WithTypedFilters_KernelAndAnalyzerAreTheWholeFilter() =>
        Run("tests/road/probes/filters.sh", Programs.Agent(), Programs.Analyzer());

    /// 120 filters over the shipped recordings and one of a program with inlined functions: the samples that a naive filter over script's JSON chooses, and as many in report.
    [Fact]
    public void Filter_OnShippedRecordings_ChoosesWhatANaiveOneDoes() =>
        Run("tests/road/filters.sh", Programs.Analyzer(), Programs.Agent());

    /// Counts, rates, sums, intervals and percentiles of a shipped recording: those made of script's JSON.
    [Fact]
    public void Numbers_OfAShippedRecording_AreThoseOfPython()
    {
        var samples = Path.Combine(Golden.RepositoryRoot(), "samples");
        string[] recordings = Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1" ? Directory.GetFiles(samples, "*.dtr", SearchOption.AllDirectories)
            : [Path.Combine(samples, "who-sends-to-this-address", "sent.dtr")];
        Run("tests/road/numbers.py", [Programs.Analyzer(), .. recordings]);
    }

    /// Options that choose samples, wrong filters and hostile patterns, on every command that takes them.
    [Fact]
    public void Filter_WithOtherOptionsOnEveryCommand_CountsAlikeOrSaysTheColumn()
    {
        if (Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") != "1")
            Assert.Skip("runs 230 commands: TRACEKIT_ALL_LIBRARIES=1");
        Run("tests/road/filter_options.py", Programs.Analyzer(), Path.Combine(Golden.RepositoryRoot(), "samples", "how-big-are-the-packets", "packets.dtr"));
    }

    /// C++, Rust and Go values that perf probe cannot fetch: the recording says what the program prints.
    [Theory]
    [InlineData("shop")]
    [InlineData("words")]
    [InlineData("nodes")]
    public void Record_ValuesOfALanguage_AreThoseThatTheProgramPrints(string program) =>
        Run("tests/road/probes/values.sh", Programs.Agent(), Programs.Analyzer(), program);

    /// Every start of an instruction can be probed, nothing else, and the program computes the same under each probe (all of them: sweep.sh AGENT).
    [Fact]
    public void Probe_OnEveryOffsetOfAFunction_TakesInstructionsOnly() =>
        Run("tests/road/probes/sweep.sh", Programs.Agent(), "16");

    /// Return probes in a Go program whose stacks move: it lives, and every return is seen (a minute of it: goreturns.sh AGENT ANALYZER 60).
    [Fact]
    public void Record_ReturnsOfAGoProgram_LeaveItAliveAndRight() =>
        Run("tests/road/probes/goreturns.sh", Programs.Agent(), Programs.Analyzer(), "3");

    /// A marker behind a semaphore is heard, and nothing beside the semaphore is touched.
    [Fact]
    public void Record_Marker_IsHeardThroughItsSemaphore() =>
        Run("tests/road/probes/usdt.sh", Programs.Agent(), Programs.Analyzer());

    /// The seed's second example, live: what is typed into bash appears as perf script would print it.
    [Fact]
    public void Record_BashReadline_PrintsWhatWasTyped()
    {
        var folder = Directory.CreateTempSubdirectory("tracekit-road-");
        try
        {
            var output = Run("samples/what-do-people-type/record.sh", Path.Combine(folder.FullName, "typed.dtr"));
            foreach (var typed in new[] { "ls", "cd /var/log", "echo hello from a terminal", "true", "exit" })
                Assert.Matches($"""(?m)^\s*bash\s+\d+ \[\d+\]\s+\d+\.\d+: probe_bash:readline: \([0-9a-f]+ <- [0-9a-f]+\) arg1="{typed}"\s*$""", output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// The first command of the README: it must end with the name of a page that exists and is one self-contained file.
    [Fact]
    public void Demo_Always_NamesThePageItWrote()
    {
        Run("samples/demo.sh");
        var page = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "samples", "output", "demo", "index.html"));
        Assert.Contains("is_duplicate", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(?i)<(script|img|iframe)[^>]*\ssrc\s*=\s*["']?https?:|<link[^>]*href\s*=\s*["']?https?:""", page);
    }

    /// The recording shipped for hosts that forbid recording: small, whole, and with the answer in it.
    [Fact]
    public void ShippedRecording_Analyzed_HoldsTheAnswer()
    {
        var recording = Path.Combine(Golden.RepositoryRoot(), "samples", "where-is-cpu-time", "demo.dtr");
        ProgramRun.Start(Programs.Analyzer(), ["verify", recording]).MustExit();
        var report = ProgramRun.Start(Programs.Analyzer(), ["report", recording]).MustExit();
        Assert.Contains("is_duplicate", report.Output, StringComparison.Ordinal);
        Assert.Contains("worker", report.Output, StringComparison.Ordinal);
    }

    private static string Run(string script, params string[] arguments)
    {
        var environment = new Dictionary<string, string> { ["TRACEKIT_BIN"] = Programs.Analyzer(), ["TRACEKIT_CAPTURE_BIN"] = Programs.Agent() };
        var run = ProgramRun.Start(script.EndsWith(".py", StringComparison.Ordinal) ? "python3" : "bash", [Path.Combine(Golden.RepositoryRoot(), script), .. arguments], environment, timeout: TimeSpan.FromMinutes(5));
        if (run.ExitCode == CannotHere)
            throw new TestSkippedException(run.Output.Trim().Split('\n')[^1]);
        run.MustExit();
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        return run.Output;
    }
}
