using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary>The samples: their pages say what the analyzer prints, and what is shipped can be recorded again.</summary>
[Collection("road")]
public sealed class SampleTests
{
    private const int CannotHere = 77;
    private const int LargestRecording = 1_000_000;

    // One of each way: host and virtual machine, its disk, its network card. TRACEKIT_ALL_SAMPLES=1 or samples/record-all.sh: the others too, minutes.
    private static readonly string[] Short =
        ["what-do-cpp-rust-and-go-pass", "what-is-the-argument-without-debuginfo", "which-cpu-serves-the-nic", "which-files-are-read", "why-block-io-merges-little", "why-do-orders-fail"];

    private static readonly string Samples = Path.Combine(Golden.RepositoryRoot(), "samples");

    /// <summary>Folders with a page.</summary>
    public static TheoryData<string> All() => [.. Folders("README.md")];

    /// <summary>Folders with a record.sh; <see cref="RoadTests"/> has the one of bash.</summary>
    public static TheoryData<string> Recordable() => [.. Folders("record.sh").Where(name => name != "what-do-people-type")];

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

    /// What a page tells to probe is what its scripts probe: both are read by somebody who wants to do the same.
    [Theory]
    [MemberData(nameof(All))]
    public void Page_CaptureCommands_AreThoseOfItsScripts(string sample)
    {
        var folder = Path.Combine(Samples, sample);
        var scripts = string.Concat(new[] { "record.sh", "guest.sh", "find.sh" }.Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(File.ReadAllText))
            // An address that the script looks for in the program of the compiler at hand.
            .Replace("${at[0]}", "0x1200", StringComparison.Ordinal);
        var page = File.ReadAllText(Path.Combine(folder, "README.md"));
        var start = page.LastIndexOf("```sh\n", StringComparison.Ordinal);
        Assert.True(start > 0, "no capture command");
        var command = page[start..page.IndexOf("\n```\n", start, StringComparison.Ordinal)];
        var told = command.Split('\'').Where((_, i) => i % 2 == 1).Where(part => !part.StartsWith("returned_", StringComparison.Ordinal))
            .Concat(command.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Contains(':', StringComparison.Ordinal) && word.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '_')));
        foreach (var part in told)
            Assert.Contains(part, scripts, StringComparison.Ordinal);
    }

    /// The tutorial's commands, one after the other, print what it says.
    [Fact]
    public void Tutorial_Replayed_PrintsWhatItSays() => Replay(Path.Combine(Golden.RepositoryRoot(), "docs", "tutorial.md"));

    /// What can be recorded on this host is recorded, and the answer is in it.
    [Theory]
    [MemberData(nameof(Recordable))]
    public void Recording_MadeAnew_HoldsTheAnswer(string sample)
    {
        if (!Short.Contains(sample) && Environment.GetEnvironmentVariable("TRACEKIT_ALL_SAMPLES") != "1")
            Assert.Skip("takes long: TRACEKIT_ALL_SAMPLES=1, or samples/record-all.sh");
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
        var run = ProgramRun.Start("python3", [Path.Combine(Samples, "replay.py"), page], environment, timeout: TimeSpan.FromMinutes(5));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    private static IEnumerable<string> Folders(string with) =>
        Directory.GetFiles(Samples, with, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))
            .Where(name => name != "samples")
            .Order(StringComparer.Ordinal);
}
