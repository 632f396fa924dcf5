using System.Text;
using TraceKit.Binary;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Import;
using TraceKit.Engine.Streams;
using TraceKit.Format.Perf;
using TraceKit.Testing;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Engine.Tests.PerfData;

public sealed class PerfDataTraceTests
{
    private const ulong UserMarker = unchecked((ulong)-512L);

    private const string Format = """
        name: tick
        ID: 300
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
        	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;

        	field:u32 n;	offset:8;	size:4;	signed:0;
        	field:u64 big;	offset:16;	size:8;	signed:0;
        	field:__data_loc char[] name;	offset:24;	size:4;	signed:0;
        	field:u16 pair[2];	offset:28;	size:4;	signed:0;

        print fmt: "n=%u", REC->n

        """;

    /// <summary>The same records come out of a file and of a pipe, of either byte order.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Open_FileOrPipeOfEitherOrder_GivesTheSame(bool bigEndian, bool pipe)
    {
        using var trace = Open(Small(bigEndian), pipe);

        Assert.Equal(["cpu-clock", "test:tick"], trace.Events.Select(e => e.Name));
        Assert.Equal("alpha", trace.Host.HostName);
        Assert.Empty(trace.Damage);
        Assert.Equal(
            [
                "1000 first 10/10 cpu-clock ip=400010 chain=400010,400020 ",
                "1500 first 10/11 test:tick ip=0 chain= n=7 big=9000000000 name=hello pair=01000200",
                "2000 child 20/20 cpu-clock ip=400030 chain=400030 ",
                "3000 second 10/10 cpu-clock ip=500010 chain=500010 ",
            ],
            Lines(trace));
        var analysis = Analysis.Run(trace, new AnalysisOptions());
        Assert.Equal(4, analysis.Totals.Used);
        Assert.Equal(5, analysis.Totals.Lost);
        Assert.Equal("0102030405060708090a0b0c0d0e0f1011121314", trace.Model.Modules.Single(m => m.Name == "second").BuildId);
    }

    /// <summary>A recorder that was killed leaves a file without sizes and features: what is there is read, and said.</summary>
    [Fact]
    public void Open_Killed_ReadsWhatIsThere()
    {
        var builder = new PerfDataBuilder { IsKilled = true };
        builder.AddClock(1);
        builder.Comm(0, 10, 10, "first").Sample(0, 1000, 10, 10, 0x400010).Sample(0, 1100, 10, 10, 0x400010);
        using var trace = Open(builder, pipe: false);

        Assert.False(trace.EndedInOrder);
        Assert.Null(trace.Summary);
        Assert.Contains("killed", Assert.Single(trace.Damage).Detail, StringComparison.Ordinal);
        Assert.Equal(2, Analysis.Run(trace, new AnalysisOptions()).Totals.Used);
    }

    /// <summary>Records of unknown types, and those of perf itself, are passed over and counted.</summary>
    [Fact]
    public void Open_UnknownRecords_ArePassedOverAndCounted()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        builder.Sample(0, 1000, 10, 10, 0x400010).Record(63, 0, new byte[16]).Record(900, 0, new byte[8]).Record(68, 0, []);
        // AUX data follow their record.
        builder.Record(70, 0, [1, 0, 0, 0, 0, 0, 0, 0]);
        builder.Record(71, 0, new ByteWriter().U64(24).U64(0).U64(0).U64(0).U64(0).ToArray()).Bytes([.. Enumerable.Repeat((byte)0xff, 24)]);
        builder.Sample(0, 2000, 10, 10, 0x400010);
        using var trace = Open(builder, pipe: false);

        Assert.Empty(trace.Damage);
        Assert.Equal(2, trace.PerfData!.UnknownRecords);
        Assert.Equal(24, trace.PerfData.AuxBytes);
        var totals = Analysis.Run(trace, new AnalysisOptions()).Totals;
        Assert.Equal((2, 24, "Intel PT"), (totals.Used, totals.AuxBytes, totals.AuxKind));
    }

    /// <summary>Without times the order of the file decides: a name holds for the samples that come after its record.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_WithoutTimes_TakesTheOrderOfTheFile(bool bigEndian)
    {
        var builder = new PerfDataBuilder(bigEndian);
        var attr = PerfDataBuilder.Clock();
        attr.SampleType &= ~PERF_SAMPLE_TIME;
        builder.AddEvent(attr, 1);
        builder.Comm(0, 10, 10, "first").Sample(0, 0, 10, 10, 0x400010).Comm(0, 10, 10, "second").Sample(0, 0, 10, 10, 0x400020);
        using var trace = Open(builder, pipe: false);

        var names = new List<string>();
        for (var stream = EventStream.Open(trace, new AnalysisOptions()); stream.MoveNext();)
            names.Add(FormattableString.Invariant($"{stream.Current.Comm} {stream.Current.Ip:x}"));
        Assert.Equal(["first 400010", "second 400020"], names);
        Assert.False(trace.Events[0].HasTime);
    }

    /// <summary>Records of one time on several CPUs come in the order of the file, and in the same out of what is imported from it; each keeps its CPU.</summary>
    [Fact]
    public void Import_EqualTimes_KeepTheOrderOfTheFile()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        uint[] cpus = [2, 0, 1, 1, 3, 0, 2, 0, 1];
        for (var i = 0; i < cpus.Length; i++)
            builder.Sample(0, i < 6 ? 1000UL : 2000UL, 10, 10, 0x400000 + (ulong)i, cpu: cpus[i]);
        using var trace = Open(builder, pipe: false);
        var path = Path.GetTempFileName();
        try
        {
            TraceImporter.Import(trace, path, new ImportOptions());
            using var imported = Trace.Open(path);
            foreach (var read in new[] { trace, imported })
            {
                var seen = new List<(ulong, uint)>();
                for (var stream = EventStream.Open(read, new AnalysisOptions()); stream.MoveNext();)
                    seen.Add((stream.Current.Ip - 0x400000, (uint)stream.Current.Cpu));
                Assert.Equal(cpus.Select((c, i) => ((ulong)i, c)), seen);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>An address of data is called by what is mapped there at that time, code or not; only where the recording tells it.</summary>
    [Fact]
    public void NameOfData_MappingsOfData_AreCalledByTheirPaths()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        builder.Comm(0, 10, 10, "first").Mmap2(0, 10, 0x400000, 0x1000, 0, "/bin/first").Mmap2(10, 10, 0x500000, 0x1000, 0x3000, "/bin/first", data: true).Mmap2(10, 10, 0x7ff000, 0x1000, 0, "[stack]", data: true);
        builder.Sample(0, 1000, 10, 10, 0x400010).Fork(1100, 20, 20, 10, 10).Sample(0, 1200, 20, 20, 0x400010);
        using var trace = Open(builder, pipe: false);

        var seen = new List<string>();
        for (var stream = EventStream.Open(trace, new AnalysisOptions()); stream.MoveNext();)
        {
            foreach (var address in new ulong[] { 0x400020, 0x500020, 0x7ff020, 0x600000 })
            {
                var names = stream.Current.NameOfData(address);
                seen.Add(FormattableString.Invariant($"{names.FileAddress:x} {names.Frames[0].ModuleName}"));
            }
        }

        string[] known = ["20 first", "3020 /bin/first", "7ff020 [stack]"];
        Assert.Equal([.. known, "600000 "], seen[..4].Select(s => s.Replace("[unknown]", "", StringComparison.Ordinal)));
        Assert.Equal(seen[..4], seen[4..]);
        Assert.Equal(1, trace.Model.Modules.Count(m => m.Path == "/bin/first"));
    }

    /// <summary>A sample with counters of a group stands for one of each counter that grew, as perf delivers them; with a fixed period the records have no field for the growth.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void Open_GroupReads_GivesASampleOfEachCounterThatGrew(bool bigEndian, bool hasPeriod)
    {
        var builder = new PerfDataBuilder(bigEndian);
        foreach (var id in new ulong[] { 1, 2 })
        {
            var attr = PerfDataBuilder.Clock(PERF_SAMPLE_READ);
            attr.ReadFormat = PerfReadFormat.PERF_FORMAT_GROUP | PerfReadFormat.PERF_FORMAT_ID;
            if (!hasPeriod)
                attr.SampleType &= ~PERF_SAMPLE_PERIOD;
            builder.AddEvent(attr, id);
        }

        byte[] Group(ulong a, ulong b) => new ByteWriter(bigEndian).U64(2).U64(a).U64(1).U64(b).U64(2).ToArray();
        builder.Sample(0, 1000, 10, 10, 0x400010, read: Group(100, 3)).Sample(0, 2000, 10, 10, 0x400010, read: Group(250, 3));
        using var trace = Open(builder, pipe: false);

        var seen = new List<string>();
        for (var stream = EventStream.Open(trace, new AnalysisOptions()); stream.MoveNext();)
            seen.Add(FormattableString.Invariant($"{stream.Current.Time} {stream.Current.Event!.Index} {stream.Current.Period}"));
        Assert.Equal(["1000 0 100", "1000 1 3", "2000 0 150"], seen);
    }

    /// <summary>perf tells of the same losses twice: where the ring had no room, and by the events' own counts at the end.</summary>
    [Fact]
    public void Totals_LostToldTwice_CountsOnce()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        builder.Sample(0, 1000, 10, 10, 0x400010).Lost(1100, 3).Lost(1200, 4).LostSamples(2000, 6);
        using var trace = Open(builder, pipe: false);

        Assert.Equal(7UL, trace.Summary!.Lost);
        Assert.Equal(7, Analysis.Run(trace, new AnalysisOptions()).Totals.Lost);
    }

    /// <summary>Rings are written one after another: samples come out by time nevertheless, and equal times in the order of the file.</summary>
    [Fact]
    public void EventStream_RingsOneAfterAnother_ComeInOrderOfTime()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        var random = new Random(7);
        var expected = new List<(ulong Time, ulong Ip)>();
        for (var round = 0UL; round < 60; round++)
        {
            for (var ring = 0U; ring < 4; ring++)
            {
                var time = round * 10_000;
                for (var i = 0; i < 150; i++)
                {
                    time += (ulong)random.Next(0, 50);
                    expected.Add((time, (ulong)expected.Count));
                    builder.Sample(0, time, 10, 10, (ulong)expected.Count - 1, cpu: ring);
                }
            }
        }

        Assert.True(builder.RecordBytes > 1 << 20, "more than one block");
        using var trace = Open(builder, pipe: false);
        var seen = new List<(ulong, ulong)>();
        for (var stream = EventStream.Open(trace, new AnalysisOptions()); stream.MoveNext();)
            seen.Add(((ulong)stream.Current.Time, stream.Current.Ip));
        Assert.Equal(expected.OrderBy(e => e.Time), seen);
    }

    /// <summary>simpleperf stores the symbols that its samples hit: they name frames without any file.</summary>
    [Fact]
    public void Open_SimpleperfFiles_NameFrames()
    {
        var builder = new PerfDataBuilder();
        builder.AddClock(1);
        var file = new ByteWriter().CString("/system/lib64/libx.so").U32(2).U64(0x1000).U32(2).U64(0x1000).U32(0x20).CString("alpha").U64(0x1040).U32(0x10).CString("beta").U64(0x1000).ToArray();
        builder.Feature(128, new ByteWriter().U32((uint)file.Length).U8(file).ToArray());
        builder.Feature(129, new ByteWriter().CString("event_type_info").CString("cpu-clock,1,0").CString("product_props").CString("a:b:c").ToArray());
        builder.TextFeature(6, "aarch64");
        builder.Comm(0, 10, 10, "app").Mmap2(0, 10, 0x7000_0000, 0x2000, 0x1000, "/system/lib64/libx.so").Sample(0, 1000, 10, 10, 0x7000_0010).Sample(0, 1001, 10, 10, 0x7000_0044);
        using var trace = Open(builder, pipe: false);

        Assert.Equal("cpu-clock", trace.Events[0].Name);
        var profile = FlatProfile.Build(Analysis.Run(trace, new AnalysisOptions()), SortKey.ParseList("dso,sym"), children: false);
        Assert.Equal("", trace.Model.Modules.Single(m => m.Name == "libx.so").SnapshotProblem);
        Assert.Equal(["libx.so alpha", "libx.so beta"], profile.Entries.Select(e => $"{e.Values[0]} {e.Values[1]}").Order());
    }

    /// <summary>Cut anywhere, a file or pipe gives what came before, or is refused in one sentence.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Open_CutAtEveryByte_NeverCrashes(bool bigEndian, bool pipe)
    {
        var builder = Small(bigEndian);
        var whole = pipe ? builder.ToPipe() : builder.ToFile();
        for (var length = 0; length < whole.Length; length++)
            Run(whole[..length]);
    }

    /// <summary>No flipped byte does anything but damage that is counted, or a refusal.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Open_EveryByteFlipped_NeverCrashes(bool bigEndian, bool pipe)
    {
        var builder = Small(bigEndian);
        var whole = pipe ? builder.ToPipe() : builder.ToFile();
        for (var i = 0; i < whole.Length; i++)
        {
            var flip = (byte)(i % 3 == 0 ? 0x80 : i % 3 == 1 ? 0xff : 0x01);
            whole[i] ^= flip;
            Run(whole);
            whole[i] ^= flip;
        }
    }

    internal static IEnumerable<string> Lines(Trace trace)
    {
        for (var stream = EventStream.Open(trace, new AnalysisOptions()); stream.MoveNext();)
        {
            var r = stream.Current;
            yield return FormattableString.Invariant($"{r.Time} {r.Comm} {r.Pid}/{r.Tid} {r.Event!.Name} ip={r.Ip:x} chain={string.Join(",", r.Callchain.Select(c => c.Address.ToString("x", null)))} ")
                + string.Join(" ", r.Fields.Select(f => $"{f.Name}={f.Text ?? f.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)}"));
        }
    }

    private static Trace Open(PerfDataBuilder builder, bool pipe) => Trace.Open(pipe ? builder.ToPipe() : builder.ToFile(), "made.data");

    private static void Run(byte[] file)
    {
        try
        {
            using var trace = Trace.Open(file, "made.data");
            Analysis.Run(trace, new AnalysisOptions { Workers = 1, KeepSamples = true, KeepCpus = true, Fields = ["n", "name"] });
            for (var stream = EventStream.Open(trace, new AnalysisOptions(), sideBand: true); stream.MoveNext();)
                _ = (stream.Current.Callchain.Count, stream.Current.Fields.Count, stream.Current.SideBandText);
        }
        catch (BadDataException)
        {
            // Refused: also an answer.
        }
    }

    /// <summary>A little of everything: two events, a tracepoint with raw data, a fork, an exec, mappings with and without build-id, losses, features.</summary>
    internal static PerfDataBuilder Small(bool bigEndian)
    {
        var builder = new PerfDataBuilder(bigEndian);
        builder.AddClock(1, PERF_SAMPLE_CALLCHAIN);
        var tick = PerfDataBuilder.Clock(PERF_SAMPLE_RAW);
        tick.Type = PerfTypeId.PERF_TYPE_TRACEPOINT;
        tick.Config = 300;
        builder.AddEvent(tick, 2, 3);
        builder.TextFeature(3, "alpha").TextFeature(6, "x86_64").Feature(1, Tracing(bigEndian)).EventNames("cpu-clock", "test:tick");
        var id = new ByteWriter(bigEndian).U32(0).U16(PerfRecordMisc.PERF_RECORD_MISC_USER).U16(44).U32(uint.MaxValue).U8([.. Enumerable.Range(1, 20).Select(i => (byte)i)]).U8(new byte[4]).CString("/bin/x");
        builder.Feature(2, id.U8(0).ToArray());
        var raw = new ByteWriter(bigEndian).U16(300).U8(0, 0).U32(10).U32(7).U32(0).U64(9_000_000_000).U32(6 << 16 | 32).U16(1).U16(2).U8("hello\0"u8).ToArray();
        builder.Comm(0, 10, 10, "first").Mmap2(0, 10, 0x400000, 0x1000, 0, "/bin/first");
        builder.Sample(0, 1000, 10, 10, 0x400010, chain: [UserMarker, 0x400010, 0x400020]);
        builder.Fork(1200, 20, 20, 10, 10).Comm(1300, 20, 20, "child").Fork(1400, 10, 11, 10, 10);
        // The other ring, written later.
        builder.Sample(0, 3000, 10, 10, 0x500010, chain: [UserMarker, 0x500010]);
        builder.Sample(1, 1500, 10, 11, 0, raw: raw).Sample(0, 2000, 20, 20, 0x400030, chain: [UserMarker, 0x400030]);
        builder.Comm(2500, 10, 10, "second", exec: true).Mmap2(2600, 10, 0x500000, 0x1000, 0, "/bin/second", [.. Enumerable.Range(1, 20).Select(i => (byte)i)]);
        return builder.Lost(2700, 5).Fork(4000, 20, 20, 10, 10, exit: true).Record(68, 0, []);
    }

    internal static byte[] Tracing(bool bigEndian)
    {
        var w = new ByteWriter(bigEndian).U8(23, 8, 68).U8("tracing"u8).CString("0.6").U8(bigEndian ? (byte)1 : (byte)0, 8).U32(4096);
        w.CString("header_page").U64(1).U8(1).CString("header_event").U64(1).U8(1).U32(0).U32(1).CString("test").U32(1);
        var format = Encoding.UTF8.GetBytes(Format);
        return w.U64((ulong)format.Length).U8(format).U32(0).U32(0).U64(0).ToArray();
    }
}
