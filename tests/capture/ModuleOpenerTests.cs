using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;
using TraceKit.Capture.Snapshots;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Capture.Tests;

/// <summary>A file is taken for the mapped one only when something says that it is.</summary>
public class ModuleOpenerTests
{
    private const string File = "/bin/sh";

    /// <summary>No process has this number: only the bare path is left.</summary>
    private const int Nobody = int.MaxValue;

    /// By the bare path: the same device and inode, or the same build-id, and nothing less.
    [Fact]
    public void Open_BarePath_NeedsTheSameIdentity()
    {
        Assert.True(HostFile.TryFacts(File, out var facts));
        var buildId = ElfImage.Parse(System.IO.File.ReadAllBytes(File), File).BuildId.ToArray();
        AssertOpens(Mapping(facts, facts.Inode, facts.DeviceMinor, []), null);
        AssertOpens(Mapping(default, 0, 0, buildId[..Math.Min(20, buildId.Length)]), null);
        AssertOpens(Mapping(facts, facts.Inode + 1, facts.DeviceMinor, []), "another one (inode)");
        AssertOpens(Mapping(facts, facts.Inode, facts.DeviceMinor + 1, []), "another one (inode)");
        AssertOpens(Mapping(default, 0, 0, []), "nothing tells");
        AssertOpens(Mapping(default, 0, 0, new byte[20]), "another build-id");
    }

    /// Through map_files the kernel gives the file itself, whatever numbers stat tells, as long as the mapping is what it was.
    [Fact]
    public void Open_OwnMapping_IsTheFile()
    {
        Agent.RequireRoot();
        foreach (var line in System.IO.File.ReadLines("/proc/self/maps"))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 6 || parts[1][2] != 'x' || !parts[5].Contains("libc.so", StringComparison.Ordinal))
                continue;
            var range = parts[0].Split('-');
            var mapping = new TrackedMapping
            {
                Start = Convert.ToUInt64(range[0], 16),
                End = Convert.ToUInt64(range[1], 16),
                FileOffset = Convert.ToUInt64(parts[2], 16),
                Path = "/no/such/path",
                DeviceMajor = Convert.ToUInt32(parts[3].Split(':')[0], 16),
                DeviceMinor = Convert.ToUInt32(parts[3].Split(':')[1], 16),
                Inode = ulong.Parse(parts[4], System.Globalization.CultureInfo.InvariantCulture),
            };
            using var file = ModuleOpener.Open(Environment.ProcessId, 0, mapping, out var reason);
            Assert.True(file is not null, reason);
            return;
        }

        Assert.Skip("this process has no libc.so mapped");
    }

    /// A pipe in the file's place is not waited for.
    [Fact]
    public void Open_Pipe_IsRefused()
    {
        using var agent = new Agent();
        var pipe = agent.In("pipe");
        using (var make = System.Diagnostics.Process.Start("mkfifo", pipe))
            make.WaitForExit();
        using var file = ModuleOpener.Open(Nobody, 0, new TrackedMapping { Start = 0x1000, End = 0x2000, FileOffset = 0, Path = pipe, Inode = 1 }, out var reason);
        Assert.Null(file);
        Assert.Contains("not a regular file", reason, StringComparison.Ordinal);
    }

    private static TrackedMapping Mapping(FileFacts facts, ulong inode, uint minor, byte[] buildId) =>
        new() { Start = 0x1000, End = 0x2000, FileOffset = 0, Path = File, DeviceMajor = facts.DeviceMajor, DeviceMinor = minor, Inode = inode, BuildId = buildId };

    private static void AssertOpens(TrackedMapping mapping, string? refusal)
    {
        using var file = ModuleOpener.Open(Nobody, 0, mapping, out var reason);
        Assert.Equal(refusal is null, file is not null);
        if (refusal is not null)
            Assert.Contains(refusal, reason, StringComparison.Ordinal);
    }
}
