namespace TraceKit.Cli.Tests;

/// <summary>Files that are no recordings, or not whole ones: one line, the right exit code, and never a stack trace.</summary>
public sealed class BadInputTests
{
    private static readonly string[][] Readers =
    [
        ["info"], ["verify"], ["script"], ["report"], ["flame", "-o", "flame.svg"], ["analyze", "-o", "out"], ["hist", "--field", "count"], ["recover", "-o", "new.dtr"],
    ];

    /// <summary>Nothing in it can be used: exit code 4.</summary>
    [Theory]
    [InlineData("empty")]
    [InlineData("text")]
    [InlineData("short")]
    [InlineData("version")]
    [InlineData("folder")]
    public void Readers_OfWhatIsNoRecording_Exit4(string kind)
    {
        using var files = new Recordings();
        var bytes = Recordings.CpuTrace().ToBytes();
        var path = kind switch
        {
            "empty" => files.Save("x.dtr", []),
            "text" => files.Save("x.dtr", "This is a text file that somebody called .dtr, and it is longer than a header is.\n"u8.ToArray()),
            "short" => files.Save("x.dtr", bytes[..40]),
            "version" => files.Save("x.dtr", NewerMajor(bytes)),
            _ => files.Folder,
        };
        foreach (var reader in Readers)
        {
            var run = Tool.Run(files.Folder, [reader[0], path, .. reader[1..]]);
            Assert.True(run.ExitCode == 4, $"{reader[0]} of {kind}: exit code {run.ExitCode}\n{run.Error}");
            Tool.AssertOneLine(run.Error);
            Assert.Contains(Path.GetFileName(path), run.Error, StringComparison.Ordinal);
            Assert.Empty(run.Output);
        }
    }

    /// <summary>A missing file, or one that may not be written, is exit code 1.</summary>
    [Fact]
    public void Readers_OfMissingFiles_Exit1()
    {
        using var files = new Recordings();
        foreach (var reader in Readers)
            Tool.AssertOneLine(Tool.Run(files.Folder, [reader[0], "gone.dtr", .. reader[1..]]).MustExit(1).Error);
        Tool.AssertOneLine(Tool.Run("flame", files.Cpu(), "-o", "/nowhere/at/all.svg").MustExit(1).Error);
    }

    /// <summary>Cut anywhere, a file is told to be damaged, and what is left is analyzed.</summary>
    [Fact]
    public void Recording_CutShort_IsToldAndUsed()
    {
        using var files = new Recordings();
        var bytes = Recordings.CpuTrace().ToBytes();
        for (var part = 4; part < 10; part += 3)
        {
            var path = files.Save("cut.dtr", bytes[..(bytes.Length * part / 10)]);
            var verify = Tool.Run("verify", path);
            Assert.True(verify.ExitCode == 3, $"{part}: {verify.ExitCode} {verify.Output}{verify.Error}");
            Assert.Contains("data lost", verify.Output, StringComparison.Ordinal);
            var report = Tool.Run("report", path).MustExit();
            Assert.StartsWith("tracekit: warning: ", report.Error, StringComparison.Ordinal);
            var saved = Path.Combine(files.Folder, $"saved{part}.dtr");
            Tool.Run("recover", path, "-o", saved).MustExit(3);
            Tool.Run("verify", saved).MustExit();
            Assert.Equal(Sections(report.Output), Sections(Tool.Run("report", saved).MustExit().Output));
        }
    }

    /// <summary>One flipped byte, wherever it is: verify says so, no reader crashes, each error is one line.</summary>
    [Fact]
    public void Recording_WithAFlippedByte_IsNeverSilent()
    {
        using var files = new Recordings();
        var bytes = Recordings.CpuTrace().ToBytes();
        var whole = files.Cpu();
        var expected = new Dictionary<string, string> { ["report"] = Tool.Run("report", whole).Output, ["script"] = Tool.Run("script", whole).Output };
        for (var at = 8; at < bytes.Length; at += Math.Max(1, bytes.Length / 7))
        {
            var flipped = (byte[])bytes.Clone();
            flipped[at] ^= 0x10;
            var path = files.Save("flipped.dtr", flipped);
            var verify = Tool.Run("verify", path);
            Assert.True(verify.ExitCode is 3 or 4, $"byte {at}: verify says {verify.ExitCode}\n{verify.Output}{verify.Error}");
            foreach (var command in new[] { "report", "script" })
            {
                var run = Tool.Run(command, path);
                Assert.True(run.ExitCode is 0 or 4, $"byte {at}: {command} says {run.ExitCode}\n{run.Error}");
                // A command does not read what it does not need (a module nothing is in, the index): then it must not be any different.
                if (run.Error.Length == 0)
                    Assert.Equal(expected[command], run.Output);
                Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
                if (run.ExitCode == 4)
                    Tool.AssertOneLine(run.Error);
            }
        }
    }

    /// <summary>The report without the lines on what is missing: a saved copy has the same numbers and no damage.</summary>
    private static string Sections(string report) => report[Math.Max(0, report.IndexOf(" of event '", StringComparison.Ordinal))..];

    private static byte[] NewerMajor(byte[] bytes)
    {
        var newer = (byte[])bytes.Clone();
        var header = Format.Dtr.DtrFileHeader.Read(newer);
        (header with { Major = 2 }).Write(newer.AsSpan(0, Format.Dtr.DtrFileHeader.Size));
        return newer;
    }
}
