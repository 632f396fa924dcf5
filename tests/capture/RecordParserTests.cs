using TraceKit.Capture.Cli;

namespace TraceKit.Capture.Tests;

public class RecordParserTests
{
    private static RecordOptions Parse(params string[] arguments) => RecordParser.Parse(arguments)!;

    /// Without anything, the whole system is sampled by the clock, as perf does.
    [Fact]
    public void Parse_Nothing_SamplesTheWholeSystem()
    {
        var options = Parse();
        Assert.True(options.AllCpus);
        Assert.Equal("cpu-clock", Assert.Single(options.Events).Text);
        Assert.Equal("tracekit.dtr", options.Output);
        Assert.Equal(CallGraph.None, options.CallGraph);
    }

    /// Short options may be glued to their values and to each other.
    [Fact]
    public void Parse_GluedShortOptions_AreSplit()
    {
        var options = Parse("-ag", "-F999", "-o", "x.dtr", "--duration=500ms", "-C0-2,5");
        Assert.True(options.AllCpus);
        Assert.Equal(CallGraph.FramePointer, options.CallGraph);
        Assert.Equal(999, options.Frequency);
        Assert.Equal(500, options.Duration);
        Assert.Equal([0, 1, 2, 5], options.Cpus!);
    }

    /// What is wrong about the text of a definition is a wrong command line; whether its function exists is another matter.
    [Fact]
    public void Parse_ProbeThatIsNoDefinition_IsRefused()
    {
        var wrong = Assert.Throws<UsageException>(() => Parse("--probe", "vfs_read%retrun"));
        Assert.Contains("did you mean '%return'", wrong.Message, StringComparison.Ordinal);
        Assert.False(wrong.PointsToHelp);
        Assert.True(Parse("--probe", "no_such_function_anywhere").Events[0].IsProbe);
    }

    /// Everything after -- is the command's, options included.
    [Fact]
    public void Parse_Command_KeepsItsOptions()
    {
        var options = Parse("-g", "--", "ls", "-l", "--", "-a");
        Assert.Equal(["ls", "-l", "--", "-a"], options.Command);
        Assert.False(options.AllCpus);
        Assert.Equal(["sleep", "-a"], Parse("-F", "9", "sleep", "-a").Command);
    }

    /// -x is about the probes after it; a filter is about the event before it.
    [Fact]
    public void Parse_ProbesAndFilters_BelongToTheirNeighbours()
    {
        var options = Parse("--probe", "vfs_read", "-x", "/bin/bash", "--probe", "readline%return +0($retval):string", "--filter", "arg1 ~ \"ls*\"", "-e", "sched:*", "--filter", "prev_pid == 1");
        Assert.Equal(3, options.Events.Count);
        Assert.Null(options.Events[0].Target.Executable);
        Assert.Null(options.Events[0].Filter);
        Assert.Equal("/bin/bash", options.Events[1].Target.Executable);
        Assert.Equal("arg1 ~ \"ls*\"", options.Events[1].Filter);
        Assert.False(options.Events[2].IsProbe);
        Assert.Equal("prev_pid == 1", options.Events[2].Filter);
    }

    /// The stack copy's size is what the kernel takes: a multiple of 8 up to 65528.
    [Theory]
    [InlineData("dwarf", 8192)]
    [InlineData("dwarf,16384", 16384)]
    [InlineData("dwarf,65528", 65528)]
    public void Parse_DwarfSize_IsTaken(string text, int size)
    {
        var options = Parse("--call-graph", text);
        Assert.Equal(CallGraph.Dwarf, options.CallGraph);
        Assert.Equal(size, options.StackBytes);
    }

    /// A bare ring size is pages, one with a unit bytes, both rounded up to a power of two.
    [Theory]
    [InlineData("1", 4096)]
    [InlineData("100", 524288)]
    [InlineData("2M", 2 << 20)]
    [InlineData("3M", 4 << 20)]
    public void Parse_RingSize_IsAPowerOfTwo(string text, int bytes) => Assert.Equal(bytes, Parse("-m", text).RingBytes);

    /// What cannot be understood is refused, never guessed.
    [Theory]
    [InlineData("--bogus")]
    [InlineData("-F")]
    [InlineData("-F", "0")]
    [InlineData("-F", "x")]
    [InlineData("-F", "99", "-c", "1")]
    [InlineData("-p", "1", "-a")]
    [InlineData("-p", "1", "--", "true")]
    [InlineData("-p", "x")]
    [InlineData("--filter", "a == 1")]
    [InlineData("-e", "sched:*", "--filter", "a", "--filter", "b")]
    [InlineData("--call-graph", "dwarf,4095")]
    [InlineData("--call-graph", "dwarf,65536")]
    [InlineData("--call-graph", "lbr")]
    [InlineData("--call-graph", "magic")]
    [InlineData("--stacks", "some")]
    [InlineData("--snapshot", "some")]
    [InlineData("-d", "10x")]
    [InlineData("-d", "0")]
    [InlineData("--max-size", "big")]
    [InlineData("-C", "3-1")]
    [InlineData("-a=1")]
    [InlineData("--all-cpus=yes")]
    [InlineData("--")]
    [InlineData("-e", "")]
    public void Parse_Nonsense_IsRefused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => RecordParser.Parse(arguments));

    /// Help wins over everything behind it.
    [Fact]
    public void Parse_Help_IsAskedFor() => Assert.Null(RecordParser.Parse(["-a", "--help"]));
}
