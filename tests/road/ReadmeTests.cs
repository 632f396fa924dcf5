using System.Text.RegularExpressions;
using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary>The README's commands, executed: page and programs cannot drift apart.</summary>
[Collection("road")]
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "README.md"));

    /// Every block marked "test: run" works line by line in an empty folder, with the published programs on PATH.
    [Fact]
    public void Blocks_MarkedToRun_Work()
    {
        _ = Programs.Agent();
        var blocks = Marked().Matches(Readme).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(blocks);
        var folder = Directory.CreateTempSubdirectory("tracekit-readme-");
        try
        {
            var path = string.Join(':', Path.GetDirectoryName(Programs.Agent()), Path.GetDirectoryName(Programs.Analyzer()), Environment.GetEnvironmentVariable("PATH"));
            foreach (var block in blocks)
            {
                var run = ProgramRun.Start("bash", ["-euxc", block], new Dictionary<string, string> { ["PATH"] = path }, folder.FullName);
                if (run.ExitCode != 0 && run.Error.Contains("perf_event", StringComparison.Ordinal))
                    throw new TestSkippedException("this host does not let us record: " + run.Error.Trim().Split('\n')[^1]);
                run.MustExit();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// The seed's two examples are shown as the tests execute them: the one live (samples), the other in the virtual machine (tests/vm).
    [Theory]
    [InlineData("samples/what-do-people-type/record.sh", "'readline%return +0($retval):string' -a")]
    [InlineData("tests/vm/guest.sh", "'vfs_read name=+0(+40(+24(%di))):string'")]
    public void Examples_OfTheSeed_AreThoseThatTestsExecute(string script, string words)
    {
        Assert.Contains(words, Readme, StringComparison.Ordinal);
        Assert.Contains(words, File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), script)), StringComparison.Ordinal);
    }

    /// Every command that the page names is one that the program's help names.
    [Fact]
    public void Commands_Named_Exist()
    {
        CheckNames("tracekit-capture", Programs.Agent());
        CheckNames("tracekit", Programs.Analyzer());
    }

    /// Links inside the repository lead somewhere.
    [Fact]
    public void Links_Inside_LeadSomewhere()
    {
        foreach (Match link in Link().Matches(Readme))
            Assert.True(Path.Exists(Path.Combine(Golden.RepositoryRoot(), link.Groups[1].Value)), link.Value);
    }

    private static void CheckNames(string program, string path)
    {
        var help = ProgramRun.Start(path, ["--help"]).MustExit();
        var text = help.Output + help.Error;
        var used = Regex.Matches(Readme, $@"(?m)^(?:sudo )?{program} ([a-z]+)\b(?![.\w])").Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(used);
        foreach (var command in used)
            Assert.Contains(command, text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"<!-- test: run -->\s*```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#\s]+)\)")]
    private static partial Regex Link();
}
