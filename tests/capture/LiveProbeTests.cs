using System.Diagnostics;
using System.Text;

namespace TraceKit.Capture.Tests;

/// <summary>Probes on this host, as root.</summary>
[Collection("live")]
public class LiveProbeTests
{
    private const string Definitions = "/sys/kernel/tracing/uprobe_events";

    private const string Caller = """
        #include <stdio.h>
        #include <unistd.h>
        __attribute__((noinline)) int add(int a, const char *s) { __asm__ volatile("" : : "r"(s)); return a + 1; }
        __attribute__((noinline)) const char *name(int i) { static const char *names[] = { "zero", "one", "two" }; __asm__ volatile(""); return names[i % 3]; }
        int main(int argc, char **argv) { int x = 0; for (int i = 0; i < 1000; i++) x = add(x, name(i)); if (argc > 1) pause(); return x == 1000 ? 0 : 1; }
        """;

    /// Every hit of an entry probe is recorded; the definition is gone afterwards.
    [Fact]
    public void Probe_OnAUserFunction_RecordsEveryHit()
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var program = agent.Compile(Caller);
        var (code, _, error) = agent.Run("record", "-x", program, "--probe", "add a=%di:s32 what=+0(%si):string", "-o", "x.dtr", "--", program);
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        Assert.Equal(1000UL, recording.Summary!.Samples);
        var probe = recording.Events!.Events[0];
        Assert.Equal("probe_program:add", probe.Name);
        Assert.Contains("field:s32 a;", probe.Format, StringComparison.Ordinal);
        Assert.Contains("__probe_ip", probe.Format, StringComparison.Ordinal);
        Assert.Equal("add a=%di:s32 what=+0(%si):string", probe.ProbeSource);
        Assert.DoesNotContain("tk_", File.ReadAllText(Definitions), StringComparison.Ordinal);
    }

    /// A return probe has the fields of the seed's second example: entry, return address, arg1; its filter is the kernel's.
    [Fact]
    public void Probe_OnAReturn_HasItsFieldsAndFilter()
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var program = agent.Compile(Caller);
        var (code, _, error) = agent.Run("record", "-x", program, "--probe", "name%return +0($retval):string", "--filter", "arg1 == \"one\"", "--probe", "name=name%return", "-a", "-o", "x.dtr", "--", program);
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        var events = recording.Events!.Events;
        Assert.Equal("probe_program:name", events[0].Name);
        Assert.Equal("probe_program:name_1", events[1].Name);
        foreach (var field in (string[])["__probe_func", "__probe_ret_ip", "arg1"])
            Assert.Contains(field, events[0].Format, StringComparison.Ordinal);
        Assert.Equal(333UL, recording.Summary!.Events[0].Samples);
        Assert.Equal(1000UL, recording.Summary.Events[1].Samples);
    }

    /// What would not be safe, or is not there, is refused with the reason, and leaves nothing defined.
    [Theory]
    [InlineData("nothing", "no function 'nothing'", 1)]
    [InlineData("add+2", "", 1)]
    [InlineData("0x1", "0x1", 1)]
    [InlineData("add a=%xx", "column 7: '%xx'", 1)]
    [InlineData("add a=+0(%si):strin", "column 15", 2)]
    [InlineData("add%retrun", "column 4", 2)]
    public void Probe_ThatCannotBe_IsRefused(string definition, string reason, int expected)
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var program = agent.Compile(Caller);
        var (code, _, error) = agent.Run("record", "-x", program, "--probe", definition, "-o", "x.dtr", "--", program);
        Assert.Equal(expected, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'), line => line.StartsWith("tracekit-capture: ", StringComparison.Ordinal));
        Assert.DoesNotContain("tk_", File.ReadAllText(Definitions), StringComparison.Ordinal);
    }

    /// A path with blanks is no obstacle, though the kernel's line cannot hold it.
    [Fact]
    public void Probe_InAPathWithBlanks_Works()
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var program = agent.Compile(Caller);
        var odd = agent.In("my program");
        File.Copy(program, odd);
        var (code, _, error) = agent.Run("record", "-x", odd, "--probe", "add", "-o", "x.dtr", "--", odd);
        Assert.True(code == 0, error);
        var recording = new Recording(agent.In("x.dtr"));
        Assert.Equal(1000UL, recording.Summary!.Samples);
        Assert.Equal("probe_my:add", recording.Events!.Events[0].Name);
    }

    /// Killed in mid-recording: the kernel disarms the probe, and the next start removes its definition; others' are left alone.
    [Fact]
    public void Probe_OfAKilledRun_IsSwept()
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var program = agent.Compile(Caller);
        using var process = agent.Start("record", "-x", program, "--probe", "add", "-a", "-o", "x.dtr");
        for (var i = 0; i < 200 && !File.ReadAllText(Definitions).Contains($"tk_{process.Id}_", StringComparison.Ordinal); i++)
            Thread.Sleep(50);
        Assert.Contains($"tk_{process.Id}_", File.ReadAllText(Definitions), StringComparison.Ordinal);
        process.Kill();
        process.WaitForExit();
        using (var run = Process.Start(program))
        {
            run.WaitForExit();
            Assert.Equal(0, run.ExitCode);
        }

        var others = $"p:tktest_others/add_{process.Id} {program}:0x1000";
        File.AppendAllText(Definitions, others + "\n");
        try
        {
            Assert.Equal(0, agent.Run("record", "-o", "y.dtr", "--", "true").Code);
            var left = File.ReadAllText(Definitions);
            Assert.DoesNotContain($"tk_{process.Id}_", left, StringComparison.Ordinal);
            Assert.Contains("tktest_others", left, StringComparison.Ordinal);
        }
        finally
        {
            File.AppendAllText(Definitions, $"-:tktest_others/add_{process.Id}\n");
        }
    }

    /// Where the kernel has no kprobes, the tool says exactly that.
    [Fact]
    public void Probe_OnTheKernel_WorksOrSaysWhyNot()
    {
        Agent.RequireUprobes();
        using var agent = new Agent();
        var (code, _, error) = agent.Run("record", "--probe", "vfs_read name=+0(+40(+24(%di))):string", "-a", "-d", "300ms", "-o", "x.dtr");
        if (File.Exists("/sys/kernel/tracing/kprobe_events"))
        {
            Assert.True(code == 0, error);
            return;
        }

        Assert.Equal(1, code);
        Assert.Contains("was built without CONFIG_KPROBE", error, StringComparison.Ordinal);
        Assert.Contains("fix:", error, StringComparison.Ordinal);
    }

    /// The seed's second example: what somebody types into a bash, by a return probe on readline.
    [Fact]
    public void Probe_OnBashReadline_SeesTheCommands()
    {
        Agent.RequireUprobes();
        if (!File.Exists("/bin/bash") || !File.Exists("/usr/bin/python3"))
            Assert.Skip("needs /bin/bash, and /usr/bin/python3 for a pty");
        using var agent = new Agent();
        using var process = agent.Start("record", "-x", "/bin/bash", "--probe", "readline%return +0($retval):string", "-a", "-d", "6s", "-o", "x.dtr");
        for (var i = 0; i < 200 && !File.Exists(agent.In("x.dtr")); i++)
            Thread.Sleep(50);
        const string Type = "import pty,os,time\npid,fd=pty.fork()\nif pid==0: os.execv('/bin/bash',['bash','--norc','-i'])\n"
            + "time.sleep(0.5)\nfor c in (b'echo tracekit-was-here\\n', b'exit\\n'):\n  os.write(fd,c); time.sleep(0.5)\n";
        using (var bash = Process.Start("/usr/bin/python3", ["-c", Type]))
            bash.WaitForExit();
        process.WaitForExit();
        var recording = new Recording(agent.In("x.dtr"));
        Assert.Equal("probe_bash:readline", recording.Events!.Events[0].Name);
        Assert.True(recording.Summary!.Samples >= 2, process.StandardError.ReadToEnd());
        Assert.Contains(recording.Samples, s => s.AsSpan().IndexOf(Encoding.UTF8.GetBytes("echo tracekit-was-here")) >= 0);
    }
}
