using System.Text;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Streams;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;
using static TraceKit.Engine.Tests.TestTrace;

namespace TraceKit.Engine.Tests;

public sealed class TypedFieldTests
{
    private const string Kallsyms = "ffffffff81000000 T _text\nffffffff81200c50 T vfs_read\nffffffff81300000 T _etext\n";

    private static readonly byte[] s_perfMap = "10000 100 main\n10200 10 leaf\n"u8.ToArray();

    /// <summary>Each type as script shows it: in the definition's order, helper fields put together, plain ones as the kernel prints them, texts cut, faults and bad bytes told.</summary>
    [Fact]
    public void AppendText_EveryType_IsShownInPeoplesTypes()
    {
        using var trace = Recording().Open();
        string[] expected =
        [
            "(401136) size=1024 hex=0xff dest=172.31.28.139 six=fe80::1 port=443 be=256 lat=1.234567ms ret=-ENOENT state=ESTABLISHED mode=RDWR|CREAT fn=vfs_read ufn=leaf+0x5 ([JIT] tid 10) data=deadbeef path=\"/etc/\" "
                + "ok=true letter='x' ptr=0x7f00 items=3 ratio=0.5 odd=7 name=\"cmdline\" extra=9",
            "(401136) size=10 hex=0x10 dest=127.0.0.1 six=:: port=80 be=0 lat=12.000000001s ret=4096 state=NONE mode=EXCL fn=vfs_read+0x12 ufn=0x999 data=00000000 path=\"/a/b/c/d/e/f\"...(+18 bytes) "
                + "ok=false letter='\\n' ptr=0x0 items=0 ratio=-1.25 odd=0 name=\"moduli\" extra=0",
            "(401136) size=18446744073709551615 hex=0x0 dest=0.0.0.0 six=:: port=0 be=0 lat=80ns ret=ENOENT state=77 mode=RDWR|CREAT|0x1000 fn=0x0 ufn=0x0 data=00000000 path=(fault) "
                + "ok=true letter=1114112 ptr=0x0 items=0 ratio=0 odd=0 name=\"(fault)\" extra=0",
            "(401136) size=0 hex=0x0 dest=0.0.0.0 six=:: port=0 be=0 lat=1.5us ret=0 state=CLOSED mode=RDWR|0x1 fn=0x0 ufn=0x0 data=00000000 path=\"\\xff\\0A\" "
                + "ok=false letter='\\0' ptr=0x0 items=0 ratio=0 odd=0 name=\"a\" extra=0",
        ];
        Assert.Equal(expected, Texts(trace));
        Assert.Equal(1, trace.Events[1].UnknownKinds);
        Assert.Equal(
            "size hex dest six port be lat ret state mode fn ufn data path ok letter ptr items ratio odd name __probe_ip extra",
            string.Join(' ', trace.Events[1].Fields.Select(f => f.Name)));
        Assert.Equal(("__be32", "DWARF of /bin/app"), (trace.Events[1].Fields[2].TypeText, trace.Events[1].Fields[2].Origin));
    }

    /// <summary>Asked for raw fields, the event is what the kernel's format says, and a filter still knows people's types.</summary>
    [Fact]
    public void RawFields_ShowTheKernelsOwn()
    {
        using var trace = Trace.Open(Recording().ToBytes(), "t", rawFields: true);
        Assert.StartsWith("(401136) size=1024 hex=0xff dest=2333876140 six={254,128,0,", Texts(trace)[0], StringComparison.Ordinal);
        Assert.Contains(trace.Events[1].Fields, f => f.Name == "path_1");
        Assert.Equal(1, Analysis.Run(trace, new AnalysisOptions { Filter = FilterExpression.Parse("dest == 172.31.28.139") }).Totals.Used);
    }

    /// <summary>Columns hold numbers where they are numbers, with their look; names and texts are texts.</summary>
    [Fact]
    public void Columns_EveryType_FormatAsShown()
    {
        using var trace = Recording().Open();
        string[] names = [.. trace.Events[1].Fields.Select(f => f.Name), AnalysisOptions.EventText];
        var samples = Analysis.Run(trace, new AnalysisOptions { Fields = names, KeepSamples = true, Events = ["conn"] }).Samples;
        string Value(string name) => samples.Field(name)!.Format(0);
        Assert.Equal(("172.31.28.139", "fe80::1", "443", "1.234567ms", "-ENOENT"), (Value("dest"), Value("six"), Value("port"), Value("lat"), Value("ret")));
        Assert.Equal(("ESTABLISHED", "RDWR|CREAT", "vfs_read", "leaf+0x5 ([JIT] tid 10)", "/etc/"), (Value("state"), Value("mode"), Value("fn"), Value("ufn"), Value("path")));
        Assert.Equal("/a/b/c/d/e/f...(+18 bytes)", samples.Field("path")!.Format(1));
        Assert.Equal([1_234_567, 12_000_000_001, 80, 1500], samples.Field("lat")!.Values.ToArray());
        Assert.Equal([0xac1f1c8b, 0x7f000001, 0, 0], samples.Field("dest")!.Values.ToArray());
        Assert.Equal([3, 0, 0, 0], samples.Field("items")!.Values.ToArray());
        Assert.Equal("18446744073709551615", samples.Field("size")!.Format(2));
        Assert.Equal(Texts(trace), Enumerable.Range(0, 4).Select(samples.Field(AnalysisOptions.EventText)!.Format));
        foreach (var field in trace.Events[1].Fields)
            Assert.Equal(field.IsText, samples.Field(field.Name)!.IsText);
    }

    /// <summary>One name that means an address in one event and a number in another is shown by each event's meaning.</summary>
    [Fact]
    public void Columns_OneNameOfTwoMeanings_AreTextsOfBoth()
    {
        var builder = Recording();
        const string Other = "name: o\nID: 1701\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n\tfield:u32 dest;\toffset:8;\tsize:4;\tsigned:0;\n\nprint fmt: \"dest=%u\", REC->dest\n";
        var other = builder.AddEvent("t:other", 2, 1701, 1UL << 10, Other);
        builder.Sample(9000, 10, 10, 0, 1, [UserMarker, 0x10010], other, [0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]);
        using var trace = builder.Open();
        var samples = Analysis.Run(trace, new AnalysisOptions { Fields = ["dest"], KeepSamples = true }).Samples;
        Assert.True(samples.Field("dest")!.IsText);
        Assert.Equal(["0.0.0.0", "127.0.0.1", "172.31.28.139", "5"], samples.Field("dest")!.Texts);
        Assert.Equal("5", samples.Field("dest")!.Format(4));
    }

    /// <summary>Filters speak people's types: in report and script alike.</summary>
    [Theory]
    [InlineData("dest == 172.31.28.139", "0")]
    [InlineData("dest in 127.0.0.0/8 || six == fe80::1", "0 1")]
    [InlineData("size > 100 && size < 4K", "0")]
    [InlineData("port == 443 || port == 80", "0 1")]
    [InlineData("lat > 1ms && lat < 1s", "0")]
    [InlineData("ret == ENOENT", "0 2")]
    [InlineData("ret == -ENOENT", "0")]
    [InlineData("state == ESTABLISHED || state == NONE", "0 1")]
    [InlineData("state ~ '*ED'", "0 3")]
    [InlineData("mode & CREAT", "0 2")]
    [InlineData("mode == RDWR|CREAT", "0")]
    [InlineData("fn == vfs_read", "0 1")]
    [InlineData("fn == vfs_read+0x12", "1")]
    [InlineData("ufn == leaf", "0")]
    [InlineData("ufn ~ 'l*'", "0")]
    [InlineData("ufn == leaf+0x5", "0")]
    [InlineData("ufn == 'leaf+0x5 ([JIT] tid 10)'", "0")]
    [InlineData("ufn != leaf && ufn != 0", "1")]
    [InlineData("data == deadbeef", "0")]
    [InlineData("path == /etc/", "0")]
    [InlineData("path ~ '/a/b*f'", "1")]
    [InlineData("path == '(fault)'", "2")]
    [InlineData("ok == true", "0 2")]
    [InlineData("letter == 'x'", "0")]
    [InlineData("ptr != NULL", "0")]
    [InlineData("items == 3", "0")]
    [InlineData("ratio < 0", "1")]
    [InlineData("name == cmdline && path_n == 5 && __probe_ip == 0x401136", "0")]
    [InlineData("path_1 == 2f652f66", "1")]
    public void Filter_PeoplesTypes_ChooseTheSameSamplesEverywhere(string filter, string expected)
    {
        using var trace = Recording().Open();
        var options = new AnalysisOptions { Filter = FilterExpression.Parse(filter), KeepSamples = true, Events = ["conn"] };
        Assert.Null(trace.FindProblem(options.Filter));
        var stream = EventStream.Open(trace, options);
        var found = new List<long>();
        while (stream.MoveNext())
            found.Add((stream.Current.Time - 1000) / 1000);
        Assert.Equal(expected, string.Join(' ', found));
        Assert.Equal(expected, string.Join(' ', Analysis.Run(trace, options).Samples.Times.ToArray().Select(t => (t - 1000) / 1000)));
    }

    /// <summary>What the kernel left of a filter is applied when the recording is read, counted apart, and can be left aside.</summary>
    [Fact]
    public void StoredFilter_IsAppliedAndCounted()
    {
        using var trace = Recording("size > 5", "dest == 172.31.28.139").Open();
        var analysis = Analysis.Run(trace, new AnalysisOptions { Events = ["conn"] });
        Assert.Equal((1, 3, 3), (analysis.Totals.Used, analysis.Totals.Filtered, analysis.Totals.LeftOutByRecording));
        var stream = EventStream.Open(trace, new AnalysisOptions());
        while (stream.MoveNext())
            Assert.Equal(1000, stream.Current.Time);
        Assert.Equal((3, 3), (stream.Filtered, stream.LeftOutByRecording));
        var all = Analysis.Run(trace, new AnalysisOptions { Events = ["conn"], IgnoreStoredFilters = true });
        Assert.Equal((4, 0, 0), (all.Totals.Used, all.Totals.Filtered, all.Totals.LeftOutByRecording));
        var both = Analysis.Run(trace, new AnalysisOptions { Events = ["conn"], Filter = FilterExpression.Parse("port == 80") });
        Assert.Equal((0, 4, 3), (both.Totals.Used, both.Totals.Filtered, both.Totals.LeftOutByRecording));
    }

    /// <summary>A stored filter that makes no sense leaves nothing out, and says so.</summary>
    [Theory]
    [InlineData("dest == web1")]
    [InlineData("nothing == 1")]
    [InlineData("((((")]
    public void StoredFilter_ThatCannotBeRead_IsNotAppliedAndTold(string filter)
    {
        using var trace = Recording(null, filter).Open();
        Assert.NotEmpty(trace.Events[1].FilterProblem);
        Assert.Equal(4, Analysis.Run(trace, new AnalysisOptions { Events = ["conn"] }).Totals.Used);
    }

    /// <summary>Names and values that no event has are told with their column; what one of several events has is fine.</summary>
    [Fact]
    public void FindProblem_OverEvents_TellsWhatNoneHas()
    {
        using var trace = Recording().Open();
        Assert.Null(trace.FindProblem(FilterExpression.Parse("dest == 10.0.0.1 || pid == 10")));
        var unknown = trace.FindProblem(FilterExpression.Parse("pid == 10 && dets == 10.0.0.1"))!;
        Assert.Equal(13, unknown.Position);
        Assert.Contains("did you mean 'dest'", unknown.Expected, StringComparison.Ordinal);
        Assert.Contains("an IPv4 address", trace.FindProblem(FilterExpression.Parse("dest == web1"))!.Expected, StringComparison.Ordinal);
    }

    /// <summary>Arguments that name no field, too few fields, the wrong ones or themselves: shown as far as they make sense, nothing thrown.</summary>
    [Fact]
    public void Make_HostileArguments_AreShownAsFarAsTheyGo()
    {
        var random = new Random(5);
        string[] fields = ["size", "dest", "six", "path_n", "path_0", "path_1", "v_b", "name", "nowhere", "common_pid", ""];
        var typed = new TypedEvent();
        for (var round = 0; round < 120; round++)
        {
            var arguments = Enumerable.Range(0, random.Next(6)).Select(i => new EventArgument
            {
                Name = random.Next(4) == 0 ? "size" : $"a{i}",
                Kind = (uint)random.Next(20),
                Fields = [.. Enumerable.Range(0, random.Next(4)).Select(_ => fields[random.Next(fields.Length)])],
                Names = [.. Enumerable.Range(0, random.Next(4)).Select(n => new ValueName { Value = random.NextInt64() >> random.Next(64), Name = "n" + n })],
            }).ToArray();
            var trace = new TestTrace().Comm(0, 10, 10, "app");
            var plain = new TestTrace();
            var index = trace.AddEvent("t:e", 2, 1700, 1UL << 10, FormatOf(typed, plain), d => new EventDescription { Name = d.Name, AttrBytes = d.AttrBytes, Ids = d.Ids, Format = d.Format, GroupLeader = -1, Arguments = arguments });
            foreach (var raw in typed.Records())
                trace.Sample(1000, 10, 10, 0, 1, [UserMarker, 0x10010], index, raw[..random.Next(raw.Length)]);
            using var opened = trace.Open();
            Assert.Equal(4, Texts(opened).Count);
            Analysis.Run(opened, new AnalysisOptions { Fields = [.. opened.Events[1].Fields.Select(f => f.Name), AnalysisOptions.EventText], KeepSamples = random.Next(2) == 0 });
            Analysis.Run(opened, new AnalysisOptions { Filter = FilterExpression.Parse("a0 == 1 || a1 ~ '*x' || !(size > 3 && a2 in fe80::/10)") });
        }
    }

    /// <summary>Flags are only what looks like flags: names that count on are names, and unknown values numbers.</summary>
    [Fact]
    public void FieldFormatter_Enum_TellsFlagsFromNames()
    {
        static string Show(long value, int size, bool signed, params (long, string)[] names) =>
            FieldFormatter.For(PresentationKind.Enum, size, signed, names.ToDictionary(n => n.Item1, n => n.Item2))!.Format(value);
        (long, string)[] counted = [(0, "A"), (1, "B"), (2, "C"), (3, "D"), (4, "E")];
        (long, string)[] flags = [(0, "NONE"), (1, "R"), (2, "W"), (4, "X")];
        Assert.Equal(("D", "7", "NONE", "R|X", "R|W|X|0x10"), (Show(3, 4, true, counted), Show(7, 4, true, counted), Show(0, 4, false, flags), Show(5, 4, false, flags), Show(0x17, 4, false, flags)));
        Assert.Equal(("3", "8"), (Show(3, 4, true, (0, "A"), (1, "B"), (2, "C")), Show(8, 4, false, flags)));
        Assert.Equal("MINUS", Show(0xffffffff, 4, false, (-1, "MINUS"), (0, "ZERO")));
        Assert.Equal("MINUS", Show(-1, 4, true, (0xffffffff, "MINUS"), (0, "ZERO")));
        Assert.Equal("*os.File", Show(0x55aa_0000_1000, 8, false, (0x55aa_0000_1000, "*os.File"), (0x55aa_0000_2000, "*net.conn")));
        Assert.Equal("0x55aa00003000", Show(0x55aa_0000_3000, 8, false, (0x55aa_0000_1000, "*os.File"), (0x55aa_0000_2000, "*net.conn")));
    }

    /// <summary>Times keep every nanosecond, in the largest unit they fill; what is shown is what a filter reads.</summary>
    [Theory]
    [InlineData(0, "0ns")]
    [InlineData(999, "999ns")]
    [InlineData(1000, "1us")]
    [InlineData(1_234_567, "1.234567ms")]
    [InlineData(60_000_000_000, "60s")]
    [InlineData(-1500, "-1.5us")]
    [InlineData(long.MaxValue, "9223372036.854775807s")]
    [InlineData(long.MinValue, "-9223372036.854775808s")]
    public void Duration_Nanoseconds_AreExact(long value, string expected) => Assert.Equal(expected, FieldFormatter.Duration(value));

    internal static TestTrace Recording(string? kernelFilter = null, string? analyzerFilter = null)
    {
        var trace = new TestTrace { ChunkSamples = 3 }
            .Comm(0, 10, 10, "app").Map(0, 10, 0x10000, 0x1000, 0, "//anon", 0)
            .Module(new ModuleInfo { Id = 1, Kind = ModuleKind.Kernel, Path = "[kernel.kallsyms]", BlobFormat = "kallsyms-text", BlobBytes = (ulong)Kallsyms.Length }, Encoding.UTF8.GetBytes(Kallsyms))
            .Module(new ModuleInfo { Id = 2, Kind = ModuleKind.PerfMap, Path = "/tmp/perf-10.map", Pid = 10, BlobFormat = "perf-map", BlobBytes = (ulong)s_perfMap.Length }, s_perfMap);
        var typed = new TypedEvent();
        var index = typed.AddTo(trace, kernelFilter, analyzerFilter);
        var time = 1000UL;
        foreach (var raw in typed.Records())
        {
            trace.Sample(time, 10, 10, (uint)(time / 1000 % 2), 1, [UserMarker, 0x10010], index, raw);
            time += 1000;
        }

        return trace;
    }

    private static string FormatOf(TypedEvent typed, TestTrace scratch)
    {
        typed.AddTo(scratch);
        using var trace = scratch.Open();
        return trace.EventSources[1].Description.Format!;
    }

    private static List<string> Texts(Trace trace)
    {
        var stream = EventStream.Open(trace, new AnalysisOptions { IgnoreStoredFilters = true });
        var texts = new List<string>();
        while (stream.MoveNext())
        {
            var text = new StringBuilder();
            stream.Current.AppendText(text);
            texts.Add(text.ToString());
            Assert.Equal(stream.Current.Event!.Fields.Count, stream.Current.Fields.Count);
        }

        return texts;
    }
}
