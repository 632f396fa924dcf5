using TraceKit.Engine;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary>A perf.data becomes a .dtr that says the same where none of its files are.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Source = """
        #include <algorithm>
        #include <cstdio>
        #include <vector>
        static inline __attribute__((always_inline)) unsigned long mix(unsigned long x) {
            for (int i = 0; i < 40; i++)
                x = x * 6364136223846793005UL + i;
            return x;
        }
        __attribute__((noinline)) static unsigned long work(int depth, unsigned long x) {
            return depth == 0 ? mix(x) : work(depth - 1, x + depth) + 1;
        }
        int main() {
            unsigned long s = 0;
            std::vector<unsigned long> v;
            for (int i = 0; i < 150000; i++)
                v.push_back(s += work(5, i));
            std::sort(v.begin(), v.end());
            std::printf("%lu\n", v[7]);
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    private string At(string name) => Path.Combine(_folder, name);

    private static ProgramRun Need(string program, params string[] arguments)
    {
        try
        {
            return ProgramRun.Start(program, arguments);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed");
            throw;
        }
    }

    /// <summary>A stripped program, its debug file in <c>debug/</c> by build-id, and a recording of it; or a whole program without a build-id.</summary>
    private string Record(string callGraph, bool buildId = true)
    {
        File.WriteAllText(At("app.cpp"), Source);
        Directory.CreateDirectory(At("debug"));
        Need("g++", "-g", "-O1", "-fno-omit-frame-pointer", buildId ? "-Wl,--build-id" : "-Wl,--build-id=none", "-o", At("app"), At("app.cpp")).MustExit();
        if (buildId)
            Split();
        var run = Need("perf", "--buildid-dir", At("cache"), "record", "-q", "-e", "cpu-clock", "-F", "1999", "--call-graph", callGraph, "-o", At("perf.data"), "--", At("app"));
        if (run.ExitCode != 0)
            Assert.Skip($"perf cannot record here: {run.Error}");
        return At("perf.data");
    }

    private void Split()
    {
        Need("objcopy", "--only-keep-debug", At("app"), At("app.debug")).MustExit();
        Need("strip", At("app")).MustExit();
        var id = Convert.ToHexStringLower(DebugInfo.Elf.ElfImage.Parse(File.ReadAllBytes(At("app")), "app").BuildId.Span);
        Directory.CreateDirectory(At("debug/.build-id/" + id[..2]));
        File.Move(At("app.debug"), At($"debug/.build-id/{id[..2]}/{id[2..]}.debug"));
    }

    private static string Output(params string[] arguments) =>
        string.Join('\n', Tool.Run(arguments).MustExit().Output.Split('\n').Where(l => !l.Contains("tracekit symbols add", StringComparison.Ordinal)));

    /// <summary>report and script of the new file equal those of the perf.data with its files, after the program and its debug file are gone; lines of inlined functions too.</summary>
    [Theory]
    [InlineData("fp", true)]
    [InlineData("fp", false)]
    [InlineData("dwarf,8192", true)]
    public void Import_FilesGone_SaysTheSame(string callGraph, bool buildId)
    {
        var data = Record(callGraph, buildId);
        string[] places = ["--debug-dir", At("debug"), "--buildid-dir", At("cache")];
        string[][] commands = [["report", "--no-children"], ["report", "-s", "sym,srcline", "-g", "none"], ["script"]];
        var before = commands.Select(c => Output([.. c, data, .. places])).ToArray();
        var import = Tool.Run(["import", data, "-o", At("new.dtr"), .. places]).MustExit();
        Assert.Contains(buildId ? "app (build-id" : "app (no build-id", import.Output, StringComparison.Ordinal);
        File.Delete(At("app"));
        Directory.Delete(At("debug"), true);
        Directory.Delete(At("cache"), true);
        for (var i = 0; i < commands.Length; i++)
            Assert.Equal(before[i], Output([.. commands[i], At("new.dtr")]));
        Assert.Contains("mix", before[0], StringComparison.Ordinal);
        Assert.Contains("app.cpp:6", before[1], StringComparison.Ordinal);
        Assert.Equal(0, Tool.Run("verify", At("new.dtr")).ExitCode);
    }

    /// <summary>An archive beside the recording gives the names of a program that is gone, as it does for perf.</summary>
    [Fact]
    public void Import_ArchiveBeside_NamesOfWhatIsGone()
    {
        var data = Record("fp");
        Need("tar", "cjf", data + ".tar.bz2", "-C", At("cache"), ".").MustExit();
        File.Delete(At("app"));
        Directory.Delete(At("cache"), true);
        var import = Tool.Run(["import", data, "--debug-dir", At("debug")]).MustExit();
        Assert.Contains(" from " + data + ".tar.bz2:.build-id/", import.Output, StringComparison.Ordinal);
        Directory.Delete(At("debug"), true);
        Assert.Contains("[.] work", Output("report", "--no-children", At("perf.dtr")), StringComparison.Ordinal);
    }

    /// <summary>Every record comes back byte for byte, samples in order of time; with pointers only, all of a sample but its stack.</summary>
    [Fact]
    public void Import_RawStacks_RecordsByteForByte()
    {
        var data = Record("dwarf,1024");
        Tool.Run("import", data, "-o", At("raw.dtr"), "--snapshot", "none", "--stacks", "raw").MustExit();
        using var before = Trace.Open(data);
        using var after = Trace.Open(At("raw.dtr"));
        Assert.Equal(before.Descriptions.Select(d => (d.Name, Convert.ToHexString(d.AttrBytes))), after.Descriptions.Select(d => (d.Name, Convert.ToHexString(d.AttrBytes))));
        Assert.Equal(before.Summary!.Samples, after.Summary!.Samples);
        Assert.Equal(before.Summary!.RecordBytes, after.Summary!.RecordBytes);
        Assert.Equal(after.Summary!.RawStacks, after.Summary.RawStacks + after.Summary.FilteredStacks);
        // Without chains: perf's cache has only files that samples lie in, and others are needed to unwind through them.
        Assert.Equal(Output("script", data, "--show-side-band", "-G"), Output("script", At("raw.dtr"), "--show-side-band", "-G", "--buildid-dir", At("cache")));
    }

    /// <summary>From standard input; a file that was there is kept as .old; nothing is left beside it.</summary>
    [Fact]
    public void Import_Pipe_ExistingKeptAsOld()
    {
        var data = Record("fp");
        var piped = Need("sh", "-c", $"exec perf record -q -e cpu-clock -F 999 -g -o - -- true >'{At("pipe.data")}'");
        Assert.True(piped.ExitCode == 0 && File.Exists(data));
        File.WriteAllText(At("out.dtr"), "before");
        Tool.RunReading(At("pipe.data"), "import", "-", "-o", At("out.dtr")).MustExit();
        Assert.Equal("before", File.ReadAllText(At("out.dtr.old")));
        Assert.Equal(0, Tool.Run("verify", At("out.dtr")).ExitCode);
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("out.dtr")));
    }

    /// <summary>What makes no sense is refused in one line with the right exit code, and writes nothing.</summary>
    [Fact]
    public void Import_Wrong_OneLine()
    {
        File.WriteAllText(At("text"), "no recording");
        foreach (var (arguments, code, says) in new (string[], int, string)[]
        {
            (["import", At("text")], 4, "text"),
            (["import", "-"], 2, "-o"),
            (["import", At("none")], 1, "no such file"),
            (["import", At("text"), "--snapshot", "most"], 2, "none, symbols, unwind, lines or full"),
            (["import", At("text"), "-o", At("text")], 2, "the output is the input"),
            (["import", At("text"), "--archive", At("none")], 1, "no such file"),
        })
        {
            var run = Tool.Run(arguments);
            Assert.Equal((code, ""), (run.ExitCode, run.Output));
            Tool.AssertOneLine(run.Error);
            Assert.Contains(says, run.Error, StringComparison.Ordinal);
        }

        Assert.Single(Directory.GetFiles(_folder));
    }
}
