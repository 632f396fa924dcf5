using System.Globalization;
using System.Runtime.CompilerServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Tests.Unwind;

/// <summary>Real AArch64 stacks, from a program that samples itself under qemu-user.</summary>
public sealed class Arm64LiveTests : IDisposable
{
    private const string SysRoot = "/usr/aarch64-linux-gnu";
    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-arm64-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// Without frame pointers, with them, with signed return addresses, and by clang: each stack reaches its root, and is what glibc's own backtrace() says of the
    /// interrupted code; also when only words that point into code or the stack are kept.
    /// </summary>
    [Theory]
    [InlineData("aarch64-linux-gnu-gcc", "-O2", "-fomit-frame-pointer")]
    [InlineData("aarch64-linux-gnu-gcc", "-O0", "-fno-omit-frame-pointer")]
    [InlineData("aarch64-linux-gnu-gcc", "-O2", "-mbranch-protection=standard")]
    [InlineData("clang", "--target=aarch64-linux-gnu", "-O2")]
    public void Arm64Unwinder_QemuProgram_AsBacktrace(string compiler, params string[] flags)
    {
        Tool.Need(compiler);
        Tool.Need("aarch64-linux-gnu-gcc"); // its libraries
        Tool.Need("qemu-aarch64-static");
        var program = Path.Combine(_folder, "a64");
        var samples = Path.Combine(_folder, "samples");
        var maps = Path.Combine(_folder, "maps");
        Tool.Run(compiler, [.. flags, "-funwind-tables", "-w", "-o", program, Path.Combine(Here(), "arm64.c")]);
        Tool.Run("qemu-aarch64-static", "-cpu", "max", "-L", SysRoot, program, samples, maps);
        var map = new Maps(maps);
        var data = File.ReadAllBytes(samples);
        var unwinder = new Arm64Unwinder();
        var frames = new Avma[256];
        var kept = new Avma[256];
        int count = 0, rooted = 0, frameCount = 0, different = 0;
        var detail = new List<string>();
        for (var at = 0; at < data.Length; count++)
        {
            var registers = default(Arm64Registers);
            for (var i = 0; i < Arm64Registers.Count; i++)
                registers.Set(i, U64(data, at + 8 * i));
            registers.TryGet(Arm64Registers.StackPointer, out var sp);
            int size = (int)U64(data, at + 33 * 8), expected = (int)U64(data, at + 34 * 8);
            var stack = data.AsSpan(at + 36 * 8, size);
            at += 36 * 8 + size;
            var result = unwinder.Unwind(new AddressSpaceId(1, 1), registers, new StackMemory(sp, stack), map, frames);
            frameCount += result.Count;
            rooted += result.Stop == UnwindStop.ReachedRoot ? 1 : 0;

            // backtrace() of the handler: itself, the signal frame's return, then the interrupted code.
            var wanted = Enumerable.Range(0, expected).Select(i => U64(data, at + 8 * i)).SkipWhile(a => a != registers.InstructionPointer.Value).ToList();
            at += expected * 8;
            var found = frames.Take(result.Count).Select(f => f.Value).ToList();
            if (!found.SequenceEqual(wanted))
            {
                different++;
                detail.Add($"{result.Stop}: {string.Join(' ', found.Select(map.Show))}, backtrace {string.Join(' ', wanted.Select(map.Show))}");
            }

            var filtered = Filter(stack, sp, map);
            var again = unwinder.Unwind(new AddressSpaceId(1, 1), registers, new StackMemory(sp, filtered, isFiltered: true), map, kept);
            Assert.Equal((result.Count, result.Stop), (again.Count, again.Stop));
            Assert.True(kept.AsSpan(0, again.Count).SequenceEqual(frames.AsSpan(0, result.Count)));
        }

        var summary = $"{count} stacks, {frameCount} frames, {rooted} to the root, {different} otherwise than backtrace()\n" + string.Join('\n', detail.Take(10));
        TestContext.Current.SendDiagnosticMessage(summary);
        Assert.True(count > 20, summary);
        Assert.True(rooted >= count * 95 / 100, summary);
        Assert.True(different <= count / 20, summary); // backtrace() goes wrong in epilogues that clang does not describe, and so do we, not always alike
    }

    private static byte[] Filter(ReadOnlySpan<byte> stack, ulong sp, Maps map)
    {
        var kept = new byte[stack.Length];
        for (var at = 0; at + 8 <= stack.Length; at += 8)
        {
            var word = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(stack[at..]);
            // Signed return addresses are kept by what is under the signature.
            if (word - sp < (ulong)stack.Length + 8192 || map.TryFind(new Avma(word & ((1UL << 48) - 1)), out _))
                stack.Slice(at, 8).CopyTo(kept.AsSpan(at));
        }

        return kept;
    }

    private static ulong U64(byte[] data, int at) => BitConverter.ToUInt64(data, at);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    /// <summary>Executable mappings, from /proc/self/maps.</summary>
    private sealed class Maps : IModuleMap
    {
        private readonly List<(ModuleMapping Mapping, string Path)> _mappings = [];

        public Maps(string file)
        {
            foreach (var line in File.ReadLines(file))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length < 5 || words[1][2] != 'x')
                    continue;
                var range = words[0].Split('-').Select(w => ulong.Parse(w, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
                var path = words.Length > 5 ? words[5] : "";
                var mapping = new ModuleMapping { Start = new Avma(range[0]), End = new Avma(range[1]) };
                if (File.Exists(path))
                {
                    var image = ElfImage.Parse(File.ReadAllBytes(path), path);
                    if (image.TryGetBias(mapping.Start, new FileOffset(ulong.Parse(words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture)), range[1] - range[0], out var bias))
                        mapping = mapping with { Table = UnwindTable.Build(image), Bias = bias };
                }

                _mappings.Add((mapping, Path.GetFileName(path)));
            }
        }

        public string Show(ulong address) => _mappings.FirstOrDefault(m => address >= m.Mapping.Start.Value && address < m.Mapping.End.Value) is { Path: not null } m ? $"{m.Path}+{address - m.Mapping.Bias:x}" : $"{address:x}";

        public bool TryFind(Avma address, out ModuleMapping mapping)
        {
            foreach (var (candidate, _) in _mappings)
            {
                if (address >= candidate.Start && address < candidate.End)
                {
                    mapping = candidate;
                    return true;
                }
            }

            mapping = default;
            return false;
        }
    }
}
