using System.Diagnostics;
using System.Text;
using TraceKit.Format.Perf;
using TraceKit.Format.Tracefs;
using TraceKit.Testing;

namespace TraceKit.Format.Tests.Tracefs;

/// <summary>The texts of real events of this kernel against what <c>perf script</c> prints for the same records.</summary>
public sealed class LiveTracepointTests
{
    /// <summary>Every record's text is the one that perf prints.</summary>
    [Theory]
    [InlineData("sched:sched_switch")]
    [InlineData("sched:sched_wakeup")]
    [InlineData("sched:sched_process_fork")]
    [InlineData("irq:softirq_entry")]
    [InlineData("sched:sched_stat_runtime")]
    [InlineData("raw_syscalls:sys_enter")]
    [InlineData("syscalls:sys_enter_openat")]
    public void AppendText_LiveEvent_IsWhatPerfScriptPrints(string name)
    {
        var formatPath = Path.Combine("/sys/kernel/tracing/events", name.Replace(':', '/'), "format");
        if (!File.Exists(formatPath))
            Assert.Skip($"no {formatPath} here");
        var folder = Directory.CreateTempSubdirectory("perf-").FullName;
        try
        {
            var data = Path.Combine(folder, "perf.data");
            if (Run("perf", ["record", "-q", "-a", "-e", name, "-o", data, "--", "bash", "-c", "for i in 1 2 3 4 5; do /bin/true; sleep 0.01; done"]) is null)
                Assert.Skip("perf record does not work here");
            var output = Run("perf", ["script", "-i", data, "-F", "event,trace"]);
            if (output is null)
                Assert.Skip("perf script does not work here");

            var format = EventFormat.Parse(File.ReadAllText(formatPath));
            Assert.NotNull(format.Print);
            var records = PerfDataRecords.Read(data);
            var ours = new List<(ulong Time, string Text)>();
            foreach (var bytes in records.Records())
            {
                if (!PerfSample.TryParse(new PerfRecord(bytes.Span), records.Attributes[0].Layout, out var sample))
                    continue;
                var text = new StringBuilder();
                format.AppendText(text, sample.Raw);
                ours.Add((sample.Time, text.ToString()));
            }

            var theirs = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[(l.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim());
            Assert.Equal(theirs.Order(StringComparer.Ordinal), ours.Select(o => o.Text.Trim()).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Run(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
