namespace TraceKit.Probes.Tests;

public class KernelProbeTextTests
{
    /// The lines are the kernel's own syntax.
    [Fact]
    public void ForKernelAndUser_Definitions_AreKernelLines()
    {
        var entry = ProbeDefinition.Parse("vfs_read name=+0(+40(+24(%di))):string");
        Assert.Equal("p:g/vfs_read vfs_read name=+0(+40(+24(%di))):string", KernelProbeText.ForKernel(entry, "g", "vfs_read"));
        var inside = ProbeDefinition.Parse("do_sys_open+0x10");
        Assert.Equal("p:g/e do_sys_open+16", KernelProbeText.ForKernel(inside, "g", "e"));
        var exit = ProbeDefinition.Parse("readline%return +0($retval):string");
        Assert.Equal("r:g/readline /bin/bash:0xd5690 +0($retval):string", KernelProbeText.ForUser(exit, "g", "readline", "/bin/bash", 0xd5690));
        Assert.Equal("-:g/e", KernelProbeText.ForRemoval("g", "e"));
    }

    /// The README's example gives the line it says.
    [Fact]
    public void Readme_Example_GivesItsLine()
    {
        var definition = ProbeDefinition.Parse("readline%return +0($retval):string");
        var group = RunGroup.Compose(pid: 42, startTime: 1000, ProbeDefinition.DefaultGroup("/bin/bash"));
        var line = KernelProbeText.ForUser(definition, group, definition.EventName, "/bin/bash", 0xd5690);
        Assert.Equal("r:tk_42_1000_probe_bash/readline /bin/bash:0xd5690 +0($retval):string", line);
    }

    /// Group and event are found in what the kernel lists, maxactive included.
    [Theory]
    [InlineData("p:foo/bar /bin/bash:0x0000000000001000", true, "foo", "bar")]
    [InlineData("r16:probe/vfs_read vfs_read arg1=$retval", true, "probe", "vfs_read")]
    [InlineData("nonsense", false, "", "")]
    [InlineData("p:foo bar", false, "", "")]
    [InlineData("", false, "", "")]
    public void TryParseName_KernelLine_FindsGroupAndEvent(string line, bool found, string group, string name)
    {
        Assert.Equal(found, KernelProbeText.TryParseName(line, out var g, out var n));
        Assert.Equal(group, g);
        Assert.Equal(name, n);
    }

    /// The run's group tells whose it is, and fits the kernel's limit whatever the visible group is.
    [Fact]
    public void RunGroup_Composed_IsReadBack()
    {
        var group = RunGroup.Compose(1234, 567890, "probe_bash");
        Assert.Equal("tk_1234_567890_probe_bash", group);
        Assert.True(RunGroup.TryParse(group, out var pid, out var started));
        Assert.Equal((1234, 567890UL), (pid, started));
        var longest = RunGroup.Compose(int.MaxValue, ulong.MaxValue, new string('x', 63));
        Assert.True(ProbeDefinition.IsName(longest));
        Assert.True(RunGroup.TryParse(longest, out pid, out started));
        Assert.Equal((int.MaxValue, ulong.MaxValue), (pid, started));
    }

    /// Nobody else's group may ever be taken for ours: ours are removed.
    [Theory]
    [InlineData("probe_bash")]
    [InlineData("tk_")]
    [InlineData("tk_12")]
    [InlineData("tk_12_x_probe")]
    [InlineData("tk_x_12_probe")]
    [InlineData("tk_-1_12_probe")]
    [InlineData("tk_12_34")]
    public void RunGroup_OtherGroups_AreNotOurs(string group) => Assert.False(RunGroup.TryParse(group, out _, out _));
}
