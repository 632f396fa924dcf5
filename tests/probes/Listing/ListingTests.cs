using TraceKit.DebugInfo.Elf;
using TraceKit.Probes.Listing;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Tests.Listing;

public class ListingTests
{
    private static readonly string[] Names =
        ["vfs_read", "vfs_write", "_start", "__vfs_open", "ns::Foo::bar(int, char const*)", "ns::operator&(A const&)", "tcp_sendmsg", "vfs_read"];

    /// Sorted, each once, without what begins with an underscore, as perf lists functions.
    [Fact]
    public void FunctionListing_WithoutFilter_IsSortedAndWithoutUnderscores() =>
        Assert.Equal("ns::Foo::bar(int, char const*)\nns::operator&(A const&)\ntcp_sendmsg\nvfs_read\nvfs_write\n", FunctionListing.Text(Find, null, "x"));

    /// Globs, perf's operators, and names of C++ that hold the same characters.
    [Theory]
    [InlineData("vfs_*", "vfs_read\nvfs_write\n")]
    [InlineData("*vfs*", "__vfs_open\nvfs_read\nvfs_write\n")]
    [InlineData("vfs_* & !*write", "vfs_read\n")]
    [InlineData("tcp_*|vfs_w*", "tcp_sendmsg\nvfs_write\n")]
    [InlineData("!(vfs_*|ns*|_*)", "tcp_sendmsg\n")]
    [InlineData("ns::operator&(A const&)", "ns::operator&(A const&)\n")]
    [InlineData("ns::Foo::bar(int, char const\\*)", "ns::Foo::bar(int, char const*)\n")]
    public void FunctionListing_Filters_AsPerfDoes(string filter, string expected) => Assert.Equal(expected, FunctionListing.Text(Find, filter, "x"));

    /// What matches nothing says so, with what was probably meant; what is no filter says where.
    [Fact]
    public void FunctionListing_OfNothing_SaysWhy()
    {
        Assert.Contains("did you mean 'tcp_sendmsg'?", Assert.Throws<ProbeTargetException>(() => FunctionListing.Text(Find, "tcp_sendmgs", "x")).Message, StringComparison.Ordinal);
        foreach (var (filter, column) in new[] { ("(a", 3), ("a &", 4), ("!", 2), ("a | )", 5), ("a b)", 4), ("()", 2) })
            Assert.Equal(column, Assert.Throws<ProbeSyntaxException>(() => NameFilter.Parse(filter)).Position + 1);
        Assert.Throws<ProbeSyntaxException>(() => NameFilter.Parse(new string('!', 10000)));
        Assert.Throws<ProbeSyntaxException>(() => NameFilter.Parse(string.Concat(Enumerable.Repeat("a|", 10000)) + "a"));
    }

    /// Functions and files, whole and in part, as perf reads them.
    [Theory]
    [InlineData("work", "work", null, null, null)]
    [InlineData("work:3", "work", null, 3, null)]
    [InlineData("work:3-5", "work", null, 3, 5)]
    [InlineData("work:3+2", "work", null, 3, 4)]
    [InlineData("work@a.c", "work", "a.c", null, null)]
    [InlineData("work@a/b.c:0-9", "work", "a/b.c", 0, 9)]
    [InlineData("t.c", null, "t.c", null, null)]
    [InlineData("src/t.c:10-20", null, "src/t.c", 10, 20)]
    [InlineData("t.c:5+3", null, "t.c", 5, 7)]
    [InlineData("ns::Foo::bar:1", "ns::Foo::bar", null, 1, null)]
    [InlineData("Foo::bar(int, char):1-2", "Foo::bar(int, char)", null, 1, 2)]
    [InlineData("main.(*Node).Walk:2", "main.(*Node).Walk", null, 2, null)]
    [InlineData("/usr/include/c++/12/x.h:3", null, "/usr/include/c++/12/x.h", 3, null)]
    public void LineRange_AsPerfHasIt_IsRead(string text, string? function, string? source, int? first, int? last) =>
        Assert.Equal(new LineRange(function, source, first, last), LineRange.Parse(text));

    /// What is no range is refused at its column.
    [Theory]
    [InlineData("", 1)]
    [InlineData("work:", 6)]
    [InlineData("work:x", 6)]
    [InlineData("work:3-", 8)]
    [InlineData("work:5-3", 8)]
    [InlineData("work:3+0", 8)]
    [InlineData("work:3 x", 7)]
    [InlineData("t.c:0", 5)]
    [InlineData("work@", 6)]
    [InlineData("work%return", 5)]
    [InlineData("work+8", 5)]
    [InlineData("work;x", 5)]
    [InlineData("wo#rk", 3)]
    public void LineRange_SomethingElse_IsRefusedAtItsColumn(string text, int column) => Assert.Equal(column, Assert.Throws<ProbeSyntaxException>(() => LineRange.Parse(text)).Position + 1);

    /// The example of the room's README, on this machine's bash.
    [Fact]
    public void Readme_Example_GivesItsLine()
    {
        if (!File.Exists("/bin/bash"))
            Assert.Skip("no /bin/bash");
        var target = new UserTarget(ElfImage.Parse(File.ReadAllBytes("/bin/bash"), "/bin/bash"), new UserTargetParts());
        var syntax = ProbeParser.Parse("readline%return line=+0($retval):string");
        var plan = ProbeCompiler.Compile(syntax, target, new ProbeOptions());
        var text = PlanListing.Definitions(plan);
        Assert.StartsWith("r:probe_bash/readline /bin/bash:0x", text, StringComparison.Ordinal);
        Assert.EndsWith(" line=+0($retval):string\n", text, StringComparison.Ordinal);
        Assert.Contains("readline%return at 0x", PlanListing.Details(plan), StringComparison.Ordinal);
        Assert.Equal("Available variables at readline\n\t@<readline+0>\n\t\t(nothing is known of its variables: no debug information, BTF or prototype)\n", VariableListing.Text("readline", target, new ProbeOptions()));
        Assert.Contains("needs debug information", Assert.Throws<ProbeSyntaxException>(() => LineListing.Text("readline", target, null)).Message, StringComparison.Ordinal);
        Assert.Contains("readline\n", FunctionListing.Text(target.FunctionNames, "readline*", target.Name), StringComparison.Ordinal);
        Assert.Throws<ProbeTargetException>(() => MarkerListing.Text(target, "%nothing:*"));
    }

    private static IEnumerable<string> Find(string? glob) => Names.Where(n => glob is null || DebugInfo.Types.Glob.Matches(glob, n));
}
