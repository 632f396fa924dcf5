using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary>The samples: their pages say what the analyzer prints, and what is shipped can be recorded again.</summary>
[Collection("road")]
public sealed class SampleTests
{
    private const int CannotHere = 77;
    private const int LargestRecording = 1_000_000;

    private static readonly string Samples = Path.Combine(Golden.RepositoryRoot(), "samples");

    /// <summary>Folders with a page.</summary>
    public static TheoryData<string> All() => [.. Folders("README.md")];

    /// <summary>Folders with a record.sh that takes seconds; the others are for <c>record-all.sh</c>.</summary>
    public static TheoryData<string> Recordable() => [.. Folders("record.sh").Where(name => name != "what-do-people-type")]; // RoadTests has that one

    /// Every command of a page prints what stands below it, and a recording is small and whole.
    [Theory]
    [MemberData(nameof(All))]
    public void Page_Replayed_PrintsWhatItSays(string sample)
    {
        var recordings = Directory.GetFiles(Path.Combine(Samples, sample), "*.dtr");
        Assert.NotEmpty(recordings);
        foreach (var recording in recordings)
        {
            Assert.InRange(new FileInfo(recording).Length, 1, LargestRecording);
            ProgramRun.Start(Programs.Analyzer(), ["verify", recording]).MustExit();
        }

        Replay(Path.Combine(Samples, sample, "README.md"));
    }

    /// What can be recorded on this host is recorded, and the answer is in it.
    [Theory]
    [MemberData(nameof(Recordable))]
    public void Recording_MadeAnew_HoldsTheAnswer(string sample)
    {
        var folder = Directory.CreateTempSubdirectory("tracekit-sample-");
        try
        {
            var environment = new Dictionary<string, string> { ["TRACEKIT_BIN"] = Programs.Analyzer(), ["TRACEKIT_CAPTURE_BIN"] = Programs.Agent() };
            var run = ProgramRun.Start("bash", [Path.Combine(Samples, sample, "record.sh"), Path.Combine(folder.FullName, "anew", "recording.dtr")], environment, timeout: TimeSpan.FromMinutes(5));
            if (run.ExitCode == CannotHere)
                throw new TestSkippedException(run.Output.Trim().Split('\n')[^1]);
            run.MustExit();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Replay(string page)
    {
        if (!File.Exists("/usr/bin/python3"))
            throw new TestSkippedException("python3 is not installed (apt-get install python3)");
        var environment = new Dictionary<string, string> { ["TRACEKIT_BIN"] = Programs.Analyzer() };
        var run = ProgramRun.Start("python3", [Path.Combine(Samples, "replay.py"), page], environment);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    private static IEnumerable<string> Folders(string with) =>
        Directory.GetFiles(Samples, with, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))
            .Where(name => name != "samples")
            .Order(StringComparer.Ordinal);
}
