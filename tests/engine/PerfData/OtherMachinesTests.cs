using TraceKit.Engine.Aggregates;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Model;
using TraceKit.Format.Perf;
using TraceKit.Testing;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Engine.Tests.PerfData;

/// <summary>Files of machines and tools that are not this one.</summary>
public sealed class OtherMachinesTests
{
    private const ulong KernelMarker = unchecked((ulong)-128L);
    private const ulong UserMarker = unchecked((ulong)-512L);

    /// <summary>Kernels that lie where programs of others do: the mode of the sample and the markers of the chain say what is the kernel's, and addresses are shown as recorded.</summary>
    [Theory]
    [InlineData("armv7l", false, 0xc0100000)]
    [InlineData("i686", false, 0xc1000000)]
    [InlineData("ppc", true, 0xc0000000)]
    [InlineData("s390x", true, 0x3ffe0000000)]
    [InlineData("", false, 0xc0100000)]
    public void Kernel_BelowTheHighestBit_IsKnownByTheRecord(string architecture, bool bigEndian, ulong kernel)
    {
        var builder = new PerfDataBuilder(bigEndian);
        builder.AddClock(1, PERF_SAMPLE_CALLCHAIN);
        if (architecture.Length > 0)
            builder.TextFeature(6, architecture);
        builder.Mmap2(0, uint.MaxValue, kernel, 0x1000000, kernel, "[kernel.kallsyms]_stext").Mmap2(0, uint.MaxValue, kernel - 0x1000000, 0x8000, 0, "/lib/modules/3.4.0/kernel/net/x-y.ko");
        builder.Comm(0, 10, 10, "app").Mmap2(0, 10, 0x10000, 0x1000, 0, "/bin/app").Mmap2(0, 10, 0xb6f00000, 0x1000, 0, "/lib/libc.so");
        builder.Sample(0, 1000, 10, 10, kernel + 0x1234, chain: [KernelMarker, kernel + 0x1234, kernel - 0x1000000 + 0x40, UserMarker, 0x10010], misc: PerfRecordMisc.PERF_RECORD_MISC_KERNEL);
        builder.Sample(0, 1001, 10, 10, 0xb6f00010, chain: [UserMarker, 0xb6f00010]).Sample(0, 1002, 10, 10, kernel + 0x50, misc: PerfRecordMisc.PERF_RECORD_MISC_KERNEL);
        using var trace = Trace.Open(builder.ToFile(), "made.data");

        Assert.Equal(
            [
                FormattableString.Invariant($"1000 app 10/10 cpu-clock ip={kernel + 0x1234:x} chain={kernel + 0x1234:x},{kernel - 0x1000000 + 0x40:x},10010 "),
                "1001 app 10/10 cpu-clock ip=b6f00010 chain=b6f00010 ",
                FormattableString.Invariant($"1002 app 10/10 cpu-clock ip={kernel + 0x50:x} chain={kernel + 0x50:x} "),
            ],
            PerfDataTraceTests.Lines(trace));
        var analysis = Analysis.Run(trace, new AnalysisOptions());
        var profile = FlatProfile.Build(analysis, SortKey.ParseList("dso"), children: true);
        Assert.Equal(["[kernel.kallsyms] 2", "[x_y] 0", "app 0", "libc.so 1"], profile.Entries.Select(e => FormattableString.Invariant($"{e.Values[0]} {e.SelfWeight}")).Order(StringComparer.Ordinal));
        Assert.Contains(kernel + 0x1234, analysis.Frames.Addresses.ToArray());
    }

    /// <summary>A guest's addresses are nobody's here, whatever they look like: its kernel and its programs are told apart, and counted.</summary>
    [Theory]
    [InlineData("x86_64", false, 0xffffffff81000010)]
    [InlineData("s390x", true, 0x3ffe0000010)]
    public void Samples_OfAGuest_AreNamedByNothingOfThisHost(string architecture, bool bigEndian, ulong kernel)
    {
        var builder = new PerfDataBuilder(bigEndian);
        builder.AddClock(1, PERF_SAMPLE_CALLCHAIN);
        builder.TextFeature(6, architecture).Mmap2(0, uint.MaxValue, kernel & ~0xfffffUL, 0x1000000, kernel & ~0xfffffUL, "[kernel.kallsyms]_stext");
        builder.Comm(0, 10, 10, "qemu").Mmap2(0, 10, 0x400000, 0x1000, 0, "/bin/qemu");
        builder.Sample(0, 1000, 10, 10, kernel, chain: [KernelMarker, UserMarker], misc: PerfRecordMisc.PERF_RECORD_MISC_GUEST_KERNEL);
        builder.Sample(0, 1001, 10, 10, 0x400010, chain: [], misc: PerfRecordMisc.PERF_RECORD_MISC_GUEST_USER);
        builder.Sample(0, 1002, 10, 10, 0x400020, chain: [UserMarker, 0x400020]).Sample(0, 1003, 10, 10, kernel, chain: [KernelMarker, kernel], misc: PerfRecordMisc.PERF_RECORD_MISC_KERNEL);
        using var trace = Trace.Open(builder.ToFile(), "made.data");

        var analysis = Analysis.Run(trace, new AnalysisOptions());
        var profile = FlatProfile.Build(analysis, SortKey.ParseList("dso"), children: false);
        Assert.Equal(["[guest.kernel.kallsyms] 1", "[kernel.kallsyms] 1", "[unknown] 1", "qemu 1"], profile.Entries.Select(e => FormattableString.Invariant($"{e.Values[0]} {e.SelfWeight}")).Order(StringComparer.Ordinal));
        Assert.Equal(2, analysis.Totals.SamplesByReason[(int)Engine.Symbols.UnresolvedReason.Guest]);
        var shown = new List<string>();
        for (var stream = Engine.Streams.EventStream.Open(trace, new AnalysisOptions()); stream.MoveNext();)
        {
            var frame = stream.Current.NameOf(stream.Current.Ip).Frames[0];
            shown.Add(FormattableString.Invariant($"{stream.Current.Time} {stream.Current.Callchain[0].Address:x} {frame.ModuleName}"));
        }

        Assert.Equal([FormattableString.Invariant($"1000 {kernel:x} [guest.kernel.kallsyms]"), "1001 400010 [unknown]", "1002 400020 qemu", FormattableString.Invariant($"1003 {kernel:x} [kernel.kallsyms]")], shown);
    }

    /// <summary>Chains of programs alone (--user-callchains, an event of programs whose interrupt came late): a sample in the kernel is the kernel's, and the program called it.</summary>
    [Fact]
    public void Chains_WithoutTheKernel_BeginWhereTheSampleWas()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1, PERF_SAMPLE_CALLCHAIN);
        builder.TextFeature(6, "x86_64").Mmap2(0, uint.MaxValue, 0xffffffff81000000, 0x1000000, 0xffffffff81000000, "[kernel.kallsyms]_stext");
        builder.Comm(0, 10, 10, "app").Mmap2(0, 10, 0x400000, 0x1000, 0, "/bin/app");
        builder.Sample(0, 1000, 10, 10, 0xffffffff81000010, chain: [UserMarker, 0x400020], misc: PerfRecordMisc.PERF_RECORD_MISC_KERNEL).Sample(0, 1001, 10, 10, 0x400020, chain: [UserMarker, 0x400020]);
        using var trace = Trace.Open(builder.ToFile(), "made.data");

        var profile = FlatProfile.Build(Analysis.Run(trace, new AnalysisOptions()), SortKey.ParseList("dso"), children: true);
        Assert.Equal(["[kernel.kallsyms] 1 1", "app 1 2"], profile.Entries.Select(e => FormattableString.Invariant($"{e.Values[0]} {e.SelfWeight} {e.TotalWeight}")).Order(StringComparer.Ordinal));
        Assert.Equal(["1000 app 10/10 cpu-clock ip=ffffffff81000010 chain=400020 ", "1001 app 10/10 cpu-clock ip=400020 chain=400020 "], PerfDataTraceTests.Lines(trace));
    }

    /// <summary>The machine's number (perf 7.1) stands for its name where that is missing; two recordings one after another are told.</summary>
    [Fact]
    public void Features_OfNewerPerf_AreKnown()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        builder.Feature(33, [183, 0, 0, 0, 0, 0, 0, 0]).Feature(34, [64, 0, 0, 0]).Sample(0, 1000, 10, 10, 0x400010);
        using var trace = Trace.Open(builder.ToFile(), "made.data");
        Assert.Equal("aarch64", trace.Host.Architecture);
        Assert.Empty(trace.PerfData!.Metadata.UnknownFeatures);

        using var twice = Trace.Open((byte[])[.. builder.ToPipe(), .. builder.ToPipe()], "made.data");
        Assert.Contains("another perf.data", Assert.Single(twice.Damage).Detail, StringComparison.Ordinal);
        Assert.Equal(1, Analysis.Run(twice, new AnalysisOptions()).Totals.Used);
    }

    /// <summary>Programs of the kernel (BPF) are no list of its symbols: what lies before them is the kernel's all the same, and behind one is the module around it.</summary>
    [Fact]
    public void Kernel_KnownByItsProgramsAlone_IsStillTheKernel()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        builder.TextFeature(6, "x86_64").Mmap2(0, uint.MaxValue, 0xffffffff9e600000, 0xc00000, 0xffffffff9e600000, "[kernel.kallsyms]_text").Mmap2(0, uint.MaxValue, 0xffffffffc02a0000, 0x20000, 0, "/lib/modules/5.15.0/kernel/net/nft-ct.ko");
        builder.Ksymbol(0, 0xffffffffc02a1000, 0x3000, "bpf_prog_one").Ksymbol(0, 0xffffffffc02a4000, 0x100, "bpf_prog_two").Comm(0, 10, 10, "app");
        ulong[] places = [0xffffffff9e66b816, 0xffffffffc02a0800, 0xffffffffc02a3ff0, 0xffffffffc02a4010, 0xffffffffc02a4200];
        for (var i = 0; i < places.Length; i++)
            builder.Sample(0, (ulong)(1000 + i), 10, 10, places[i], misc: PerfRecordMisc.PERF_RECORD_MISC_KERNEL);
        using var trace = Trace.Open(builder.ToFile(), "made.data", new DebugFileOptions());

        var profile = FlatProfile.Build(Analysis.Run(trace, new AnalysisOptions()), SortKey.ParseList("dso,sym"), children: false);
        Assert.Equal(["[bpf] bpf_prog_one", "[bpf] bpf_prog_two", "[kernel.kallsyms] 0xffffffff9e66b816", "[nft_ct] 0xffffffffc02a0800", "[nft_ct] 0xffffffffc02a4200"], profile.Entries.Select(e => string.Join(' ', e.Values)).Order(StringComparer.Ordinal));
    }

    /// <summary>What a wrong frame pointer gave is nobody's: neither a program nor the kernel has such addresses.</summary>
    [Fact]
    public void Frames_WithAnAddressThatNobodyHas_AreUnknown()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1, PERF_SAMPLE_CALLCHAIN);
        builder.TextFeature(6, "x86_64");
        builder.Comm(0, 10, 10, "app").Mmap2(0, 10, 0x400000, 0x1000, 0, "/bin/app").Sample(0, 1000, 10, 10, 0x400010, chain: [UserMarker, 0x400010, 0xcccc_0005_02f2_e95d]);
        using var trace = Trace.Open(builder.ToFile(), "made.data");

        var profile = FlatProfile.Build(Analysis.Run(trace, new AnalysisOptions()), SortKey.ParseList("dso"), children: true);
        Assert.Equal(["[unknown]", "app"], profile.Entries.Select(e => e.Values[0]).Order(StringComparer.Ordinal));
    }

    /// <summary>One build under several paths: each mapping is shown by its own.</summary>
    [Fact]
    public void Modules_OfOneBuildUnderTwoPaths_HaveTheirOwnNames()
    {
        byte[] id = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        builder.Feature(2, [.. BuildId(id, "/opt/a/tool"), .. BuildId(id, "/opt/b/other")]);
        builder.Comm(0, 10, 10, "app").Mmap2(0, 10, 0x400000, 0x1000, 0, "/opt/a/tool").Mmap2(0, 10, 0x500000, 0x1000, 0, "/opt/b/other", id).Mmap2(0, 10, 0x600000, 0x1000, 0, "/opt/c/third", id);
        builder.Sample(0, 1000, 10, 10, 0x400010).Sample(0, 1001, 10, 10, 0x500010).Sample(0, 1002, 10, 10, 0x600010);
        using var trace = Trace.Open(builder.ToFile(), "made.data");

        var profile = FlatProfile.Build(Analysis.Run(trace, new AnalysisOptions()), SortKey.ParseList("dso"), children: false);
        Assert.Equal(["other", "third", "tool"], profile.Entries.Select(e => e.Values[0]).Order(StringComparer.Ordinal));
        Assert.Equal(3, trace.Model.Modules.Count(m => m.BuildId == Convert.ToHexStringLower(id)));
    }

    /// <summary>A program in memory has the name that it was given; .NET's own memory holds code that it made.</summary>
    [Fact]
    public void Modules_InMemory_AreProgramsUnlessOfARuntime()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        builder.Comm(0, 10, 10, "app").Mmap2(0, 10, 0x400000, 0x1000, 0x2000, "/memfd:tool (deleted)").Mmap2(0, 10, 0x500000, 0x1000, 0, "/memfd:doublemapper (deleted)");
        builder.Sample(0, 1000, 10, 10, 0x400010).Sample(0, 1001, 10, 10, 0x500010);
        using var trace = Trace.Open(builder.ToFile(), "made.data");

        Assert.Equal(["[JIT] tid 10", "memfd:tool (deleted)"], trace.Model.Modules.Where(m => m.Kind != ModuleKind.Kernel).Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.Contains(0x2010UL, Analysis.Run(trace, new AnalysisOptions()).Frames.Addresses.ToArray());
    }

    /// <summary>simpleperf writes what describes tracepoints into a record, or into pieces of one that is too long for a record.</summary>
    [Theory]
    [InlineData(66)]
    [InlineData(32777)]
    [InlineData(32772)]
    public void Tracepoints_OfSimpleperf_AreDescribedInRecords(int type)
    {
        var tracing = PerfDataTraceTests.Tracing(bigEndian: false);
        var body = new ByteWriter().U32((uint)tracing.Length).U8(tracing).U8(new byte[-(tracing.Length + 4) & 7]).ToArray();
        var builder = new PerfDataBuilder();
        var tick = PerfDataBuilder.Clock(PERF_SAMPLE_RAW);
        tick.Type = PerfTypeId.PERF_TYPE_TRACEPOINT;
        tick.Config = 300;
        builder.AddEvent(tick, 1);
        if (type == 32772)
        {
            byte[] whole = [.. new ByteWriter().U32(32777).U16(0).U16((ushort)(body.Length + 8)).ToArray(), .. body];
            for (var at = 0; at < whole.Length; at += 64)
                builder.Record(32772, 0, whole[at..Math.Min(at + 64, whole.Length)]);
            builder.Record(32773, 0, []);
        }
        else
        {
            builder.Record((uint)type, 0, body);
        }

        builder.Sample(0, 1000, 10, 10, 0, raw: new ByteWriter().U16(300).U8(0, 0).U32(10).U32(7).U32(0).U64(9).U32(6 << 16 | 32).U16(1).U16(2).U8("hello\0"u8).ToArray());
        using var trace = Trace.Open(builder.ToFile(), "made.data");

        Assert.Empty(trace.Damage);
        Assert.EndsWith("n=7 big=9 name=hello pair=01000200", Assert.Single(PerfDataTraceTests.Lines(trace)), StringComparison.Ordinal);
    }

    /// <summary>With the recorded machine's root given, nothing of this one is looked at, its cache of build-ids neither.</summary>
    [Fact]
    public void Places_WithARoot_AreInIt()
    {
        var root = Directory.CreateTempSubdirectory("root");
        var cache = root.CreateSubdirectory(".debug");
        var options = DebugFileOptions.ForPerfData("/x/perf.data", new DebugFileOptions { SymbolFileSystem = root.FullName });
        root.Delete(recursive: true);

        Assert.False(options.UseHostDefaults);
        Assert.Equal([cache.FullName], options.BuildIdDirectories);
    }

    private static byte[] BuildId(byte[] id, string path) =>
        new ByteWriter().U32(0).U16(PerfRecordMisc.PERF_RECORD_MISC_USER).U16((ushort)(36 + path.Length + 1)).U32(uint.MaxValue).U8(id).U8(new byte[4]).CString(path).ToArray();
}
