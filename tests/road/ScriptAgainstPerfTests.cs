using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary><c>tracekit script</c> and <c>perf script</c> on the same perf.data, recorded now.</summary>
[Collection("road")]
public sealed class ScriptAgainstPerfTests
{
    /// <summary>Every line is perf's, names of functions included, but for the differences that docs/from-perf.md explains. Without inlined frames: perf has none for callers.</summary>
    [Fact]
    public void Script_RecordedPerfData_IsWhatPerfPrints()
    {
        var folder = Directory.CreateTempSubdirectory("script-").FullName;
        try
        {
            var scripts = Path.Combine(Golden.RepositoryRoot(), "tests", "road", "perfdata");
            var recorded = ProgramRun.Start("bash", [Path.Combine(scripts, "record.sh"), folder, "fp", "pipe", "comm", "events", "probes"]);
            if (recorded.ExitCode != 0)
                Assert.Skip($"nothing was recorded: {recorded.Error}{recorded.Output}");
            var compared = ProgramRun.Start(
                "env", ["TRACEKIT_SYMBOLS=--no-inline", "python3", Path.Combine(scripts, "compare_script.py"), Programs.Analyzer(), .. Directory.EnumerateFiles(folder, "*.data").Order(StringComparer.Ordinal)]);
            Assert.True(compared.ExitCode == 0, compared.Output + compared.Error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
