using System.Globalization;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Kernel;
using TraceKit.Format.Perf;
using TraceKit.Format.Tracefs;

namespace TraceKit.Fuzz.Tests;

/// <summary>
/// Mutated real inputs for each reader: nothing but <see cref="BadDataException"/> may come out. A few thousand in every run; <c>TRACEKIT_FUZZ_COUNT</c> and
/// <c>TRACEKIT_FUZZ_SEED</c> ask for more and for others.
/// </summary>
public sealed class ReaderFuzzTests
{
    private static readonly int Count = Setting("TRACEKIT_FUZZ_COUNT", 2000);
    private static readonly int Seed = Setting("TRACEKIT_FUZZ_SEED", 1);

    /// An ELF file of this machine, its symbols, and its unwind tables.
    [Fact]
    public void Elf_Mutated_ThrowsOnlyBadData()
    {
        var file = File.ReadAllBytes("/bin/true");
        // Most of a file is code that no reader looks at: half of the inputs are damaged in their first kilobyte, where the headers are.
        Fuzz(file, 4, bytes => ReadElf(bytes));
        Fuzz(file.AsSpan(0, 1024).ToArray(), 4, head => ReadElf([.. head, .. file.AsSpan(1024)]));
    }

    /// The kernel's symbol list as text, and as the recording keeps it.
    [Fact]
    public void Kallsyms_Mutated_ThrowsOnlyBadData()
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"ffffffff81{i * 64:x6} {"TtDdBb"[i % 6]} function_{i % 37}_{i}{(i > 150 ? "\t[module]" : "")}\n"))));
        Fuzz(text, 1, bytes => Kallsyms.Parse(bytes).TryFind(new Avma(0xffffffff81000100), out _));
        var compact = new System.Buffers.ArrayBufferWriter<byte>();
        Kallsyms.Parse(text).WriteCompact(compact);
        Fuzz(compact.WrittenSpan.ToArray(), 1, bytes => Kallsyms.ReadCompact(bytes).TryFind(new Avma(0xffffffff81000100), out _));
    }

    /// What a runtime writes about its compiled code.
    [Fact]
    public void PerfMap_Mutated_ThrowsOnlyBadData()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 100).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"7f00{i * 4096:x8} {128 + i:x} void Größe.method{i}(int)\n"))));
        Fuzz(text, 1, bytes => PerfMap.Parse(bytes).TryFind(new Avma(0x7f0000001010), out _));
    }

    /// The kernel's description of an event, and a record of it printed.
    [Fact]
    public void EventFormat_Mutated_ThrowsOnlyBadData()
    {
        var text = Encoding.UTF8.GetBytes("""
            name: sched_switch
            ID: 314
            format:
            	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
            	field:int common_pid;	offset:4;	size:4;	signed:1;

            	field:char prev_comm[16];	offset:8;	size:16;	signed:0;
            	field:long prev_state;	offset:32;	size:8;	signed:1;
            	field:__data_loc char[] name;	offset:40;	size:4;	signed:0;
            	field:u32 words[2];	offset:44;	size:8;	signed:0;

            print fmt: "prev_comm=%s prev_state=%s%s name=\"%s\" %llu", REC->prev_comm, (REC->prev_state & ((0x0001 | 0x0002) + 1)) ? __print_flags(REC->prev_state & 3, "|", { 0x1, "S" }, { 0x2, "D" }) : "R", REC->prev_state & 0x100 ? "+" : "", __get_str(name), ((u64)REC->words[1]) >> 3

            """);
        var raw = new byte[80];
        new Random(Seed).NextBytes(raw);
        Fuzz(text, 1, bytes =>
        {
            var format = EventFormat.Parse(Encoding.UTF8.GetString(bytes));
            format.AppendText(new StringBuilder(), raw);
            foreach (var field in format.Fields)
            {
                field.TryReadInteger(raw, out _);
                field.TryReadText(raw, out _);
                field.TryReadElement(raw, 1, out _);
            }
        });
    }

    /// An event's attributes and records of it, as the kernel lays them out.
    [Fact]
    public void PerfRecords_Mutated_ThrowOnlyBadData()
    {
        var attr = new byte[136];
        new Random(Seed).NextBytes(attr);
        attr[4] = 136;
        attr[5] = attr[6] = attr[7] = 0;
        var record = new byte[512];
        new Random(Seed + 1).NextBytes(record);
        record[0] = 9;
        record[1] = record[2] = record[3] = 0;
        record[6] = 0;
        record[7] = 2;
        Fuzz([.. attr, .. record], 4, bytes =>
        {
            if (bytes.Length < 200 || !PerfEventAttr.TryRead(bytes, out var read) || read is null)
                return;
            var layout = new SampleLayout(read);
            if (PerfRecord.TryRead(bytes.AsSpan(136), out var one))
            {
                _ = PerfSample.TryParse(one, layout, out _);
                _ = Mmap2Record.TryParse(one, layout, out _);
                _ = CommRecord.TryParse(one, layout, out _);
                _ = ForkRecord.TryParse(one, layout, out _);
                _ = LostRecord.TryParse(one, layout, out _);
                _ = SampleId.TryRead(one, layout, out _);
            }
        });
    }

    /// Names that look mangled.
    [Theory]
    [InlineData("_ZNSt6vectorISt4pairIKSsiESaIS2_EE19_M_emplace_back_auxIJS2_EEEvDpOT_")]
    [InlineData("_ZZN2wl11sortAndFoldERNS_6RandomERSt6vectorImSaImEEENKUlmmE_clEmm")]
    [InlineData("_RNvMs0_NtCs5l0EXMQXRMU_4core3str9from_utf8INtNtB4_6option6OptionReEE3len")]
    [InlineData("_ZN4core3ptr85drop_in_place$LT$std..rt..lang_start$LT$$LP$$RP$$GT$..$u7b$$u7b$closure$u7d$$u7d$$GT$17h0123456789abcdefE")]
    public void Demangler_Mutated_NeverThrows(string name) =>
        Fuzz(Encoding.ASCII.GetBytes(name), 1, bytes => Demangler.TryDemangle(bytes, out _));

    private static void ReadElf(byte[] bytes)
    {
        var image = ElfImage.Parse(bytes, "mutated");
        var symbols = SymbolTable.Build(image);
        symbols.TryFind(new Svma(0x2000), out _);
        if (symbols.Count > 0)
            _ = symbols.Name(symbols.Count - 1);
        UnwindTable.Build(image).TryFind(new Svma(0x2000), out _);
    }

    internal static void Fuzz(byte[] whole, int cost, Action<byte[]> read)
    {
        var mutator = new Mutator(Seed);
        for (var i = 0; i < Math.Max(1, Count / cost); i++)
        {
            var bytes = mutator.Mutate(whole);
            try
            {
                read(bytes);
            }
            catch (BadDataException)
            {
                // The one exception that may come out.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"input {i} of seed {Seed} ({bytes.Length} bytes, base64 {Convert.ToBase64String(bytes.AsSpan(0, Math.Min(bytes.Length, 3000)))}): {e}", e);
            }
        }
    }

    internal static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
