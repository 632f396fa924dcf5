using TraceKit.DebugInfo.Elf;
using TraceKit.Engine.Tests;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary>What a recording lacks is named, found beside it by build-id, used, and added to it.</summary>
public sealed class SymbolsTests : IDisposable
{
    private const string Source = """
        static volatile unsigned long sink;
        inline __attribute__((always_inline)) unsigned long inner(unsigned long x) {
            for (int i = 0; i < 9; i++)
                x = x * 6364136223846793005UL + i;
            return x;
        }
        __attribute__((noinline)) unsigned long outer(unsigned long n) {
            unsigned long s = 0;
            for (unsigned long i = 0; i < n; i++)
                s += inner(i);
            return s;
        }
        int main() { sink = outer(3); }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-symbols-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    private string At(string name) => Path.Combine(_folder, name);

    private static void Need(string program, params string[] arguments)
    {
        try
        {
            ProgramRun.Start(program, arguments).MustExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed");
        }
    }

    /// <summary>
    /// A recording of a stripped program: 4 samples in `outer`'s loop, called from main. Its debug file is <c>debug/app.debug</c>.
    /// </summary>
    /// <param name="parts">What the recording carries of the program; null for nothing.</param>
    private string Record(ElfSnapshotParts? parts)
    {
        File.WriteAllText(At("app.cpp"), Source);
        Directory.CreateDirectory(At("debug"));
        Need("g++", "-g", "-O1", "-Wl,--build-id", "-o", At("app"), At("app.cpp"));
        Need("objcopy", "--only-keep-debug", At("app"), At("debug/app.debug"));
        var whole = ElfImage.Parse(File.ReadAllBytes(At("app")), "app");
        var symbols = SymbolTable.Build(whole);
        Assert.True(symbols.TryFindName("_Z5outerm"u8, out var outer) & symbols.TryFindName("main"u8, out var main));
        Need("strip", At("app"));
        var bytes = File.ReadAllBytes(At("app"));
        var image = ElfImage.Parse(bytes, "app");
        var extents = new List<ModuleExtent>();
        using var blob = new MemoryStream();
        foreach (var range in parts is { } wanted ? ElfSnapshotPlan.Create(image, wanted) : [])
        {
            extents.Add(new ModuleExtent { FileOffset = range.Offset.Value, Length = range.Length, BlobOffset = (ulong)blob.Length });
            blob.Write(bytes, (int)range.Offset.Value, (int)range.Length);
        }

        var text = Array.Find(image.Segments.ToArray(), s => (s.Flags & 1) != 0);
        var bias = 0x555500000000UL;
        var trace = new TestTrace()
            .Comm(1, 7, 7, "app", exec: true)
            .Map(2, 7, bias + text.Address.Value, 0x1000, text.Offset.Value, "/opt/app")
            .Module(
                new ModuleInfo
                {
                    Id = 1, Kind = ModuleKind.Elf, Path = "/opt/app", Inode = 1, DeviceMajor = 8, DeviceMinor = 1, BuildId = image.BuildId.ToArray(), FileLength = (ulong)bytes.Length, Extents = extents,
                    BlobBytes = (ulong)blob.Length, MissingReason = parts is null ? "the file was gone" : null,
                },
                blob.ToArray());
        for (var i = 0UL; i < 4; i++)
            trace.Sample(10 + i, 7, 7, 0, 5, [TestTrace.UserMarker, bias + outer.Start.Value + outer.Length / 2, bias + main.Start.Value + main.Length - 1]);
        File.WriteAllBytes(At("app.dtr"), trace.ToBytes());
        return At("app.dtr");
    }

    /// <summary>Without symbols the report says which module lacks them, what that costs and what to type; with a folder it has names and inlined functions.</summary>
    [Fact]
    public void Report_WithDebugDir_NamesWhatTheRecordingLacks()
    {
        var path = Record(ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind);
        var without = Tool.Run("report", path).MustExit();
        Assert.Contains("4 samples unnamed\n# Supply them: tracekit symbols add app.dtr --debug-dir DIR\n", without.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("outer", without.Output, StringComparison.Ordinal);
        var with = Tool.Run("report", path, "--debug-dir", At("debug")).MustExit();
        Assert.Contains("[.] outer\n", with.Output, StringComparison.Ordinal);
        Assert.Contains("inner (inlined)", with.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Missing", with.Output, StringComparison.Ordinal);
        Assert.Empty(with.Error);
        Assert.DoesNotContain("inlined", Tool.Run("report", path, "--debug-dir", At("debug"), "--no-inline").MustExit().Output, StringComparison.Ordinal);
        Assert.Contains("app.cpp:", Tool.Run("report", path, "--debug-dir", At("debug"), "-s", "srcline,sym").MustExit().Output, StringComparison.Ordinal);
        var script = Tool.Run("script", path, "--debug-dir", At("debug"), "-F", "+srcline").MustExit().Output;
        Assert.Matches(@"inner\+0x[0-9a-f]+\n  app\.cpp:\d+ \(inlined\)\n\t +[0-9a-f]+ outer\+0x[0-9a-f]+ \(/opt/app\)\n  app\.cpp:10\n", script);
    }

    /// <summary>A file of another build is not used, and that is said once.</summary>
    [Fact]
    public void Report_DebugFileOfAnotherBuild_IsRefusedAloud()
    {
        var path = Record(ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind);
        Need("g++", "-g", "-O0", "-Wl,--build-id", "-o", At("debug/app.debug"), At("app.cpp"));
        var run = Tool.Run("report", path, "--debug-dir", At("debug")).MustExit();
        Assert.DoesNotContain("outer", run.Output, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'), l => l.Contains("app.debug", StringComparison.Ordinal) && l.Contains("build-id", StringComparison.Ordinal));
    }

    /// <summary>What was added makes the file say by itself what it said with the folder; a second run finds nothing to add and changes nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SymbolsAdd_Twice_AddsOnce(bool snapshot)
    {
        var path = Record(snapshot ? ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind : null);
        if (!snapshot)
        {
            Directory.CreateDirectory(At("root/opt"));
            File.Copy(At("app"), At("root/opt/app"));
        }

        string[] places = snapshot ? ["--debug-dir", At("debug")] : ["--debug-dir", At("debug"), "--symfs", At("root")];
        var report = Tool.Run(["report", path, .. places]).MustExit().Output;
        var script = Tool.Run(["script", path, "-F", "+srcline", .. places]).MustExit().Output;
        var add = Tool.Run(["symbols", "add", path, .. places]).MustExit();
        Assert.Contains(snapshot ? "2 pieces added\n" : "3 pieces added\n", add.Output, StringComparison.Ordinal);
        Assert.EndsWith("nothing that the samples went through lacks symbols or unwind information\n", add.Output, StringComparison.Ordinal);
        Tool.Run("verify", path).MustExit();
        Assert.Equal(report, Tool.Run("report", path).MustExit().Output);
        Assert.Equal(script, Tool.Run("script", path, "-F", "+srcline").MustExit().Output);
        Assert.Matches($"\n[0-9a-f]{{40}} +yes +yes +hit +[0-9]+  /opt/app\n", Tool.Run("symbols", "list", path).MustExit().Output);

        var before = File.ReadAllBytes(path);
        Assert.StartsWith("nothing added\n", Tool.Run(["symbols", "add", path, .. places]).MustExit(1).Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));

        // All of it, into another file.
        Tool.Run(["symbols", "add", path, "--full", "-o", At("full.dtr"), .. places]).MustExit();
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Matches("\n[0-9a-f]{40} +yes +yes +yes +[0-9]+  /opt/app\n", Tool.Run("symbols", "list", At("full.dtr")).MustExit().Output);
        Tool.Run(["symbols", "add", At("full.dtr"), "--full", .. places]).MustExit(1);
        Assert.Empty(Directory.GetFiles(_folder, ".*.tmp"));
    }

    /// <summary>A recording that was cut short is completed and still says that it did not end in order.</summary>
    [Fact]
    public void SymbolsAdd_ToACutRecording_StaysACutRecording()
    {
        var path = Record(ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^40]);
        var run = Tool.Run("symbols", "add", path, "--debug-dir", At("debug")).MustExit();
        Assert.NotEmpty(run.Error);
        var report = Tool.Run("report", path).MustExit();
        Assert.Contains("[.] outer\n", report.Output, StringComparison.Ordinal);
        Assert.Contains("did not end in order", report.Error, StringComparison.Ordinal);
    }

    /// <summary>Mistakes are said in one line each.</summary>
    [Fact]
    public void Symbols_BadCommandLines_OneLine()
    {
        using var files = new Recordings();
        Tool.AssertOneLine(Tool.Run("symbols").MustExit(2).Error);
        Tool.AssertOneLine(Tool.Run("symbols", "add", files.Cpu()).MustExit(2).Error);
        Tool.AssertOneLine(Tool.Run("symbols", "add", files.Cpu(), "--debug-dir", At("none")).MustExit(1).Error);
        Tool.AssertOneLine(Tool.Run("report", files.Cpu(), "--symfs", At("none")).MustExit(1).Error);
        Tool.AssertOneLine(Tool.Run("report", files.Cpu(), "--inline", "--no-inline").MustExit(2).Error);
    }
}
