using System.Text;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Filters;
using TraceKit.Probes.Filters;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;
using static TraceKit.Engine.Tests.TestTrace;

namespace TraceKit.Engine.Tests;

public sealed class AnalysisTests
{
    private const string Kallsyms = "ffffffff81000000 T _text\nffffffff81001000 T do_syscall_64\nffffffff81002000 T vfs_read\nffffffff81003000 T _etext\nffffffffc0000000 t tun_send\t[tun]\nffffffffc0001000 t tun_end\t[tun]\n";

    private const string Format = """
        name: hit
        ID: 1500
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
        	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;

        	field:s64 n;	offset:8;	size:8;	signed:1;
        	field:char name[8];	offset:16;	size:8;	signed:0;

        print fmt: "n=%lld name=%s", REC->n, REC->name
        """;

    private static readonly byte[] PerfMap = Encoding.UTF8.GetBytes("10000 100 jit_main\n10100 100 jit_work\n10200 10 jit_leaf\n");

    /// <summary>Two processes with code that was made at run time, kernel frames, a tracepoint with fields, losses.</summary>
    internal static TestTrace Small()
    {
        var trace = new TestTrace();
        var hit = trace.AddEvent("probe:hit", 2, 1500, 1UL << 10, Format);
        return trace
            .Comm(0, 10, 10, "app").Map(0, 10, 0x10000, 0x1000, 0, "//anon", 0)
            .Comm(0, 20, 20, "other").Map(0, 20, 0x10000, 0x1000, 0, "//anon", 0)
            .Module(new ModuleInfo { Id = 1, Kind = ModuleKind.Kernel, Path = "[kernel.kallsyms]", BlobFormat = "kallsyms-text", BlobBytes = (ulong)Kallsyms.Length }, Encoding.UTF8.GetBytes(Kallsyms))
            .Module(new ModuleInfo { Id = 2, Kind = ModuleKind.PerfMap, Path = "/tmp/perf-10.map", Pid = 10, BlobFormat = "perf-map", BlobBytes = (ulong)PerfMap.Length }, PerfMap)
            .Lost(500, 3)
            .Sample(1000, 10, 10, 0, 5, [UserMarker, 0x10110, 0x10050])
            .Sample(2000, 10, 10, 1, 5, [UserMarker, 0x10205, 0x10110, 0x10050])
            .Sample(3000, 10, 10, 0, 5, [KernelMarker, 0xffffffff81002010, 0xffffffff81001008, UserMarker, 0x10110, 0x10050])
            .Sample(4000, 20, 20, 1, 5, [UserMarker, 0x10110])
            .Sample(5000, 10, 10, 0, 1, [KernelMarker, 0xffffffffc0000010], hit, Hit(7, "abc"))
            .Sample(6000, 30, 31, 0, 1, [], hit, Hit(-1, "x"))
            .Sample(7000, 10, 10, 0, 1, [UserMarker, 0x999000], hit, Hit(7, "abc"));
    }

    private static byte[] Hit(long n, string name)
    {
        var raw = new byte[24];
        BitConverter.TryWriteBytes(raw.AsSpan(8), n);
        Encoding.UTF8.GetBytes(name, raw.AsSpan(16));
        return raw;
    }

    internal static string Dump(Analysis analysis, string keys) => string.Join(
        "\n", FlatProfile.Build(analysis, SortKey.ParseList(keys)).Entries.Select(e => $"{string.Join("|", e.Values)} {e.SelfWeight}/{e.SelfCount}"));

    internal static string DumpAll(Analysis a)
    {
        var text = new StringBuilder();
        for (var row = 0; row < a.Samples.Count; row++)
        {
            text.Append(a.Samples.HasTimes ? a.Samples.Times[row] : 0).Append(' ').Append(a.EventName(a.Samples.Events[row])).Append(' ')
                .Append(a.Threads[a.Samples.Threads[row]].Comm).Append(' ').Append(a.Samples.Weights[row]).Append('/').Append(a.Samples.Counts[row]).Append(' ').Append(a.Samples.Stacks[row]).Append(':');
            var frames = new int[a.Stacks.Depths[a.Samples.Stacks[row]]];
            a.Stacks.CopyFrames(a.Samples.Stacks[row], frames);
            foreach (var frame in frames)
            {
                var f = a.Resolve(frame);
                text.Append(' ').Append(f.Name).Append("+0x").Append(f.Offset.ToString("x")).Append('(').Append(f.ModuleName).Append(')');
            }

            foreach (var field in a.Samples.Fields)
                text.Append(' ').Append(field.Name).Append('=').Append(field.Format(row));
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Every sample with its names, kernel and user, in order of time; return addresses are looked up one byte back.</summary>
    [Fact]
    public void Analysis_KeptSamples_AreDecodedAndNamed()
    {
        using var trace = Small().Open();
        var analysis = Analysis.Run(trace, new AnalysisOptions { KeepSamples = true, KeepCpus = true, Fields = ["n", "name"] });
        Assert.Equal(
            """
            1000 cpu-clock app 5/1 N: jit_work+0x10([JIT] tid 10) jit_main+0x4f([JIT] tid 10) n= name=
            2000 cpu-clock app 5/1 N: jit_leaf+0x5([JIT] tid 10) jit_work+0xf([JIT] tid 10) jit_main+0x4f([JIT] tid 10) n= name=
            3000 cpu-clock app 5/1 N: vfs_read+0x10([kernel.kallsyms]) do_syscall_64+0x7([kernel.kallsyms]) jit_work+0x10([JIT] tid 10) jit_main+0x4f([JIT] tid 10) n= name=
            4000 cpu-clock other 5/1 N: 0x10110+0x0([JIT] tid 20) n= name=
            5000 probe:hit app 1/1 N: tun_send+0x10([tun]) n=7 name=abc
            6000 probe:hit :31 1/1 N: n=-1 name=x
            7000 probe:hit app 1/1 N: [unknown]+0x0([unknown]) n=7 name=abc

            """,
            System.Text.RegularExpressions.Regex.Replace(DumpAll(analysis), @" \d+:(?<end> |$)", " N:${end}", System.Text.RegularExpressions.RegexOptions.Multiline | System.Text.RegularExpressions.RegexOptions.ExplicitCapture));
        Assert.Equal([0, 1, 0, 1, 0, 0, 0], analysis.Samples.Cpus.ToArray());
        var totals = analysis.Totals;
        Assert.Equal((7, 7, 3, 10, 1, 1), (totals.Read, totals.Used, totals.Lost, totals.Made, totals.UnknownThread, totals.EmptyStacks));
        Assert.Equal(1, totals.SamplesByReason[(int)UnresolvedReason.JitWithoutMap]);
        Assert.Equal(1, totals.SamplesByReason[(int)UnresolvedReason.NoMapping]);
    }

    /// <summary>Sums are what the samples add up to.</summary>
    [Fact]
    public void Analysis_Summed_EqualsKept()
    {
        using var trace = Small().Open();
        var kept = Analysis.Run(trace, new AnalysisOptions { KeepSamples = true, KeepCpus = true, Fields = ["n", "name"] });
        var summed = Analysis.Run(trace, new AnalysisOptions { KeepCpus = true, Fields = ["n", "name"] });
        foreach (var keys in new[] { "comm,dso,sym", "event", "cpu", "n", "name,sym", "pid,tid" })
            Assert.Equal(Dump(kept, keys), Dump(summed, keys));
        Assert.Equal("\"abc\" 2/2".Replace("\"", ""), Dump(summed, "name").Split('\n').Single(l => l.StartsWith("abc", StringComparison.Ordinal)));
    }

    /// <summary>Whatever cores do, in whatever order: the same tables, row by row.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Analysis_AnyWorkers_SameResult(bool keep)
    {
        var random = new Random(5);
        var builder = new TestTrace { ChunkSamples = 17 };
        for (uint pid = 1; pid < 6; pid++)
            builder.Comm(0, pid, pid, $"p{pid % 3}").Map(0, pid, 0x10000, 0x10000, 0, pid % 2 == 0 ? "//anon" : "/bin/x", pid % 2);
        builder.Map(2500, 3, 0x12000, 0x1000, 0, "/bin/y", 77);
        for (ulong t = 0; t < 5000; t++)
        {
            var pid = (uint)random.Next(1, 8);
            var chain = new ulong[random.Next(1, 12)];
            chain[0] = UserMarker;
            for (var i = 1; i < chain.Length; i++)
                chain[i] = 0x10000 + ((ulong)random.Next(6) << 12) + (ulong)random.Next(3);
            builder.Sample(t, pid, pid + (uint)random.Next(2), (uint)random.Next(4), (ulong)random.Next(1, 4), chain);
        }

        var data = builder.ToBytes();
        string? expected = null;
        foreach (var workers in new[] { 1, 2, 3, 8, 2 })
        {
            using var trace = Trace.Open(data, "t");
            var analysis = Analysis.Run(trace, new AnalysisOptions { Workers = workers, KeepSamples = keep, KeepCpus = true });
            var text = DumpAll(analysis) + string.Join(",", analysis.Frames.Addresses.ToArray()) + string.Join(",", analysis.Stacks.Frames.ToArray());
            expected ??= text;
            Assert.Equal(expected, text);
            Assert.Equal(5000, analysis.Totals.Used);
        }
    }

    /// <summary>Each option leaves out exactly what it says, and counts it.</summary>
    [Fact]
    public void Analysis_Filters_LeaveOutAndCount()
    {
        using var trace = Small().Open();
        (long, long) Count(AnalysisOptions options)
        {
            var totals = Analysis.Run(trace, options).Totals;
            return (totals.Used, totals.Filtered);
        }

        Assert.Equal((4, 3), Count(new AnalysisOptions { Events = ["cpu-clock"] }));
        Assert.Equal((3, 4), Count(new AnalysisOptions { Events = ["hit"] }));
        Assert.Equal((5, 2), Count(new AnalysisOptions { Pids = [10] }));
        Assert.Equal((1, 6), Count(new AnalysisOptions { Tids = [31] }));
        Assert.Equal((1, 6), Count(new AnalysisOptions { Comms = ["other"] }));
        Assert.Equal((2, 5), Count(new AnalysisOptions { Cpus = [1] }));
        Assert.Equal((2, 5), Count(new AnalysisOptions { Filter = FilterExpression.Parse("n == 7 && name ~ 'a*'") }));
        Assert.Equal((3, 4), Count(new AnalysisOptions { Filter = FilterExpression.Parse("event == cpu-clock && comm == app") }));
        Assert.Equal((3, 4), Count(new AnalysisOptions { Time = TimeRanges.Absolute(2000, 4000) }));
    }

    /// <summary>A merge over the CPUs gives every record once, in order of time, with fields, chain and side-band.</summary>
    [Fact]
    public void EventStream_AllRecords_InOrderOfTime()
    {
        using var trace = Small().Open();
        var stream = EventStream.Open(trace, new AnalysisOptions(), sideBand: true);
        var lines = new List<string>();
        while (stream.MoveNext())
        {
            var r = stream.Current;
            var fields = string.Join(" ", r.Fields.Select(f => $"{f.Name}={f.Text ?? f.Number.ToString()}"));
            var chain = string.Join(" ", r.Callchain.Select(c => $"{c.Address:x}:{c.Frame.Name}"));
            lines.Add($"{r.Time} {r.Comm} {r.Cpu} {r.Event?.Name ?? r.SideBandText} {r.Period} {fields} {chain}".TrimEnd());
        }

        Assert.Equal(
            """
            0 app 0 PERF_RECORD_COMM: app:10/10 0
            0 app 0 PERF_RECORD_MMAP2 10/10: [0x10000(0x1000) @ 0 08:01 0 0]: r-xp //anon 0
            0 other 0 PERF_RECORD_COMM: other:20/20 0
            0 other 0 PERF_RECORD_MMAP2 20/20: [0x10000(0x1000) @ 0 08:01 0 0]: r-xp //anon 0
            500 swapper 0 PERF_RECORD_LOST lost 3 0
            1000 app 0 cpu-clock 5  10110:jit_work 10050:jit_main
            2000 app 1 cpu-clock 5  10205:jit_leaf 10110:jit_work 10050:jit_main
            3000 app 0 cpu-clock 5  ffffffff81002010:vfs_read ffffffff81001008:do_syscall_64 10110:jit_work 10050:jit_main
            4000 other 1 cpu-clock 5  10110:[unknown]
            5000 app 0 probe:hit 1 n=7 name=abc ffffffffc0000010:tun_send
            6000 :31 0 probe:hit 1 n=-1 name=x
            7000 app 0 probe:hit 1 n=7 name=abc 999000:[unknown]
            """, string.Join("\n", lines));
    }

    /// <summary>Functions without names stay apart: by where the unwind table says that they begin, else by address; without a mapping they are one.</summary>
    [Fact]
    public void Analysis_StrippedModule_FunctionsByWhereTheyBegin()
    {
        const ulong ehFrame = 0x20000, text = 0x7f0000001000;
        var elf = new ElfBuilder();
        elf.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, [0x90]);
        elf.AddSection(".eh_frame", SHT_PROGBITS, SHF_ALLOC, ehFrame, new CfiAssembler(ehFrame).X64Cie().Fde(0x1000, 0x40).Fde(0x1040, 0x20).Fde(0x1100, 0x10).End().ToArray());
        elf.AddSymbols(true, new ElfSymbol("exported", 0x1100, 0x10));
        elf.AddSegment(PT_LOAD, PF_R | PF_X, 0x1000, 0x1000, 0x8000, 0x8000);
        var bytes = elf.Build();
        var info = new ModuleInfo
        {
            Id = 1, Kind = ModuleKind.Elf, Path = "/lib/stripped.so", DeviceMajor = 8, DeviceMinor = 1, Inode = 1, FileLength = (ulong)bytes.Length,
            BlobBytes = (ulong)bytes.Length, Extents = [new ModuleExtent { FileOffset = 0, Length = (ulong)bytes.Length }],
        };
        using var trace = new TestTrace().Comm(0, 10, 10, "app").Map(0, 10, text, 0x8000, 0x1000, "/lib/stripped.so").Module(info, bytes)
            .Sample(1000, 10, 10, 0, 1, [UserMarker, text + 0x10, text + 0x50, text + 0x105])
            .Sample(2000, 10, 10, 0, 1, [UserMarker, text + 0x3f, text + 0x40])
            .Sample(3000, 10, 10, 0, 1, [UserMarker, text + 0x200])
            .Sample(4000, 10, 10, 0, 1, [UserMarker, 0x999000])
            .Sample(5000, 10, 10, 0, 1, [UserMarker, 0x888000]).Open();
        var analysis = Analysis.Run(trace, new AnalysisOptions());
        Assert.Equal("[unknown]|[unknown] 2/2\nstripped.so|0x1000 2/2\nstripped.so|0x1200 1/1", Dump(analysis, "dso,sym"));
        Assert.Equal(
            "[unknown]:NoMapping: 0x1000:NoSymbol:1000 0x1040:NoSymbol:1040 0x1200:NoSymbol:1200 exported:None:",
            string.Join(' ', Enumerable.Range(0, analysis.Functions.Count).Select(i => analysis.Functions[i]).Select(f => $"{f.Name}:{f.Reason}:{f.Address:x}")));
        Assert.Equal((5, 3), (analysis.Totals.SamplesByReason.Skip(1).Sum(), analysis.Totals.SamplesByReason[(int)UnresolvedReason.NoSymbol]));
        var offsets = Enumerable.Range(0, analysis.Frames.Count).Select(analysis.Resolve).Where(f => f.Reason == UnresolvedReason.NoSymbol).Select(f => $"{f.Name}+0x{f.Offset:x}");
        Assert.Equal("0x1000+0x10 0x1000+0x3f 0x1040+0xf 0x1200+0x0", string.Join(' ', offsets));
    }

    /// <summary>Samples of an event that is not in the table are counted, not dropped in silence.</summary>
    [Fact]
    public void Analysis_UnknownEvent_IsCounted()
    {
        using var trace = new TestTrace().Sample(1, 1, 1, 0, 1, [UserMarker, 1], eventIndex: 5).Sample(2, 1, 1, 0, 1, [UserMarker, 1]).Open();
        var totals = Analysis.Run(trace, new AnalysisOptions()).Totals;
        Assert.Equal((2, 1, 1), (totals.Read, totals.Used, totals.UnknownEvent));
    }

    /// <summary>One flipped byte anywhere: the analysis ends, and the rest of the samples is there or told as damage.</summary>
    [Fact]
    public void Analysis_AnyByteFlipped_NeverCrashes()
    {
        var data = Small().ToBytes();
        for (var i = 0; i < data.Length; i++)
        {
            data[i] ^= 0x41;
            try
            {
                using var trace = Trace.Open(data, "flipped");
                var analysis = Analysis.Run(trace, new AnalysisOptions { Workers = 1, KeepSamples = true, Fields = ["n", "name"] });
                Assert.True(analysis.Totals.Used == 7 || trace.Damage.Count > 0 || analysis.Totals.UnknownEvent > 0, $"byte {i}");
                var stream = EventStream.Open(trace, new AnalysisOptions(), sideBand: true);
                while (stream.MoveNext())
                    _ = stream.Current.Callchain;
            }
            catch (Binary.BadDataException)
            {
                // Refused at the door: the header.
            }

            data[i] ^= 0x41;
        }
    }

    /// <summary>Cut anywhere: what is whole is analyzed.</summary>
    [Fact]
    public void Analysis_CutAtAnyByte_NeverCrashes()
    {
        var data = Small().ToBytes();
        for (var length = 0; length < data.Length; length += 3)
        {
            try
            {
                using var trace = Trace.Open(data.AsMemory(0, length), "cut");
                Analysis.Run(trace, new AnalysisOptions { Workers = 1 });
            }
            catch (Binary.BadDataException)
            {
                // Refused at the door.
            }
        }
    }
}
