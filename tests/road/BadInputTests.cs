using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.Testing;

namespace TraceKit.Road.Tests;

/// <summary>What is not a whole recording gets one clear line on stderr and the right exit code, never a stack trace.</summary>
[Collection("road")]
public sealed class BadInputTests : IDisposable
{
    private const int Whole = 0, DataLost = 3, Unusable = 4;
    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-bad-").FullName;

    private static byte[] Recording => File.ReadAllBytes(Path.Combine(Golden.RepositoryRoot(), "samples", "where-is-cpu-time", "demo.dtr"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// Files that never were a recording, or one of a later format: refused by every command in the same way.
    [Theory]
    [InlineData("empty")]
    [InlineData("text")]
    [InlineData("newer")]
    [InlineData("missing")]
    public void Commands_FileThatCannotBeRead_SaySoInOneLine(string kind)
    {
        var path = Path.Combine(_folder, kind + ".dtr");
        switch (kind)
        {
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "text":
                File.WriteAllText(path, string.Concat(Enumerable.Repeat("This is no recording.\n", 100)));
                break;
            case "newer":
                var bytes = Recording;
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) + 1));
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(60), Crc32C.Compute(bytes.AsSpan(0, 60)));
                File.WriteAllBytes(path, bytes);
                break;
        }

        foreach (var command in new[] { "info", "verify", "script", "report", "analyze" })
        {
            var run = ProgramRun.Start(Programs.Analyzer(), [command, path], workingDirectory: _folder);
            var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(run.ExitCode == (kind == "missing" ? 1 : Unusable) || (kind == "missing" && run.ExitCode == Unusable), $"{command}: exit code {run.ExitCode}\n{run.Output}\n{run.Error}");
            Assert.True(lines.Length == 1, $"{command} said {lines.Length} lines:\n{run.Error}");
            Assert.Contains(kind + ".dtr", lines[0], StringComparison.Ordinal);
            TestContext.Current.TestOutputHelper?.WriteLine($"{command}: {run.ExitCode}: {lines[0]}");
        }
    }

    /// A file cut anywhere is told to be cut, and still gives what lies before the cut.
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.999)]
    public void Verify_TruncatedFile_TellsTheLoss(double share)
    {
        var bytes = Recording;
        var path = Path.Combine(_folder, "cut.dtr");
        File.WriteAllBytes(path, bytes[..(int)(bytes.Length * share)]);
        Told(path);
    }

    /// One flipped byte costs at most its chunk, and is told.
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.95)]
    public void Verify_FlippedByte_TellsTheLoss(double at)
    {
        var bytes = Recording;
        bytes[(int)(bytes.Length * at)] ^= 0xff;
        var path = Path.Combine(_folder, "flipped.dtr");
        File.WriteAllBytes(path, bytes);
        Told(path);
    }

    private void Told(string path)
    {
        var verify = ProgramRun.Start(Programs.Analyzer(), ["verify", path]);
        Assert.True(verify.ExitCode == DataLost, $"exit code {verify.ExitCode}\n{verify.Output}\n{verify.Error}");

        // What is whole can still be read, with the loss told beside it; and be saved into a file that is whole.
        var script = ProgramRun.Start(Programs.Analyzer(), ["script", path]);
        Assert.DoesNotContain("   at ", script.Error, StringComparison.Ordinal);
        Assert.True(script.Error.Length > 0, "script said nothing about the loss");
        var saved = Path.Combine(_folder, "saved.dtr");
        var recover = ProgramRun.Start(Programs.Analyzer(), ["recover", path, "-o", saved]);
        Assert.True(recover.ExitCode is DataLost or Whole, $"exit code {recover.ExitCode}\n{recover.Output}\n{recover.Error}");
        Assert.True(File.Exists(saved), $"{recover.Output}\n{recover.Error}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{verify.Output}\n{script.Error}\n{recover.Output}{recover.Error}");
    }
}
