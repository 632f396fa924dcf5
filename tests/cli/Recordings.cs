using System.Text;
using TraceKit.Engine.Compare;
using TraceKit.Engine.Tests;
using TraceKit.Format.Dtr.Metadata;
using static TraceKit.Engine.Tests.TestTrace;

namespace TraceKit.Cli.Tests;

/// <summary>Small recordings with known content, in a folder of their own that goes away with the test.</summary>
internal sealed class Recordings : IDisposable
{
    private const ulong Raw = 1UL << 10; // PERF_SAMPLE_RAW

    private const string Kallsyms = "ffffffff81000000 T _text\nffffffff81001000 T do_syscall_64\nffffffff81200c50 T vfs_read\nffffffff81300000 T _etext\n";

    private const string VfsRead = """
        name: vfs_read
        ID: 1500
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
        	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;

        	field:unsigned long __probe_ip;	offset:8;	size:8;	signed:0;
        	field:__data_loc char[] name;	offset:16;	size:4;	signed:1;
        	field:u64 count;	offset:24;	size:8;	signed:0;

        print fmt: "(%lx) name=\"%s\" count=%Lu", REC->__probe_ip, __get_str(name), REC->count
        """;

    private const string Readline = """
        name: readline
        ID: 1501
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
        	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;

        	field:unsigned long __probe_func;	offset:8;	size:8;	signed:0;
        	field:unsigned long __probe_ret_ip;	offset:16;	size:8;	signed:0;
        	field:__data_loc char[] arg1;	offset:24;	size:4;	signed:1;

        print fmt: "(%lx <- %lx) arg1=\"%s\"", REC->__probe_func, REC->__probe_ret_ip, __get_str(arg1)
        """;

    private static readonly byte[] PerfMap = Encoding.UTF8.GetBytes("10000 100 main\n10100 100 std::vector<int, std::allocator<int> >::push_back(int&&)\n10200 10 leaf\n");

    /// <summary>Where the files are.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("tracekit-cli-").FullName;

    /// <summary>cpu-clock samples with call chains of two processes.</summary>
    public string Cpu() => Save("cpu.dtr", CpuTrace().ToBytes());

    /// <summary>The seed's two probes: strings, a number, kernel and user addresses.</summary>
    public string Probes() => Save("probes.dtr", ProbeTrace().ToBytes());

    /// <summary>A probe with arguments in every type of people's, and a filter of which the kernel could do a part.</summary>
    public string Typed() => Save("typed.dtr", TypedTrace().ToBytes());

    /// <summary><c>base.dtr</c> and <c>new.dtr</c>: the same program, and one whose <c>leaf</c> has a larger share.</summary>
    public void Pair()
    {
        Save("base.dtr", PairTrace(4).ToBytes());
        Save("new.dtr", PairTrace(7).ToBytes());
    }

    /// <summary>Entries and returns of two functions, one of them recursive, and requests that are completed in another order and by another thread.</summary>
    public string Calls() => Save("calls.dtr", CallTrace().ToBytes());

    /// <summary>A file with these bytes.</summary>
    public string Save(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    internal static TestTrace CpuTrace()
    {
        var trace = WithModules(new TestTrace { ChunkSamples = 8 });
        for (var i = 0UL; i < 40; i++)
        {
            ulong[] chain = (i % 5) switch
            {
                0 => [UserMarker, 0x10050],
                1 or 2 => [UserMarker, 0x10205, 0x10110, 0x10050],
                3 => [UserMarker, 0x10110, 0x10050],
                _ => [KernelMarker, 0xffffffff81200c60, 0xffffffff81001008, UserMarker, 0x10210, 0x10050],
            };
            trace.Sample(1_000_000_000 + i * 10_000_000, 10, 10, (uint)(i & 1), 10_000_000, chain);
        }

        return trace.Sample(1_500_000_000, 20, 20, 1, 10_000_000, [UserMarker, 0x999000]);
    }

    private static TestTrace PairTrace(int leaf)
    {
        var trace = WithModules(new TestTrace { ChunkSamples = 64 });
        var random = new SplitMix64((ulong)leaf);
        for (var i = 0UL; i < 600; i++)
        {
            ulong[] chain = random.Below(11) < leaf ? [UserMarker, 0x10205, 0x10110, 0x10050]
                : random.Below(3) == 0 ? [KernelMarker, 0xffffffff81200c60, 0xffffffff81001008, UserMarker, 0x10110, 0x10050]
                : i % 50 == 7 ? [UserMarker, 0x999000] : [UserMarker, 0x10110, 0x10050];
            trace.Sample(1_000_000_000 + i * 10_000_000, 10, 10, (uint)(i & 1), 10_000_000, chain);
        }

        return trace;
    }

    internal static TestTrace ProbeTrace()
    {
        var trace = WithModules(new TestTrace { ChunkSamples = 8 });
        var vfsRead = trace.AddEvent("probe:vfs_read", 2, 1500, Raw, VfsRead);
        var readline = trace.AddEvent("probe_bash:readline", 2, 1501, Raw, Readline);
        string[] names = ["cmdline", "cmdline", "moduli", "a\u001b[2Jb"];
        for (var i = 0; i < 12; i++)
        {
            trace.Sample(13583551_811406000 + (ulong)i * 585_000, 10, 10, 18, 1, [KernelMarker, 0xffffffff81200c50, 0xffffffff81001008, UserMarker, 0x10110, 0x10050],
                vfsRead, Event(names[i % 4], 16, 32, (0xffffffff81200c50, 8), (1UL << i, 24)));
        }

        foreach (var line in new[] { "\u0018", "sudo su ", "ls" })
            trace.Sample(13583552_900000000 + (ulong)line.Length, 20, 20, 63, 1, [UserMarker, 0x488ee0], readline, Event(line, 24, 32, (0x488ee0, 8), (0x41e62a, 16)));
        return trace;
    }

    internal static TestTrace TypedTrace()
    {
        var trace = WithModules(new TestTrace { ChunkSamples = 3 });
        var typed = new TypedEvent();
        var conn = typed.AddTo(trace, "size != 10", "dest != 0.0.0.0", "size != 10 && dest != 0.0.0.0");
        var time = 5_000_000_000UL;
        foreach (var raw in typed.Records())
            trace.Sample(time += 1_000_000, 10, 10, 1, 1, [UserMarker, 0x10110, 0x10050], conn, raw);
        return trace;
    }

    internal static TestTrace CallTrace()
    {
        var trace = WithModules(new TestTrace { ChunkSamples = 8 }).Fork(0, 10, 11, 10, 10);
        static string Format(string name, string place, string field) => $"name: {name}\nID: 1\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
            + $"\tfield:unsigned long {place};\toffset:8;\tsize:8;\tsigned:0;\n\tfield:s64 {field};\toffset:16;\tsize:8;\tsigned:1;\n\nprint fmt: \"(%lx) {field}=%Ld\", REC->{place}, REC->{field}\n";
        var work = trace.AddEvent("probe:work", 2, 1600, Raw, Format("work", "__probe_ip", "n"));
        var workReturn = trace.AddEvent("probe:work__return", 2, 1601, Raw, Format("work__return", "__probe_ret_ip", "ret"));
        var leaf = trace.AddEvent("probe:leaf", 2, 1602, Raw, Format("leaf", "__probe_ip", "n"));
        var leafReturn = trace.AddEvent("probe:leaf__return", 2, 1603, Raw, Format("leaf__return", "__probe_ret_ip", "ret"));
        var submit = trace.AddEvent("probe:submit", 2, 1604, Raw, Format("submit", "__probe_ip", "n"));
        var complete = trace.AddEvent("probe:complete", 2, 1605, Raw, Format("complete", "__probe_ip", "ret"));
        var time = 1_000_000_000UL;
        void At(ulong later, uint tid, int traceEvent, long value)
        {
            var raw = new byte[24];
            BitConverter.TryWriteBytes(raw.AsSpan(8), 0x10000UL);
            BitConverter.TryWriteBytes(raw.AsSpan(16), value);
            trace.Sample(time += later, 10, tid, tid & 1, 1, [UserMarker, 0x10210, 0x10110, 0x10050], traceEvent, raw);
        }

        for (var i = 0; i < 12; i++)
        {
            var tid = 10 + (uint)(i % 2);
            At(1_000, tid, work, i);
            At(500, tid, leaf, i);
            At((ulong)(i * i) * 1_000, tid, leafReturn, -1);
            if (i == 5)
                At(100, tid, work, 100); // within itself
            At(700, tid, workReturn, i % 3);
            if (i == 5)
                At(900, tid, workReturn, 9);
        }

        At(10, 10, leaf, 99); // never returns
        foreach (var (tid, traceEvent, number) in new (uint, int, long)[] { (10, submit, 1), (10, submit, 2), (10, submit, 3), (11, complete, 2), (10, submit, 2), (11, complete, 1), (11, complete, 2), (11, complete, 3) })
            At(10_000, tid, traceEvent, number);
        return trace;
    }

    private static TestTrace WithModules(TestTrace trace) => trace
        .Comm(0, 10, 10, "app").Map(0, 10, 0x10000, 0x1000, 0, "//anon", 0)
        .Comm(0, 20, 20, "bash").Map(0, 20, 0x10000, 0x1000, 0, "//anon", 0)
        .Module(new ModuleInfo { Id = 1, Kind = ModuleKind.Kernel, Path = "[kernel.kallsyms]", BlobFormat = "kallsyms-text", BlobBytes = (ulong)Kallsyms.Length }, Encoding.UTF8.GetBytes(Kallsyms))
        .Module(new ModuleInfo { Id = 2, Kind = ModuleKind.PerfMap, Path = "/tmp/perf-10.map", Pid = 10, BlobFormat = "perf-map", BlobBytes = (ulong)PerfMap.Length }, PerfMap);

    /// <summary>Raw bytes of a probe: integers at their offsets, one string behind a __data_loc word.</summary>
    private static byte[] Event(string text, int locationAt, int textAt, params (ulong Value, int At)[] integers)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\0");
        var raw = new byte[textAt + bytes.Length];
        foreach (var (value, at) in integers)
            BitConverter.TryWriteBytes(raw.AsSpan(at), value);
        BitConverter.TryWriteBytes(raw.AsSpan(locationAt), (uint)(bytes.Length << 16 | textAt));
        bytes.CopyTo(raw, textAt);
        return raw;
    }
}
