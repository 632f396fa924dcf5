using System.Diagnostics;
using System.Globalization;
using TraceKit.Engine.Streams;

namespace TraceKit.Engine.Tests.PerfData;

/// <summary>What perf records here and prints of it, beside what is read of it.</summary>
public sealed class PerfDataLiveTests
{
    private const string Program = "i=0; while [ $i -lt 60 ]; do /bin/true; i=$((i+1)); done";

    /// <summary>Every sample of every kind of recording has the name, numbers, time, event and period that perf prints.</summary>
    [Theory]
    [InlineData("plain", "-e cpu-clock -F 3000 -g")]
    [InlineData("dwarf", "-e task-clock -F 1000 --call-graph dwarf,2048")]
    [InlineData("system-wide", "-e cpu-clock -a -F 500")]
    [InlineData("tracepoints", "-e sched:sched_switch,sched:sched_process_fork,sched:sched_process_exec -c 1")]
    [InlineData("several events", "-e cpu-clock:u,task-clock,page-faults,sched:sched_switch -F 2000 -g")]
    [InlineData("zstd", "-z -e cpu-clock -F 4000 -g")]
    [InlineData("group", "-e {cpu-clock,page-faults}:S")]
    [InlineData("per thread", "--per-thread -e cpu-clock -F 4000")]
    [InlineData("switches, namespaces", "--switch-events --namespaces -e cpu-clock -F 3000")]
    [InlineData("build-ids in mappings", "--buildid-mmap -e cpu-clock -F 3000")]
    [InlineData("clock", "--clockid CLOCK_MONOTONIC -e cpu-clock -F 3000")]
    [InlineData("data addresses", "-d --phys-data --weight -e page-faults -c 1")]
    [InlineData("registers", "--user-regs=ip,sp --intr-regs=ip -e cpu-clock -F 3000")]
    [InlineData("not inherited", "-i -e cpu-clock -F 4000")]
    [InlineData("dummy", "-e dummy,cpu-clock -F 3000")]
    [InlineData("pipe", "-e cpu-clock,sched:sched_switch -F 3000 -g", true)]
    [InlineData("compressed pipe", "-z -e cpu-clock -F 3000", true)]
    public void EventStream_PerfRecord_EqualsPerfScript(string name, string options, bool pipe = false)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("perf.data");
        Record(options, file, pipe);
        var fields = "comm,pid,tid,event";
        using (var trace = Trace.Open(file))
        {
            Assert.Empty(trace.Damage);
            // perf refuses fields that no event has.
            if (trace.Events[0].HasTime)
                fields += ",time";
        }

        var expected = Lines(Perf($"script -i {file} -F {fields},period --ns -G"));
        var hasPeriod = expected.Count > 0;
        if (!hasPeriod)
            expected = Lines(Perf($"script -i {file} -F {fields} --ns -G"));
        Assert.Equal(expected, Ours(file, hasPeriod));
        if (expected.Count == 0)
            Assert.Skip($"{name}: perf recorded no sample here");
    }

    /// <summary>The recorder is killed, and its file has no size of data: all that it wrote is read.</summary>
    [Fact]
    public void Open_PerfKilled_ReadsWhatWasWritten()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("perf.data");
        Record("-e cpu-clock -F 5000 -m 1", file, pipe: false);
        var bytes = File.ReadAllBytes(file);
        using var whole = Trace.Open(file);
        bytes.AsSpan(48, 8).Clear(); // the size of the data, written last
        using var killed = Trace.Open(bytes.AsMemory(0, (int)whole.PerfData!.DataEnd), "killed.data");

        Assert.False(killed.EndedInOrder);
        Assert.Equal(whole.Summary!.Samples, (ulong)Analysis.Run(killed, new AnalysisOptions()).Totals.Used);
    }

    private static List<string> Ours(string file, bool hasPeriod)
    {
        using var trace = Trace.Open(file);
        var lines = new List<string>();
        for (var stream = EventStream.Open(trace, new AnalysisOptions()); stream.MoveNext();)
        {
            var r = stream.Current;
            var time = trace.Events[0].HasTime ? string.Create(CultureInfo.InvariantCulture, $" {r.Time / 1_000_000_000}.{r.Time % 1_000_000_000:000000000}:") : "";
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{r.Comm} {r.Pid}/{r.Tid}{time}{(hasPeriod ? $" {r.Period}" : "")} {r.Event!.Name}:"));
        }

        // A thread's name may hold spaces, also at its end.
        return Lines(string.Join('\n', lines));
    }

    private static List<string> Lines(string output) =>
        [.. output.Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(l => l.Length > 0)];

    private static void Record(string options, string file, bool pipe)
    {
        var arguments = $"record -q {options} -o {(pipe ? "-" : file)} -- /bin/sh -c '{Program}'";
        var (code, _, error) = Run("/bin/sh", ["-c", $"exec perf {arguments}{(pipe ? $" > {file}" : "")}"]);
        if (code != 0)
            Assert.Skip($"perf cannot record that here: {error.Split('\n')[0]}");
    }

    private static string Perf(string arguments) => Run("/bin/sh", ["-c", $"exec perf {arguments}"]).Output;

    private static (int Code, string Output, string Error) Run(string program, string[] arguments)
    {
        if (!File.Exists("/usr/bin/perf"))
            Assert.Skip("perf is not installed (apt-get install linux-perf)");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfdata");

        public string File(string name) => Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
