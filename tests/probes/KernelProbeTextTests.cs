namespace TraceKit.Probes.Tests;

public class KernelProbeTextTests
{
    /// A removal is the kernel's own syntax.
    [Fact]
    public void ForRemoval_OfAnEvent_IsAKernelLine() => Assert.Equal("-:g/e", KernelProbeText.ForRemoval("g", "e"));

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
        Assert.True(ProbeNames.IsName(longest));
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
