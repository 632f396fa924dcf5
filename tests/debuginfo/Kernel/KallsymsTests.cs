using System.Buffers;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.DebugInfo.Tests.Kernel;

public sealed class KallsymsTests
{
    private const string Text = """
        0000000000000000 A fixed_percpu_data
        ffffffff81000000 T startup_64
        ffffffff81000000 T _stext
        ffffffff81000000 T _text
        ffffffff81000010 t __pfx_do_one
        ffffffff81000020 t do_one
        ffffffff81000120 W weak_one.isra.0
        ffffffff82000000 D some_data
        ffffffff81000200 w weak_two
        ffffffffc0201000 t xfs_read	[xfs]
        ffffffffc0201080 t xfs_write	[xfs]
        ffffffffc0100000 T bpf_prog_6deef7357e7b4530	[bpf]
        """;

    /// <summary>The end of the code is not a function that all data behind it lie in.</summary>
    [Fact]
    public void TryFind_BehindTheEndOfCode_IsNothing()
    {
        var kallsyms = Kallsyms.Parse("ffffffff81000000 T last\nffffffff81000100 T _etext\nffffffff82000000 D __start_rodata\nffffffff83000000 T _sinittext\nffffffff83000100 T _einittext\n"u8);

        Assert.True(kallsyms.TryFind(new Avma(0xffffffff810000ff), out var symbol));
        Assert.Equal("last", symbol.Name);
        foreach (var address in new[] { 0xffffffff81000100, 0xffffffff82000010, 0xffffffff83000100 })
            Assert.False(kallsyms.TryFind(new Avma(address), out _));
        Assert.True(kallsyms.TryFind(new Avma(0xffffffff83000000), out _));
    }

    /// <summary>Sizes reach to the next symbol; what lies before the first one has no name.</summary>
    [Fact]
    public void TryFind_InsideFunction_GivesNameStartSizeModule()
    {
        var kallsyms = Kallsyms.Parse(Encoding.UTF8.GetBytes(Text));

        Assert.Equal(KallsymsState.Present, kallsyms.State);
        Assert.True(kallsyms.TryFind(new Avma(0xffffffff81000033), out var symbol));
        Assert.Equal(new KernelSymbol("do_one", new Avma(0xffffffff81000020), 0x100, "", 't'), symbol);
        Assert.True(kallsyms.TryFind(new Avma(0xffffffffc020107f), out symbol));
        Assert.Equal(("xfs_read", "xfs", 0x80UL), (symbol.Name, symbol.Module, symbol.Size));
        Assert.True(kallsyms.TryFind(new Avma(0xffffffffc0100001), out symbol));
        Assert.Equal(("bpf_prog_6deef7357e7b4530", "bpf"), (symbol.Name, symbol.Module));
        Assert.False(kallsyms.TryFind(new Avma(0xffffffff80ffffff), out _));
    }

    /// <summary>Of several names at one address perf 6.1 shows the one listed last (tried with <c>perf report --kallsyms</c>).</summary>
    [Fact]
    public void TryFind_Aliases_GivesTheLastListed()
    {
        var kallsyms = Kallsyms.Parse(Encoding.UTF8.GetBytes(Text));

        Assert.True(kallsyms.TryFind(new Avma(0xffffffff81000000), out var symbol));
        Assert.Equal("_text", symbol.Name);
        Assert.True(kallsyms.TryFindByName("_stext", out symbol));
        Assert.Equal(0xffffffff81000000, symbol.Start.Value);
        Assert.True(kallsyms.TryFindByName("__pfx_do_one", out _));
        Assert.False(kallsyms.TryFindByName("nothing", out _));
    }

    /// <summary>A module's last function does not reach over the gap to the next module, but to the end of the page after.</summary>
    [Fact]
    public void TryFind_PastTheLastOfAModule_FindsNothing()
    {
        var kallsyms = Kallsyms.Parse(Encoding.UTF8.GetBytes(Text));

        Assert.True(kallsyms.TryFind(new Avma(0xffffffff81001fff), out var symbol));
        Assert.Equal(("weak_two", 0x1e00UL), (symbol.Name, symbol.Size));
        Assert.False(kallsyms.TryFind(new Avma(0xffffffff81002000), out _));
    }

    /// <summary>With kernel.kptr_restrict every address reads as zero: no name may be made up from that.</summary>
    [Fact]
    public void Parse_AllAddressesZero_IsHiddenWithAReason()
    {
        var kallsyms = Kallsyms.Parse("0000000000000000 T _text\n0000000000000000 t do_one\n"u8);

        Assert.Equal((KallsymsState.Hidden, 0), (kallsyms.State, kallsyms.Count));
        Assert.Contains("kptr_restrict", kallsyms.Reason, StringComparison.Ordinal);
        Assert.False(kallsyms.TryFind(new Avma(0), out _));
        Assert.Equal(KallsymsState.Hidden, Kallsyms.ReadCompact(Compact(kallsyms)).State);
        Assert.Equal(KallsymsState.Empty, Kallsyms.Parse(default).State);
    }

    /// <summary>The compact form holds everything: symbol by symbol the same.</summary>
    [Fact]
    public void ReadCompact_OfWriteCompact_GivesTheSameSymbols()
    {
        var text = File.Exists("/proc/kallsyms") ? File.ReadAllBytes("/proc/kallsyms") : [];
        foreach (var kallsyms in new[] { Kallsyms.Parse(Encoding.UTF8.GetBytes(Text)), Kallsyms.Parse(text) })
        {
            var compact = Compact(kallsyms);
            var back = Kallsyms.ReadCompact(compact);

            Assert.Equal(kallsyms.Count, back.Count);
            for (var i = 0; i < kallsyms.Count; i++)
                Assert.Equal(kallsyms[i], back[i]);
            Assert.True(compact.AsSpan().SequenceEqual(Compact(back)));
        }
    }

    /// <summary>Cut or flipped at any byte, the compact form gives symbols or the one documented exception.</summary>
    [Fact]
    public void ReadCompact_HostileBytes_ThrowsOnlyBadData()
    {
        var compact = Compact(Kallsyms.Parse(Encoding.UTF8.GetBytes(Text)));
        for (var cut = 0; cut < compact.Length; cut++)
            Assert.Throws<BadDataException>(() => Kallsyms.ReadCompact(compact.AsMemory(0, cut)));
        for (var at = 0; at < compact.Length; at++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xff })
            {
                var bad = (byte[])compact.Clone();
                bad[at] ^= flip;
                try
                {
                    var read = Kallsyms.ReadCompact(bad);
                    for (var i = 0; i < read.Count; i++)
                        read.TryFind(read[i].Start, out _);
                }
                catch (BadDataException)
                {
                }

                try
                {
                    Kallsyms.ReadCompactNear(bad, [0xffffffff81000010, 0xffffffffc0000000]).TryFind(new Avma(0xffffffff81000010), out _);
                }
                catch (BadDataException)
                {
                }
            }
        }
    }

    /// <summary>Lines that are not of the form are passed over, whatever they hold.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("ffffffff81000000")]
    [InlineData("ffffffff81000000 T")]
    [InlineData("ffffffff81000000 T ")]
    [InlineData("ffffffff81000000ffffffff81000000 T name")]
    [InlineData("zzz T name")]
    [InlineData("ffffffff81000000 T $x")]
    [InlineData("ffffffff81000000 r name")]
    public void Parse_BadLine_IsPassedOver(string line) => Assert.Equal(0, Kallsyms.Parse(Encoding.UTF8.GetBytes(line)).Count);

    private static byte[] Compact(Kallsyms kallsyms)
    {
        var output = new ArrayBufferWriter<byte>();
        kallsyms.WriteCompact(output);
        return output.WrittenSpan.ToArray();
    }
}
