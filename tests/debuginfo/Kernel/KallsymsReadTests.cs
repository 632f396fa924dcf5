using System.Text;
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
