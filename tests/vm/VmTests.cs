using System.Globalization;
using System.Text.RegularExpressions;
using TraceKit.Testing;

namespace TraceKit.Vm.Tests;

/// <summary>
/// The static agent on a kernel with kprobes, with nothing else installed but busybox; what it recorded is analyzed here, far from that kernel.
/// </summary>
public sealed partial class VmTests(VmFixture vm) : IClassFixture<VmFixture>
{
    /// The agent that ran there is the shipped one, and as small as promised: it reads DWARF (<c>--snapshot lines</c>), as probes on source lines will need too.
    [Fact]
    public void Agent_InGuest_IsAtMostFourMegabytes()
    {
        var size = long.Parse(vm.Text("agent.size").Trim(), CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"tracekit-capture: {size} bytes, on {vm.Text("kernel").Trim()}");
        Assert.InRange(size, 1, 4_000_000);
    }

    /// A host that allows everything is told so, with exit code 0 and a word about kprobes.
    [Fact]
    public void Doctor_InGuest_SaysWhatTheKernelAllows()
    {
        var text = vm.Text("doctor.txt");
        Assert.True(vm.Text("doctor.rc").Trim() == "0", text);
        Assert.Contains("kprobe", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(?m)^\s+at \S+\(", text); // no stack trace
    }

    /// The events of that kernel are listed: software events and tracepoints.
    [Fact]
    public void List_InGuest_NamesSoftwareEventsAndTracepoints()
    {
        var text = vm.Text("list.txt");
        Assert.True(vm.Text("list.rc").Trim() == "0", vm.Text("list.err"));
        Assert.Contains("cpu-clock", text, StringComparison.Ordinal);
        Assert.Contains("sched:sched_switch", text, StringComparison.Ordinal);
    }

    /// The probe was there while it recorded, and was gone afterwards.
    [Fact]
    public void Record_StoppedBySignal_EndsCleanlyAndRemovesItsProbe()
    {
        Assert.True(vm.Text("record.rc").Trim() == "0", vm.Text("record.err"));
        Assert.Contains("vfs_read", vm.Text("kprobes.during"), StringComparison.Ordinal);
        Assert.DoesNotContain("vfs_read", vm.Text("kprobes.after"), StringComparison.Ordinal);
    }

    /// The seed's first example, read outside: event lines in the form perf script prints, with the names of the files that were read.
    [Fact]
    public void Script_OfGuestsRecording_PrintsTheFileNames()
    {
        var run = ProgramRun.Start(Programs.Analyzer(), ["script", vm.PathOf("x.dtr")]).MustExit();
        var lines = run.Output.Split('\n').Where(line => EventLine().IsMatch(line)).ToList();
        Assert.True(lines.Count >= 90, $"{lines.Count} event lines in:\n{run.Output[..Math.Min(run.Output.Length, 4000)]}");
        Assert.Contains(lines, line => line.Contains("name=\"first-file.txt\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("name=\"second-file.txt\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("name=\"cmdline\"", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', lines.Take(5)));
    }

    /// Grouped by the event's own field, with the guest kernel's symbols: they can only come from the snapshot.
    [Fact]
    public void Report_ByName_GroupsCallGraphsWithTheGuestsKernelSymbols()
    {
        var run = ProgramRun.Start(Programs.Analyzer(), ["report", vm.PathOf("x.dtr"), "-s", "name"]).MustExit();
        Assert.Contains("first-file.txt", run.Output, StringComparison.Ordinal);
        Assert.Contains("second-file.txt", run.Output, StringComparison.Ordinal);
        Assert.Contains("vfs_read", run.Output, StringComparison.Ordinal);
        Assert.Contains("ksys_read", run.Output, StringComparison.Ordinal);
        Assert.Matches("entry_SYSCALL_64_after_hwframe|do_syscall_64", run.Output);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', run.Output.Split('\n').Take(40)));
    }

    /// kill -9 in mid-recording: the definition that may stay is inert, the next start removes it, and the file reads as far as it was flushed.
    [Fact]
    public void Record_KilledInMidRecording_LeavesNothingAfterTheNextStart()
    {
        Assert.True(vm.Text("next.rc").Trim() == "0", vm.Text("next.err"));
        Assert.DoesNotContain("vfs_read", vm.Text("kprobes.next"), StringComparison.Ordinal);

        // The loss must be told: verify says that data is missing (exit code 3), and script still prints what is there.
        var verify = ProgramRun.Start(Programs.Analyzer(), ["verify", vm.PathOf("killed.dtr")]);
        Assert.True(verify.ExitCode == 3, $"exit code {verify.ExitCode}\n{verify.Output}\n{verify.Error}");
        var script = ProgramRun.Start(Programs.Analyzer(), ["script", vm.PathOf("killed.dtr")]);
        Assert.Contains("name=\"first-file.txt\"", script.Output, StringComparison.Ordinal);
    }

    //            cat   123 [001]    12.345678: probe:vfs_read: (ffffffff81200c50) name="cmdline"
    [GeneratedRegex("""^\s*\S.*\s\d+ \[\d{3}\]\s+\d+\.\d{6}: probe:vfs_read: \([0-9a-f]{16}\) name="[^"]*"\s*$""")]
    private static partial Regex EventLine();
}
