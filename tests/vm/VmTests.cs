using System.Globalization;
using System.Text.RegularExpressions;
using TraceKit.Testing;

namespace TraceKit.Vm.Tests;

/// <summary>
/// The static agent on a kernel with kprobes, with nothing else installed but busybox; what it recorded is analyzed here, far from that kernel.
/// </summary>
public sealed partial class VmTests(VmFixture vm) : IClassFixture<VmFixture>
{
    /// The agent that ran there is the shipped one, and no larger than it was: the DWARF reader and the whole probe language are in it (aimed at 4 MB).
    [Fact]
    public void Agent_InGuest_IsNoLargerThanItWas()
    {
        var size = long.Parse(vm.Text("agent.size").Trim(), CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"tracekit-capture: {size} bytes, on {vm.Text("kernel").Trim()}");
        Assert.InRange(size, 1, 5_200_000);
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

    /// By name through the kernel's BTF, with no debug information anywhere, the kernel is told what the seed writes by hand.
    [Fact]
    public void Definition_ByNameAndByRawText_IsTheSameKernelText()
    {
        Assert.True(vm.Text("define-name.rc").Trim() == "0", vm.Text("define-name.err"));
        Assert.True(vm.Text("define-raw.rc").Trim() == "0", vm.Text("define-raw.err"));
        Assert.Equal("p:probe/vfs_read vfs_read name=+0(+40(+24(%di))):string", vm.Text("define-name.txt").Trim());
        Assert.Equal(vm.Text("define-raw.txt").Trim(), vm.Text("define-name.txt").Trim());
        Assert.Contains("BTF of the kernel", vm.Text("define-verbose.txt"), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(vm.Text("define-verbose.txt"));
    }

    /// The seed's three steps of its first example: what probe says, what -l lists, what perf script would print.
    [Fact]
    public void Probe_OfTheSeed_SaysWhatPerfSays()
    {
        Assert.True(vm.Text("add.rc").Trim() == "0", vm.Text("add.err"));
        Assert.Contains("Added new event:\n  probe:vfs_read       (on vfs_read with name)", vm.Text("add.txt"), StringComparison.Ordinal);
        Assert.Contains("tracekit-capture record -e probe:vfs_read -a", vm.Text("add.txt"), StringComparison.Ordinal);
        var listed = vm.Text("listed.txt");
        Assert.Contains("  probe:vfs_read       (on vfs_read with name)", listed, StringComparison.Ordinal);
        Assert.Contains("  probe:tcp_sendmsg    (on tcp_sendmsg with size dest)", listed, StringComparison.Ordinal);
        Assert.Contains("  probe:slowpath       (on get_page_from_freelist", listed, StringComparison.Ordinal);
        // The same once more is no second event; something else of that name is.
        Assert.Contains("Exists already", vm.Text("add-again.txt"), StringComparison.Ordinal);
        Assert.Contains("  probe:vfs_read_1     (on vfs_read with count)", vm.Text("add-other.txt"), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(vm.Text("add.txt") + listed + vm.Text("listed-verbose.txt"));
    }

    /// What an earlier command defined is recorded, and shown as the seed shows it.
    [Fact]
    public void Record_OfADefinedEvent_PrintsTheSeedsLines()
    {
        Assert.True(vm.Text("named.rc").Trim() == "0", vm.Text("named.err"));
        var run = ProgramRun.Start(Programs.Analyzer(), ["script", vm.PathOf("named.dtr")]).MustExit();
        var lines = run.Output.Split('\n').Where(line => EventLine().IsMatch(line)).ToList();
        foreach (var name in (string[])["first-file.txt", "second-file.txt", "cmdline"])
            Assert.Contains(lines, line => line.Contains($"name=\"{name}\"", StringComparison.Ordinal));
        // While it is being recorded it cannot be removed, and the reason names the recorder.
        Assert.Equal("1", vm.Text("busy.rc").Trim());
        Assert.Contains("tracekit-captur (", vm.Text("busy.err"), StringComparison.Ordinal);
    }

    /// The seed's filter with an address as people write it: of four messages two are long enough and go there.
    [Fact]
    public void Record_TcpSendmsgWithAFilterForPeople_SeesTheRightMessages()
    {
        Assert.True(vm.Text("tcp.rc").Trim() == "0", vm.Text("tcp.err"));
        var run = ProgramRun.Start(Programs.Analyzer(), ["script", vm.PathOf("tcp.dtr")]).MustExit();
        var events = run.Output.Split('\n').Where(line => line.Contains("probe:tcp_sendmsg:", StringComparison.Ordinal)).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(vm.Text("tcp.err") + string.Join('\n', events));
        Assert.Equal(2, events.Count);
        Assert.Contains(events, line => line.Contains("size=0x3e8 dest=127.0.0.1", StringComparison.Ordinal));
        Assert.Contains(events, line => line.Contains("size=0x14d dest=127.0.0.1", StringComparison.Ordinal));
        Assert.Contains("filter of the kernel:", vm.Text("tcp.err"), StringComparison.Ordinal);
    }

    /// The seed's list of tcp_sendmsg's parameters, from BTF.
    [Fact]
    public void Variables_OfTcpSendmsg_AreThoseOfTheSeed()
    {
        Assert.True(vm.Text("vars-tcp.rc").Trim() == "0", vm.Text("vars-tcp.err"));
        var text = vm.Text("vars-tcp.txt");
        Assert.StartsWith("Available variables at tcp_sendmsg\n\t@<tcp_sendmsg+0>\n", text, StringComparison.Ordinal);
        foreach (var line in (string[])["\t\tsize_t\tsize", "\t\tstruct msghdr*\tmsg", "\t\tstruct sock*\tsk"])
            Assert.Contains(line + "\n", text + "\n", StringComparison.Ordinal);
        Assert.Contains("struct file*", vm.Text("vars-read.txt"), StringComparison.Ordinal);
    }

    /// What is not proven to be the start of an instruction, forbidden, or not there, is refused with the reason, and defines nothing.
    [Theory]
    [InlineData("refuse-offset", "vfs_read")]
    [InlineData("refuse-notrace", "__alloc_pages_slowpath")]
    [InlineData("refuse-blacklist", "kprobe")]
    [InlineData("refuse-nothing", "vfs_read")]
    [InlineData("refuse-member", "d_name")]
    public void Probe_ThatMustNotBe_IsRefused(string name, string said)
    {
        Assert.Equal("1", vm.Text(name + ".rc").Trim());
        Assert.Contains(said, vm.Text(name + ".err"), StringComparison.Ordinal);
        Assert.Equal(vm.Text("kprobes.defined"), vm.Text("kprobes.refused"));
        TestContext.Current.TestOutputHelper?.WriteLine(vm.Text(name + ".err"));
    }

    /// Removed is removed: the events, and what was kept about them.
    [Fact]
    public void Delete_ByPattern_LeavesNothing()
    {
        Assert.True(vm.Text("removed.rc").Trim() == "0", vm.Text("removed.err"));
        Assert.Contains("Removed event: probe:vfs_read\n", vm.Text("removed.txt"), StringComparison.Ordinal);
        Assert.Empty(vm.Text("kprobes.removed").Trim());
        Assert.Empty(vm.Text("registry.removed").Trim());
    }

    //            cat   123 [001]    12.345678: probe:vfs_read: (ffffffff81200c50) name="cmdline"
    [GeneratedRegex("""^\s*\S.*\s\d+ \[\d{3}\]\s+\d+\.\d{6}: probe:vfs_read: \([0-9a-f]{16}\) name="[^"]*"\s*$""")]
    private static partial Regex EventLine();
}
