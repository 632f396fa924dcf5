using TraceKit.Capture.Probes;

namespace TraceKit.Capture.Tests;

public class DefinedEventTests
{
    private static readonly ProbeFile File = new("uprobe_events");

    private static DefinedEvent Parse(string line)
    {
        Assert.True(DefinedEvent.TryParse(File, line, out var defined), line);
        return defined!;
    }

    /// Each way in which the kernel prints a place is understood.
    [Theory]
    [InlineData("p:probe/vfs_read vfs_read name=+0(+40(+24(%di))):string", "probe:vfs_read", null, "vfs_read", 0, false, "name")]
    [InlineData("r16:probe/f ext4:f+0 arg1=$retval", "probe:f", null, "ext4:f", 0, true, "arg1")]
    [InlineData("p:kprobes/x do_sys_open+16", "kprobes:x", null, "do_sys_open", 16, false, "")]
    [InlineData("p:kprobes/x 0xffffffff81200c50", "kprobes:x", null, "0xffffffff81200c50", 0, false, "")]
    [InlineData("r:probe_bash/readline /bin/bash:0x00000000000ad170 arg1=+0($retval):string", "probe_bash:readline", "/bin/bash", "", 0xad170, true, "arg1")]
    [InlineData("p:a/b /opt/x:y:0x0000000000001234(0x4010) n=%di m=%si", "a:b", "/opt/x:y", "", 0x1234, false, "n m")]
    [InlineData("p:a/b /opt/x:0x10%return n=%di", "a:b", "/opt/x", "", 0x10, true, "n")]
    public void TryParse_LineOfTheKernel_IsTakenApart(string line, string name, string? path, string symbol, int offset, bool isReturn, string arguments)
    {
        var defined = Parse(line);
        Assert.Equal(name, defined.Name);
        Assert.Equal(path, defined.Path);
        Assert.Equal(symbol, defined.Symbol);
        Assert.Equal((ulong)offset, defined.Offset);
        Assert.Equal(isReturn, defined.IsReturn);
        Assert.Equal(arguments, string.Join(' ', defined.Arguments));
    }

    /// What is no definition is passed over.
    [Theory]
    [InlineData("")]
    [InlineData("p:a/b")]
    [InlineData("p:a/b /opt/x")]
    [InlineData("p vfs_read")]
    [InlineData("# comment")]
    public void TryParse_SomethingElse_IsNotAnEvent(string line) => Assert.False(DefinedEvent.TryParse(File, line, out _));

    /// The kernel prints offsets with leading zeros: that is no other probe.
    [Fact]
    public void IsSameProbe_OtherSpellingOfTheOffset_IsTheSame()
    {
        Assert.True(Parse("p:a/b /bin/bash:0x10 n=%di").IsSameProbe(Parse("p:a/c /bin/bash:0x0000000000000010 n=%di")));
        Assert.False(Parse("p:a/b /bin/bash:0x10 n=%di").IsSameProbe(Parse("p:a/b /bin/bash:0x11 n=%di")));
        Assert.False(Parse("p:a/b /bin/bash:0x10 n=%di").IsSameProbe(Parse("p:a/b /bin/bash:0x10 n=%si")));
        Assert.False(Parse("p:a/b /bin/bash:0x10").IsSameProbe(Parse("r:a/b /bin/bash:0x10")));
    }

    /// As in perf: without a colon the pattern is of the event's own name, with one of both.
    [Theory]
    [InlineData("readline", true)]
    [InlineData("read*", true)]
    [InlineData("probe_bash:readline", true)]
    [InlineData("probe_bash/readline", true)]
    [InlineData("probe_*:*", true)]
    [InlineData("*", true)]
    [InlineData("probe_bash", false)]
    [InlineData("probe:*", false)]
    public void Matches_Pattern_IsOfTheEventOrOfBoth(string pattern, bool matches) =>
        Assert.Equal(matches, DefinedEvents.Matches(pattern, Parse("r:probe_bash/readline /bin/bash:0x00000000000ad170")));

    /// The seed's lines, character for character; long source paths end as perf's do.
    [Fact]
    public void ProbeLine_OfAnEvent_IsAsPerfPrintsIt()
    {
        Assert.Equal("  probe:slowpath       (on __alloc_pages_slowpath@mm/page_alloc.c)", ProbeLine.Of("probe:slowpath", ProbeLine.Place("__alloc_pages_slowpath", false, 0, "mm/page_alloc.c", 4100), null, []));
        Assert.Equal("  probe:vfs_read       (on vfs_read@fs/read_write.c with name)", ProbeLine.Of("probe:vfs_read", ProbeLine.Place("vfs_read", false, 0, "fs/read_write.c", 432), null, ["name"]));
        Assert.Equal("  probe_bash:readline  (on readline%return in /bin/bash with arg1)", ProbeLine.Of("probe_bash:readline", ProbeLine.Place("readline", true, 0, null, 0), "/bin/bash", ["arg1"]));
        Assert.Equal("f+12@drivers/net/ethernet/intel.c:7", ProbeLine.Place("f", false, 12, "/build/linux/drivers/net/ethernet/intel.c", 7));
    }
}
