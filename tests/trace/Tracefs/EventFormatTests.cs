using System.Buffers.Binary;
using System.Text;
using TraceKit.Binary;
using TraceKit.Format.Tracefs;

namespace TraceKit.Format.Tests.Tracefs;

public sealed class EventFormatTests
{
    private const string Common = """
        name: NAME
        ID: 7
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
        	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;


        """;

    /// <summary>The uprobe event of the seed's second example prints as perf prints it.</summary>
    [Fact]
    public void AppendText_ReturnProbeWithString_PrintsAddressesAndText()
    {
        var format = EventFormat.Parse(Common + """
            	field:unsigned long __probe_func;	offset:8;	size:8;	signed:0;
            	field:unsigned long __probe_ret_ip;	offset:16;	size:8;	signed:0;
            	field:__data_loc char[] arg1;	offset:24;	size:4;	signed:1;

            print fmt: "(%lx <- %lx) arg1=\"%s\"", REC->__probe_func, REC->__probe_ret_ip, __get_str(arg1)
            """);
        var raw = new byte[31];
        BinaryPrimitives.WriteUInt64LittleEndian(raw.AsSpan(8), 0x488ee0);
        BinaryPrimitives.WriteUInt64LittleEndian(raw.AsSpan(16), 0x41e62a);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(24), (3 << 16) | 28);
        "ls\0"u8.CopyTo(raw.AsSpan(28));

        Assert.Equal("(488ee0 <- 41e62a) arg1=\"ls\"", Text(format, raw));
        Assert.True(format.TryGetField("arg1", out var field));
        Assert.Equal(EventFieldKind.DynamicString, field.Kind);
    }

    /// <summary>Every shape of declaration that kernels print is split into type, name and kind.</summary>
    [Theory]
    [InlineData("char prev_comm[16]", 16, "prev_comm", EventFieldKind.FixedString)]
    [InlineData("__data_loc char[] name", 4, "name", EventFieldKind.DynamicString)]
    [InlineData("__rel_loc char[] name", 4, "name", EventFieldKind.DynamicString)]
    [InlineData("__data_loc u8[] buf", 4, "buf", EventFieldKind.DynamicArray)]
    [InlineData("const char * filename", 8, "filename", EventFieldKind.Pointer)]
    [InlineData("struct sock *sk", 8, "sk", EventFieldKind.Pointer)]
    [InlineData("u32 arg1[4]", 16, "arg1", EventFieldKind.Array)]
    [InlineData("__u8 saddr_v6[16]", 16, "saddr_v6", EventFieldKind.Array)]
    [InlineData("unsigned char family[TASK_COMM_LEN]", 16, "family", EventFieldKind.Bytes)]
    [InlineData("enum xfs_group_type type", 4, "type", EventFieldKind.Integer)]
    public void Parse_FieldDeclaration_GivesNameAndKind(string declaration, int size, string name, EventFieldKind kind)
    {
        var format = EventFormat.Parse($"{Common}\tfield:{declaration};\toffset:8;\tsize:{size};\tsigned:0;\n");
        Assert.True(format.TryGetField(name, out var field));
        Assert.Equal(kind, field.Kind);
    }

    /// <summary>Expressions, flags, symbols and conversions give what the kernel gives.</summary>
    [Theory]
    [InlineData("\"%d\", REC->a + 2 * 3", "13")]
    [InlineData("\"%u:%u\", ((unsigned int) ((REC->dev) >> 20)), ((unsigned int) ((REC->dev) & ((1U << 20) - 1)))", "8:1")]
    [InlineData("\"%s\", __print_symbolic(REC->a, { 7, \"SEVEN\" }, { 8, \"EIGHT\" })", "SEVEN")]
    [InlineData("\"%s\", __print_symbolic(REC->a, { 8, \"EIGHT\" })", "0x7")]
    [InlineData("\"%s\", __print_flags(REC->a, \"|\", { 0x1, \"A\" }, { 0x2, \"B\" })", "A|B|0x4")]
    [InlineData("\"%s\", (REC->a & 1) ? __print_flags(REC->a, \"|\", { 7UL, \"ALL\" }) : \"none\"", "ALL")]
    [InlineData("\"%08lx|%-4d|%4d|%#x|%%\", REC->a, REC->a, REC->a, REC->a", "00000007|7   |   7|0x7|%")]
    [InlineData("\"%pI4\", REC->addr", "127.0.0.1")]
    [InlineData("\"%x %x\", REC->addr[0], REC->addr[3]", "7f 1")]
    [InlineData("\"%s\", __print_hex(REC->addr, 4)", "7f 00 00 01")]
    [InlineData("\"%s\", __print_array(REC->addr, 4, 1)", "{0x7f,0x0,0x0,0x1}")]
    [InlineData("\"%d %s\" \" end\", -1, !REC->a ? \"zero\" : \"not\"", "-1 not end")]
    [InlineData("\"%.*s|%*d\", 2, \"abc\", 3, 5", "ab|  5")]
    public void AppendText_PrintFormat_GivesTheKernelsText(string print, string expected)
    {
        var format = EventFormat.Parse(Common + $"""
            	field:int a;	offset:8;	size:4;	signed:1;
            	field:dev_t dev;	offset:12;	size:4;	signed:0;
            	field:__u8 addr[4];	offset:16;	size:4;	signed:0;

            print fmt: {print}
            """);
        var raw = new byte[20];
        raw[8] = 7;
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(12), (8 << 20) | 1);
        raw[16] = 127;
        raw[19] = 1;
        Assert.NotNull(format.Print);
        Assert.Equal(expected, Text(format, raw));
    }

    /// <summary>A print format with something unknown is not half used: every field is shown by name.</summary>
    [Fact]
    public void AppendText_UnknownFunction_FallsBackToFields()
    {
        var format = EventFormat.Parse(Common + "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\nprint fmt: \"%s\", jiffies_to_text(REC->a)\n");
        var raw = new byte[12];
        raw[8] = 9;
        Assert.Null(format.Print);
        Assert.Equal("[FAILED TO PARSE] a=9", Text(format, raw));
    }

    /// <summary>Data that ends inside a field is told, never read past.</summary>
    [Fact]
    public void AppendText_ShortData_SaysCutOff()
    {
        var format = EventFormat.Parse(Common + "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\nprint fmt: \"%d\", REC->a\n");
        Assert.Equal("[FAILED TO PARSE] a=(cut off)", Text(format, new byte[9]));
    }

    /// <summary>A format file cut at every byte gives a format or the room's own exception.</summary>
    [Fact]
    public void Parse_CutAnywhere_ThrowsOnlyBadData()
    {
        var text = Common + "\tfield:__u8 addr[4];\toffset:16;\tsize:4;\tsigned:0;\nprint fmt: \"%s %pI4\", __print_flags(REC->addr[0], \"|\", { 1, \"A\" }), REC->addr\n";
        for (var length = 0; length <= text.Length; length++)
        {
            try
            {
                Text(EventFormat.Parse(text[..length]), new byte[20]);
            }
            catch (BadDataException)
            {
                // The one exception allowed.
            }
        }
    }

    /// <summary>On a live kernel nearly every event's print format is known; what is not falls back and is listed.</summary>
    [Fact]
    public void Print_AllEventsOfThisKernel_NearlyAllCompile()
    {
        const string Events = "/sys/kernel/tracing/events";
        if (!Directory.Exists(Events + "/sched"))
            Assert.Skip("tracefs is not mounted or not readable here");
        int known = 0, all = 0;
        var unknown = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Events, "format", SearchOption.AllDirectories))
        {
            if (file.Contains("/ftrace/", StringComparison.Ordinal))
                continue;
            var format = EventFormat.Parse(File.ReadAllText(file));
            all++;
            if (format.Print is not null)
                known++;
            else
                unknown.Add(format.Name + ": " + format.PrintText);
        }

        TestContext.Current.SendDiagnosticMessage($"{known} of {all} print formats known; not: {string.Join(" § ", unknown)}");
        Assert.True(known >= all * 0.97, $"{known} of {all} known; the first not: {string.Join('\n', unknown)}");
    }

    private static string Text(EventFormat format, byte[] raw)
    {
        var output = new StringBuilder();
        format.AppendText(output, raw);
        return output.ToString();
    }
}
