using System.Globalization;
using System.Runtime.CompilerServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>Real stacks: recorded by perf, unwound by us and by perf.</summary>
public sealed class PerfUnwindTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-unwind-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// A C++ program without frame pointers: nearly all stacks reach the root, and each equals perf's as far as both go; also when all words
    /// of the dump that are neither code nor stack addresses are zeroed, the frames stay the same.
    /// </summary>
    [Fact]
    public void X64Unwinder_OmitFramePointerProgram_ChainsAsPerfScript()
    {
        Compare(Record(Build("g++", "-O2", "-fomit-frame-pointer"), "1.5"), 0.99);
    }

    /// <summary>
    /// A program that throws and catches all the time: libgcc's unwinder overwrites its own frame while it leaves for the handler, which no CFI describes. A whole dump and one
    /// of pointers only end such a stack alike: nothing that is not a root passes for one.
    /// </summary>
    [Fact]
    public void X64Unwinder_ThrowingProgram_PointersEndAsRaw()
    {
        var source = Path.Combine(_folder, "thrower.cpp");
        File.WriteAllText(source, Thrower);
        Tool.Need("g++");
        var program = Path.Combine(_folder, "thrower");
        Tool.Run("g++", ["-O2", "-o", program, source]);
        Compare(Record(program), 0.98, differing: 50); // perf shows what libgcc left where return addresses stood, code or not
    }

    private const string Thrower = """
        #include <ctime>
        #include <stdexcept>
        __attribute__((noinline)) int deep(int n) { if (n == 0) throw std::runtime_error("x"); volatile int k = deep(n - 1); return k + 1; }
        __attribute__((noinline)) int outer(int n) { try { return deep(n); } catch (const std::exception &) { return n; } }
        int main() { clock_t end = clock() + 2 * CLOCKS_PER_SEC; while (clock() < end) for (int i = 0; i < 10; i++) outer(i); }
        """;

    /// <summary>
    /// Programs with code that is hard to unwind: hand-written assembly (OpenSSL, some of whose CFI counts on bytes below the stack pointer), an interpreter, a compiler, another compiler's code, code without optimization.
    /// </summary>
    [Theory]
    [InlineData(0.8, "openssl", "speed", "-seconds", "1", "-bytes", "1024", "aes-128-cbc", "sha256", "sha512", "rsa2048", "ecdsap256")]
    [InlineData(0.98, "/usr/bin/python3.11", "-c", "import json,re\nfor i in range(60): json.loads(json.dumps([{'a':k,'b':str(k)} for k in range(2000)])); re.sub('a+b','c','aab'*3000); sorted(range(20000),key=lambda x:-x)")]
    [InlineData(0.98, "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "-quiet", "-O2", "-imultiarch", "x86_64-linux-gnu", "-D_GNU_SOURCE", "WORKLOAD", "-o", "/dev/null")]
    [InlineData(0.99, "CLANG", "1.0")]
    [InlineData(0.99, "GCC-O0", "1.0")]
    public void X64Unwinder_RealPrograms_ChainsAsPerfScript(double rooted, string program, params string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = arguments[i].Replace("WORKLOAD", Path.Combine(Here(), "workload.cpp"), StringComparison.Ordinal);
        if (program == "CLANG")
            program = Build("clang++", "-O2");
        else if (program == "GCC-O0")
            program = Build("g++", "-O0");
        else if (!File.Exists(program))
            Tool.Need(program);
        Compare(Record(program, arguments), rooted);
    }

    private static void Compare(string recording, double rooted, int differing = 200)
    {
        var perf = PerfChains(recording);
        var data = new PerfData(recording);
        var unwinder = new X64Unwinder();
        var frames = new Avma[512];
        var filtered = new Avma[512];
        int walked = 0, compared = 0, equal = 0, oursLonger = 0, perfLonger = 0, different = 0, filterDiffers = 0;
        long frameCount = 0, fpSteps = 0;
        var stops = new int[16];
        var samples = new List<string>();
        for (var i = 0; i < data.Samples.Count; i++)
        {
            var sample = data.Sample(i);
            if (sample.UserAbi != 2 || sample.Pid != data.Pid)
                continue;
            walked++;
            var registers = data.Registers(sample);
            var result = unwinder.Unwind(new AddressSpaceId(1, 1), registers, PerfData.Stack(sample, registers), data, frames);
            stops[(int)result.Stop]++;
            frameCount += result.Count;
            fpSteps += result.FramePointerSteps;

            var kept = Filter(sample.Stack[..sample.StackDynSize], registers, data);
            registers.TryGet(X64Registers.Rsp, out var rsp);
            var again = unwinder.Unwind(new AddressSpaceId(1, 1), registers, new StackMemory(rsp, kept, isFiltered: true), data, filtered);
            if (again.Count != result.Count || again.Stop != result.Stop || !filtered.AsSpan(0, again.Count).SequenceEqual(frames.AsSpan(0, result.Count)))
            {
                filterDiffers++;
                samples.Add($"filtered: tid {sample.Tid} time {sample.Time}: {result.Count} {result.Stop}, filtered {again.Count} {again.Stop}, last 0x{frames[result.Count - 1].Value:x}");
            }

            if (result.Stop != UnwindStop.ReachedRoot)
                samples.Add($"stop: tid {sample.Tid} time {sample.Time}: {result.Count} {result.Stop}, last {string.Join(' ', frames[..result.Count].Select(f => $"0x{data.FileOffset(f):x}"))}");

            if (!perf.TryGetValue((sample.Tid, sample.Time), out var chain))
                continue;
            compared++;
            var common = Math.Min(chain.Count, result.Count);
            var same = 0;
            while (same < common && (chain[same] == data.FileOffset(frames[same]) || same > 0 && chain[same] == data.FileOffset(new Avma(frames[same].Value - 1))))
                same++;
            if (same < common)
            {
                different++;
                if (samples.Count < 20)
                    samples.Add($"tid {sample.Tid} time {sample.Time}: frame {same} of {result.Count}: 0x{frames[same].Value:x}, perf 0x{chain[same]:x} of {chain.Count}; before 0x{frames[Math.Max(same - 1, 0)].Value:x}; {result.Stop}");
            }
            else if (chain.Count == result.Count)
            {
                equal++;
            }
            else if (chain.Count > result.Count)
            {
                perfLonger++;
                if (samples.Count < 20)
                    samples.Add($"tid {sample.Tid} time {sample.Time}: {result.Count} frames, perf {chain.Count}; last 0x{frames[result.Count - 1].Value:x}, perf goes on to 0x{chain[result.Count]:x}; {result.Stop}");
            }
            else
            {
                oursLonger++;
            }
        }

        var summary = $"{compared} compared: {equal} equal, {oursLonger} ours longer, {perfLonger} perf longer, {different} different, {filterDiffers} differ filtered; {frameCount} frames, {fpSteps} by frame pointer; stops " +
            string.Join(", ", stops.Select((n, s) => (n, (UnwindStop)s)).Where(x => x.n > 0).Select(x => $"{x.Item2} {x.n}")) + $"; cache {unwinder.CacheHits} hits, {unwinder.CacheMisses} misses";
        TestContext.Current.SendDiagnosticMessage(summary);
        foreach (var line in samples.Take(8))
            TestContext.Current.SendDiagnosticMessage(line);
        var detail = summary + "\n" + string.Join('\n', samples);
        Assert.True(compared > 100, detail);
        Assert.True(filterDiffers == 0, detail);
        Assert.True(stops[(int)UnwindStop.ReachedRoot] >= rooted * walked, detail);
        Assert.True(different + perfLonger <= compared / differing, detail);
    }

    private string Build(string compiler, params string[] flags)
    {
        Tool.Need(compiler);
        var program = Path.Combine(_folder, "workload");
        Tool.Run(compiler, [.. flags, "-pthread", "-o", program, Path.Combine(Here(), "workload.cpp")]);
        return program;
    }

    private string Record(string program, params string[] arguments)
    {
        Tool.Need("perf");
        var recording = Path.Combine(_folder, "perf.data");
        try
        {
            Tool.Run("perf", ["record", "-q", "-B", "-N", "-e", "cpu-clock:u", "-F", "997", "--call-graph", "dwarf,16384", "-o", recording, "--", program, .. arguments]);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Assert.Skip($"perf cannot record here: {e.Message}");
        }

        return recording;
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static Dictionary<(uint Tid, ulong Time), List<ulong>> PerfChains(string recording)
    {
        var chains = new Dictionary<(uint, ulong), List<ulong>>();
        List<ulong> chain = [];
        foreach (var line in Tool.Lines("perf", "script", "-i", recording, "--ns", "--no-inline", "-F", "tid,time,ip"))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && words[1].EndsWith(':'))
            {
                var time = words[1][..^1].Split('.');
                chains[(uint.Parse(words[0], CultureInfo.InvariantCulture), ulong.Parse(time[0], CultureInfo.InvariantCulture) * 1_000_000_000 + ulong.Parse(time[1], CultureInfo.InvariantCulture))] = chain = [];
            }
            else if (words.Length >= 1 && ulong.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ip) && ip != ulong.MaxValue) // perf's mark of a truncated stack
            {
                chain.Add(ip);
            }
        }

        return chains;
    }

    /// <summary>What <c>--stacks pointers</c> keeps: words into executable mappings and into the stack from rsp up.</summary>
    private static byte[] Filter(ReadOnlySpan<byte> stack, in X64Registers registers, PerfData maps)
    {
        registers.TryGet(X64Registers.Rsp, out var rsp);
        var kept = new byte[stack.Length];
        for (var at = 0; at + 8 <= stack.Length; at += 8)
        {
            var word = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(stack[at..]);
            if (word - rsp < 8 << 20 || maps.TryFind(new Avma(word), out _))
                stack.Slice(at, 8).CopyTo(kept.AsSpan(at));
        }

        return kept;
    }
}
