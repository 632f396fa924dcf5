using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.DebugInfo.Tests.Kernel;

public class KallsymsReadTests
{
    /// However the text is cut into pieces, the symbols are those of the whole.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(65536)]
    public void Read_InPieces_GivesWhatParseGives(int piece)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < 3000; i++)
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{0xffffffff81000000UL + ((ulong)i * 16):x16} {"tTwWdD"[i % 6]} name_{i}{(i % 5 == 0 ? "\t[module]" : "")}\n");
        var text = Encoding.UTF8.GetBytes(lines.ToString());
        var at = 0;
        var pieces = Kallsyms.Read(destination =>
        {
            var count = Math.Min(Math.Min(piece, destination.Length), text.Length - at);
            text.AsSpan(at, count).CopyTo(destination);
            at += count;
            return count;
        });
        var whole = Kallsyms.Parse(text);
        Assert.Equal(2000, whole.Count);
        Assert.Equal(whole.Count, pieces.Count);
        for (var i = 0; i < whole.Count; i++)
            Assert.Equal(whole[i], pieces[i]);
    }

    /// The packer, which never holds the symbols, gives what parsing and packing gives: names, modules, sizes, whatever the order of addresses.
    [Theory]
    [InlineData(3, true)]
    [InlineData(4096, false)]
    public void Packer_AnyOrder_GivesWhatParseGives(int piece, bool sorted)
    {
        var lines = new StringBuilder("not a line\n\n");
        for (var i = 0; i < 3000; i++)
        {
            var place = sorted ? i : (i * 7919) % 3000;
            var module = (i % 700) > 600 ? $"\t[module_{i / 700}]" : "";
            var address = 0xffffffff81000000UL + ((ulong)place * 16);
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{address:x16} t __pfx_name_{i}{module}\n{address + (i % 3 == 0 ? 0UL : 8UL):X16} {"tTwWdD"[i % 6]} name_{i}{module}\n");
        }

        lines.Append("ffffffff90000000 t __pfx___pfx_odd\nffffffff90000010 t __pfx_odd\nffffffff90000020 t odd\nffffffff90000030 t __pfx_alone");
        AssertSame(Encoding.UTF8.GetBytes(lines.ToString()), piece);
    }

    /// What is read for some addresses answers them as the whole list does, whatever the order, aliases and modules: and knows all modules.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ReadNear_SomeAddresses_AnsweredAsByAll(int seed)
    {
        var random = new Random(seed);
        var lines = new StringBuilder();
        for (var i = 0; i < 400; i++)
        {
            // Few places, so that many symbols share one, and some modules lie among others.
            var address = 0xffffffff81000000UL + ((ulong)random.Next(150) * 0x300);
            var module = random.Next(4) is > 0 and var m ? $"\t[module_{m}]" : "";
            if (random.Next(3) == 0)
                lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{address:x16} t __pfx_name_{i}{module}\n");
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{address:x16} {"tTwWdD"[i % 6]} name_{i}{module}\n");
        }

        var text = Encoding.UTF8.GetBytes(lines.ToString());
        var whole = Kallsyms.Parse(text);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        whole.WriteCompact(output);
        for (var round = 0; round < 50; round++)
        {
            var wanted = new SortedSet<ulong>();
            for (var n = random.Next(12); n >= 0; n--)
                wanted.Add(0xffffffff80fff000UL + (ulong)random.Next(160 * 0x300 + 0x1000));
            ulong[] addresses = [.. wanted];
            var near = Kallsyms.ReadNear(Pieces(text, 100), addresses);
            var compact = Kallsyms.ReadCompactNear(output.WrittenMemory, addresses);
            Assert.Equal(whole.Modules, near.Modules);
            Assert.Equal(whole.Modules, compact.Modules);
            foreach (var address in addresses)
            {
                var found = whole.TryFind(new Avma(address), out var expected);
                Assert.Equal(found, near.TryFind(new Avma(address), out var symbol));
                Assert.Equal(expected, symbol);
                Assert.Equal(found, compact.TryFind(new Avma(address), out symbol));
                Assert.Equal(expected, symbol);
            }
        }
    }

    /// The same of the running kernel's list.
    [Fact]
    public void ReadNear_RunningKernel_AnsweredAsByAll()
    {
        if (!File.Exists("/proc/kallsyms"))
            Assert.Skip("no /proc/kallsyms here");
        var text = File.ReadAllBytes("/proc/kallsyms");
        var whole = Kallsyms.Parse(text);
        if (whole.State != KallsymsState.Present)
            Assert.Skip(whole.Reason);
        var random = new Random(1);
        var wanted = new SortedSet<ulong>();
        for (var i = 0; i < 3000; i++)
            wanted.Add(whole.StartOf(random.Next(whole.Count)).Value + (ulong)random.Next(-40, 40));
        var near = Kallsyms.ReadNear(Pieces(text, 4096), [.. wanted]);
        Assert.Equal(whole.Modules, near.Modules);
        foreach (var address in wanted)
        {
            Assert.Equal(whole.TryFind(new Avma(address), out var expected), near.TryFind(new Avma(address), out var symbol));
            Assert.Equal(expected, symbol);
        }
    }

    /// A probe says what the whole text would say, and stops when it knows.
    [Theory]
    [InlineData("ffffffff81000000 T _text\nffffffff81000040 T _stext\n", "_stext", KallsymsState.Present, 0xffffffff81000040)]
    [InlineData("ffffffff81000000 T _text\n", "_stext", KallsymsState.Present, 0)]
    [InlineData("0000000000000000 T _text\n", "", KallsymsState.Hidden, 0)]
    [InlineData("ffffffff81000000 D data\n", "data", KallsymsState.Empty, 0)]
    public void Probe_Text_StateAndAddress(string text, string name, KallsymsState state, ulong address)
    {
        Assert.Equal(state, Kallsyms.Probe(Pieces(Encoding.UTF8.GetBytes(text), 3), name, out var found));
        Assert.Equal(address, found?.Value ?? 0);
    }

    private static Kallsyms.ReadPiece Pieces(byte[] text, int piece)
    {
        var at = 0;
        return destination =>
        {
            var count = Math.Min(Math.Min(piece, destination.Length), text.Length - at);
            text.AsSpan(at, count).CopyTo(destination);
            at += count;
            return count;
        };
    }

    /// The running kernel's own list, packed in one pass, is what parsing gives.
    [Fact]
    public void Packer_RunningKernel_GivesWhatParseGives()
    {
        if (!File.Exists("/proc/kallsyms"))
            Assert.Skip("no /proc/kallsyms here");
        AssertSame(File.ReadAllBytes("/proc/kallsyms"), 32768);
    }

    /// Hidden addresses and an empty list are said, not packed.
    [Theory]
    [InlineData("", KallsymsState.Empty)]
    [InlineData("0000000000000000 t a\n0000000000000000 T b\n", KallsymsState.Hidden)]
    public void Packer_NothingToFind_SaysWhy(string text, KallsymsState state)
    {
        var (_, back) = Pack(Encoding.UTF8.GetBytes(text), 10);
        Assert.Equal(state, back.State);
        Assert.Equal(0, back.Count);
    }

    private static void AssertSame(byte[] text, int piece)
    {
        var (packed, back) = Pack(text, piece);
        var whole = Kallsyms.Parse(text);
        Assert.Equal(whole.State, back.State);
        Assert.Equal(whole.Count, back.Count);
        for (var i = 0; i < whole.Count; i++)
            Assert.Equal(whole[i], back[i]);
        var again = new System.Buffers.ArrayBufferWriter<byte>();
        whole.WriteCompact(again);
        Assert.True(packed <= again.WrittenCount * 1.1, $"{packed} bytes, {again.WrittenCount} from the parsed list");
    }

    private static (int Bytes, Kallsyms Back) Pack(byte[] text, int piece)
    {
        var at = 0;
        var packer = KallsymsPacker.Read(destination =>
        {
            var count = Math.Min(Math.Min(piece, destination.Length), text.Length - at);
            text.AsSpan(at, count).CopyTo(destination);
            at += count;
            return count;
        });
        var output = new MemoryStream();
        packer.Write(bytes => output.Write(bytes));
        return ((int)output.Length, Kallsyms.ReadCompact(output.ToArray()));
    }
}
