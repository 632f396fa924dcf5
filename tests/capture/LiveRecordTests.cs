using System.Text;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Tests;

/// <summary>The agent on this host, as root.</summary>
[Collection("live")]
public class LiveRecordTests
{
    private const string Spin = """
        #include <time.h>
        volatile long sink;
        __attribute__((noinline)) void burn(long n) { for (long i = 0; i < n; i++) sink += i; }
        int main(void) { struct timespec a, b; clock_gettime(CLOCK_MONOTONIC, &a);
          do { burn(100000); clock_gettime(CLOCK_MONOTONIC, &b); } while ((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < 400);
          return 7; }
        """;

    /// A command's samples, mappings and snapshots are in the file, and its exit code is the agent's.
    [Fact]
    public void Record_Command_IsReadBack()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin, flags: "-O1 -fno-omit-frame-pointer -Wl,--build-id");
        var (code, _, error) = agent.Run("record", "-F", "997", "-g", "-o", "x.dtr", "--", program);
        Assert.Equal(7, code);
        Assert.Contains("next: tracekit x.dtr", error, StringComparison.Ordinal);

        var recording = new Recording(agent.In("x.dtr"));
        Assert.Equal(0, recording.Damage);
        Assert.Equal(ChunkType.Host, recording.Chunks[0]);
        Assert.Equal(ChunkType.End, recording.Chunks[^1]);
        Assert.True(recording.Summary!.Samples > 10, error);
        Assert.Equal("cpu-clock", recording.Events!.Events[0].Name);
        Assert.True(recording.Events.Events[^1].IsSideBandOnly);
        Assert.Equal("the command has ended", recording.Summary.StopReason);
        var module = Assert.Single(recording.Modules, m => m.Path == program);
        Assert.Null(module.MissingReason);
        Assert.Equal(20, module.BuildId.Length);
        Assert.NotEmpty(module.Extents);
        var libc = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.Elf && Path.GetFileName(m.Path).StartsWith("libc.", StringComparison.Ordinal) && m.Extents.Count > 0);

        // Where the host has the C library's debug file (libc6-dbg), its symbol table travels too; where not, nothing pretends to be it.
        var hex = Convert.ToHexStringLower(libc.BuildId);
        var debugFile = $"/usr/lib/debug/.build-id/{hex[..2]}/{hex[2..]}.debug";
        Assert.Equal(File.Exists(debugFile), recording.Modules.Exists(m => m.Kind == ModuleKind.DebugFile && m.Path == debugFile && m.BuildId.AsSpan().SequenceEqual(libc.BuildId) && m.BlobBytes > 0));
        Assert.Contains(recording.Processes, p => p.ExePath == program && p.Argv0 == program);
        Assert.Contains(SideBandMaps(recording), m => m == program);
    }

    /// With the default, no dump of a known process stays raw: what the program had on its stack does not leave the host.
    [Fact]
    public void Record_DwarfStacks_AreFiltered()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin);
        Assert.Equal(7, agent.Run("record", "-F", "997", "--call-graph", "dwarf", "-o", "x.dtr", "--", program).Code);
        var summary = new Recording(agent.In("x.dtr")).Summary!;
        Assert.True(summary.FilteredStacks > 10);
        Assert.Equal(0UL, summary.RawStacks);
        Assert.Equal(7, agent.Run("record", "-F", "997", "--call-graph", "dwarf,1024", "--stacks", "raw", "-o", "y.dtr", "--", program).Code);
        summary = new Recording(agent.In("y.dtr")).Summary!;
        Assert.Equal(0UL, summary.FilteredStacks);
        Assert.True(summary.RawStacks > 10);
    }

    /// A running process is described from /proc, its children inherit the recording, and its end ends it.
    [Fact]
    public void Record_RunningProcess_IsDescribedFromProc()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var program = agent.Compile(Spin);
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"sleep 0.7; {program}; {program}; exit 0"]);
        var (code, _, error) = agent.Run("record", "-F", "997", "-p", shell.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "-o", "x.dtr", "-v");
        shell.WaitForExit();
        Assert.Equal(0, code);
        Assert.Contains("the traced tasks have ended", error, StringComparison.Ordinal);
        var recording = new Recording(agent.In("x.dtr"));
        Assert.True(recording.Summary!.Samples > 10, error);
        Assert.Contains(SideBandMaps(recording), m => m == program);
    }

    /// The whole system for a time: existing processes are there, idle CPUs and the kernel too.
    [Fact]
    public void Record_WholeSystem_EndsAfterTheTime()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var (code, _, error) = agent.Run("record", "-a", "-g", "-F", "499", "-d", "500ms", "-o", "x.dtr");
        Assert.Equal(0, code);
        var recording = new Recording(agent.In("x.dtr"));
        Assert.True(recording.Summary!.Samples > 20, error);
        var kernel = Assert.Single(recording.Modules, m => m.Kind == ModuleKind.Kernel);
        Assert.True(kernel.BlobBytes > 100_000 || kernel.MissingReason is not null);
        Assert.NotEmpty(recording.Host!.CpuModel!);
        Assert.True(recording.Host.EndTime > recording.Host.StartTime + 400_000_000);
    }

    /// An existing output is kept; the new one is its owner's alone.
    [Fact]
    public void Record_ExistingOutput_IsKeptAsOld()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        File.WriteAllText(agent.In("x.dtr"), "precious");
        Assert.Equal(0, agent.Run("record", "-o", "x.dtr", "--", "true").Code);
        Assert.Equal("precious", File.ReadAllText(agent.In("x.dtr.old")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(agent.In("x.dtr")));
        Assert.Equal(1, agent.Run("record", "-o", "/dev/null", "--", "true").Code);
    }

    /// Several events share the rings and are told apart.
    [Fact]
    public void Record_SeveralEvents_AreToldApart()
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var (code, _, error) = agent.Run("record", "-e", "cpu-clock,page-faults", "-e", "sched:sched_process_f*", "-c", "1000000", "-e", "syscalls:sys_enter_nothing*", "-o", "x.dtr", "--", "sh", "-c", "true; (true); (true)");
        Assert.Equal(1, code);
        Assert.Contains("no event 'syscalls:sys_enter_nothing*'", error, StringComparison.Ordinal);
        (code, _, error) = agent.Run("record", "-e", "page-faults", "-e", "sched:sched_process_f*", "-c", "1", "-o", "x.dtr", "--", "sh", "-c", "(true); (true); (true); :");
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        var forks = recording.Events!.Events.ToList().FindIndex(e => e.Name == "sched:sched_process_fork");
        Assert.Contains("child_pid", recording.Events.Events[forks].Format, StringComparison.Ordinal);
        var totals = recording.Summary!.Events;
        Assert.True(totals[forks].Samples >= 2, error);
        Assert.True(totals[0].Samples > 10, error);
    }

    /// The kernel's filter is applied; a wrong one is told with its text and the reason.
    [Fact]
    public void Record_Filter_IsTheKernels()
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var (code, _, error) = agent.Run("record", "-e", "sched:sched_process_exec", "--filter", "nofield == 1", "-o", "x.dtr", "--", "true");
        Assert.Equal(2, code);
        Assert.Contains("filter, column 1:", error, StringComparison.Ordinal);
        Assert.Contains("nofield", error, StringComparison.Ordinal);
        Assert.Contains("pid", error, StringComparison.Ordinal);
        Assert.False(File.Exists(agent.In("x.dtr")));
        (code, _, error) = agent.Run("record", "-e", "sched:sched_process_exec", "--filter", "filename ~ \"*nothing-like-it*\"", "-o", "x.dtr", "--", "true");
        Assert.True(code == 0, error);
        Assert.Equal(0UL, new Recording(agent.In("x.dtr")).Summary!.Samples);
    }

    /// What cannot be done ends with 1 and the reason, a bad command line with 2.
    [Fact]
    public void Record_Failures_HaveTheirCodes()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        var (code, _, error) = agent.Run("record", "-o", "x.dtr", "--", "/no/such/program");
        Assert.Equal(1, code);
        Assert.Contains("/no/such/program", error, StringComparison.Ordinal);
        Assert.Equal(1, agent.Run("record", "-e", "nonsense", "-o", "x.dtr", "--", "true").Code);
        Assert.Equal(2, agent.Run("record", "--nonsense").Code);
        Assert.Equal(2, agent.Run("nonsense").Code);
        Assert.Equal(0, agent.Run("--version").Code);
        Assert.Equal(0, agent.Run("record", "--help").Code);
        Assert.Equal(1, agent.Run("record", "-p", "999999999", "-o", "x.dtr").Code);
    }

    /// kill -9 in mid-recording: everything flushed is readable.
    [Fact]
    public void Record_Killed_KeepsWhatWasFlushed()
    {
        Agent.RequireRoot();
        using var agent = new Agent();
        using var process = agent.Start("record", "-a", "-F", "997", "-o", "x.dtr");
        var path = agent.In("x.dtr");
        for (var i = 0; i < 200 && !HasSamples(path); i++)
            Thread.Sleep(50);
        process.Kill();
        process.WaitForExit();
        var recording = new Recording(path);
        Assert.NotEmpty(recording.Samples);
        Assert.NotNull(recording.Events);
        Assert.Null(recording.Summary);
        Assert.DoesNotContain(ChunkType.End, recording.Chunks);
    }

    private static bool HasSamples(string path)
    {
        try
        {
            return new Recording(path).Samples.Count > 0;
        }
        catch (Exception e) when (e is IOException or TraceKit.Binary.BadDataException)
        {
            return false;
        }
    }

    private static List<string> SideBandMaps(Recording recording)
    {
        Assert.True(PerfEventAttr.TryRead(recording.Events!.Events[^1].AttrBytes, out var attr));
        var layout = new SampleLayout(attr!);
        var paths = new List<string>();
        foreach (var chunk in recording.SideBand)
        {
            ReadOnlySpan<byte> left = chunk;
            while (PerfRecord.TryRead(left, out var record))
            {
                if (Mmap2Record.TryParse(record, layout, out var map))
                    paths.Add(Encoding.UTF8.GetString(map.Filename));
                left = left[record.Size..];
            }

            Assert.Equal(0, left.Length);
        }

        return paths;
    }
}
