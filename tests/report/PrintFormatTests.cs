using System.Text;
using TraceKit.Report.Text.PrintFormats;

namespace TraceKit.Report.Tests;

/// <summary>Print formats of real tracepoints and probes, as the kernel publishes them.</summary>
public sealed class PrintFormatTests
{
    private sealed class Values : IFieldValues
    {
        public Dictionary<string, long> Integers { get; } = [];

        public Dictionary<string, string> Texts { get; } = [];

        public Dictionary<string, byte[]> Arrays { get; } = [];

        public bool TryGetInteger(string name, out long value) => Integers.TryGetValue(name, out value);

        public bool TryGetText(string name, out string text) => Texts.TryGetValue(name, out text!);

        public bool TryGetBytes(string name, out ReadOnlyMemory<byte> bytes, out int elementSize)
        {
            elementSize = 1;
            var found = Arrays.TryGetValue(name, out var array);
            bytes = array;
            return found;
        }
    }

    private static readonly Values Sample = new()
    {
        Integers =
        {
            ["__probe_ip"] = unchecked((long)0xffffffff81200c50), ["__probe_func"] = 0x488ee0, ["__probe_ret_ip"] = 0x41e62a,
            ["prev_pid"] = 42, ["prev_prio"] = 120, ["prev_state"] = 0x101, ["next_pid"] = 7, ["next_prio"] = 0, ["size"] = -1, ["flags"] = 0x13, ["mode"] = 2,
        },
        Texts = { ["name"] = "cmd\u001bline", ["arg1"] = "\u0018", ["prev_comm"] = "a b", ["next_comm"] = "migration/0" },
        Arrays = { ["args"] = [1, 2, 255], ["word"] = [1, 0, 0, 0] },
    };

    /// <summary>The lines that real events have, and what perf makes of them.</summary>
    [Theory]
    [InlineData("\"(%lx) name=\\\"%s\\\"\", REC->__probe_ip, __get_str(name)", "(ffffffff81200c50) name=\"cmd^[line\"")]
    [InlineData("\"(%lx <- %lx) arg1=\\\"%s\\\"\", REC->__probe_func, REC->__probe_ret_ip, __get_str(arg1)", "(488ee0 <- 41e62a) arg1=\"^X\"")]
    [InlineData("\"prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%s%s ==> next_comm=%s next_pid=%d next_prio=%d\", REC->prev_comm, REC->prev_pid, REC->prev_prio, "
        + "(REC->prev_state & ((((0x00000000 | 0x00000001 | 0x00000002 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 | 0x00000040) + 1) << 1) - 1)) ? "
        + "__print_flags(REC->prev_state & ((((0x00000000 | 0x00000001 | 0x00000002 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 | 0x00000040) + 1) << 1) - 1), \"|\", "
        + "{ 0x00000001, \"S\" }, { 0x00000002, \"D\" }) : \"R\", REC->prev_state & (((0x00000000 | 0x00000001 | 0x00000002 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 | 0x00000040) + 1) << 1) ? \"+\" : \"\", "
        + "REC->next_comm, REC->next_pid, REC->next_prio", "prev_comm=a b prev_pid=42 prev_prio=120 prev_state=S+ ==> next_comm=migration/0 next_pid=7 next_prio=0")]
    [InlineData("\"%08x|%-4d|%3u|%#x|%llu\", REC->flags, REC->mode, REC->mode, REC->flags, (unsigned long long)REC->size", "00000013|2   |  2|0x13|18446744073709551615")]
    [InlineData("\"%u %d %hu %c\", REC->size, REC->size, REC->size, 'x'", "4294967295 -1 65535 x")]
    [InlineData("\"%s\" \" %s\", __print_symbolic(REC->mode, { 1, \"one\" }, { 2, \"two\" }), __print_flags(REC->flags, \"|\", { 1UL, \"A\" }, { 0x2, \"B\" })", "two A|B|0x10")]
    [InlineData("\"%s %s\", __print_hex(REC->args, 3), __print_array(__get_dynamic_array(word), 1, 4)", "01 02 ff {0x1}")]
    [InlineData("\"%d %d%%\", REC->args[2], 7 / (REC->mode - 2)", "255 0%")]
    [InlineData("\"%pS %.2s|%*d\", REC->__probe_ip, REC->next_comm, 4, REC->mode", "0xffffffff81200c50 mi|   2")]
    public void Format_OfKernelLines_IsWhatPerfPrints(string line, string expected)
    {
        var format = PrintFormat.Compile(line, []);
        Assert.Null(format.Problem);
        Assert.Equal(expected, format.Format(Sample));
    }

    /// <summary>A line beyond this reader is not guessed at: fields by name, and the reason is kept.</summary>
    [Fact]
    public void Format_OfUnknownFunction_PrintsFieldsByName()
    {
        var format = PrintFormat.Compile("\"%s\", xhci_decode_trb(REC->flags)", ["flags", "arg1", "args", "gone"]);
        Assert.Contains("xhci_decode_trb", format.Problem, StringComparison.Ordinal);
        Assert.Equal("flags=19 arg1=\"^X\" args=0102ff gone=?", format.Format(Sample));
    }

    /// <summary>Any cut of a line either compiles or is refused with a reason; formatting never throws.</summary>
    [Fact]
    public void Compile_OfCutAndFlippedLines_NeverThrows()
    {
        const string line = "\"p=%s%5d %pI4\", __print_flags(REC->flags & (1 << 3), \"|\", { 1, \"S\" }), (int)REC->mode ? REC->args[1] : -3, REC->size";
        for (var cut = 0; cut <= line.Length; cut++)
            PrintFormat.Compile(line[..cut], ["mode"]).Format(Sample);
        for (var at = 0; at < line.Length; at++)
        {
            foreach (var bit in new[] { 1, 2, 4, 8, 16, 32, 64 })
            {
                var changed = new StringBuilder(line) { [at] = (char)(line[at] ^ bit) };
                PrintFormat.Compile(changed.ToString(), ["mode"]).Format(Sample);
            }
        }

        PrintFormat.Compile("\"%d\", " + new string('(', 100_000), []).Format(Sample);
        PrintFormat.Compile("\"%d\", " + new string('-', 100_000) + "1", []).Format(Sample);
    }

    /// <summary>Every event of this host's tracefs compiles, or names what it would need; most must compile.</summary>
    [Fact]
    public void Compile_OfThisHostsEvents_CoversNearlyAll()
    {
        const string root = "/sys/kernel/tracing/events";
        string[] files;
        try
        {
            files = Directory.Exists(root) ? Directory.GetFiles(root, "format", SearchOption.AllDirectories) : [];
        }
        catch (UnauthorizedAccessException)
        {
            files = [];
        }

        if (files.Length < 100)
            Assert.Skip("no readable tracefs with events on this host");
        var problems = new List<string>();
        foreach (var file in files)
        {
            var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("print fmt: ", StringComparison.Ordinal));
            if (line is not null && PrintFormat.Compile(line["print fmt: ".Length..], []) is { Problem: { } problem })
                problems.Add($"{file}: {problem}");
        }

        Assert.True(problems.Count < files.Length / 20, $"{problems.Count} of {files.Length}:\n{string.Join('\n', problems.Take(40))}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{problems.Count} of {files.Length} not compiled\n{string.Join('\n', problems)}");
    }
}
