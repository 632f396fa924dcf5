using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary><c>tracekit script</c> and <c>perf script</c> on the same perf.data, recorded now.</summary>
[Collection("road")]
public sealed class ScriptAgainstPerfTests
{
    /// <summary>Fields of hardware that is not here (made up), registers, weights and times of day are what perf prints; all fields and options by fields.py without --short.</summary>
    [Fact]
    public void Script_FieldsAndSideBand_AreWhatPerfPrints()
    {
        var folder = Directory.CreateTempSubdirectory("fields-").FullName;
        try
        {
            var compared = ProgramRun.Start("python3", [Path.Combine(Golden.RepositoryRoot(), "tests", "road", "perfdata", "fields.py"), Programs.Analyzer(), folder, "--short"]);
            if (compared.Error.Contains("No such file or directory: 'perf'", StringComparison.Ordinal))
                Assert.Skip("perf is not here");
            Assert.True(compared.ExitCode == 0, compared.Output + compared.Error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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
