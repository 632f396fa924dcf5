using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.Engine.DebugFiles;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Engine.Tests.DebugFiles;

/// <summary>zstd sections and XZ streams: what real tools write, damaged ones, bombs.</summary>
public class DecompressorTests
{
    /// <summary>Sections that objcopy compressed by zstd are what they were; without a decompressor they are refused by name.</summary>
    [Fact]
    public void ElfImage_ZstdSections_AsBefore()
    {
        DebugProgram.Need("gcc", "objcopy");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        if (ProgramRun.Start("objcopy", ["--compress-debug-sections=zstd", program, p.File("packed")]).ExitCode != 0)
            Assert.Skip("this objcopy has no zstd");
        ElfImage plain = ElfImage.Parse(File.ReadAllBytes(program), "plain"), packed = ElfImage.Parse(File.ReadAllBytes(p.File("packed")), "packed", Decompressor.Instance);
        foreach (var name in new[] { ".debug_info", ".debug_str", ".debug_line" })
            Assert.True(plain.TrySectionData(name, out var before) && packed.TrySectionData(name, out var after) && before.Span.SequenceEqual(after.Span), name);
        var bare = ElfImage.Parse(File.ReadAllBytes(p.File("packed")), "packed");
        Assert.Equal(BadDataCode.Unsupported, Assert.Throws<BadDataException>(() => bare.TrySectionData(".debug_info", out _)).Code);
    }

    /// <summary>.gnu_debugdata as distributions make it: the functions that .dynsym does not have are named again.</summary>
    [Fact]
    public void SymbolTable_DebugData_NamesJoined()
    {
        DebugProgram.Need("gcc", "objcopy", "nm", "xz");
        using var p = new DebugProgram();
        var program = p.Compile("prog", "-g");
        p.Run("objcopy", "-S", "--keep-symbol=hidden", program, p.File("mini"));
        p.Run("xz", "-k", p.File("mini"));
        p.Run("objcopy", "--strip-all", "--add-section", $".gnu_debugdata={p.File("mini.xz")}", program);
        var bytes = File.ReadAllBytes(program);
        Assert.False(SymbolTable.Build(ElfImage.Parse(bytes, "prog")).TryFindName("hidden"u8, out _));
        var table = SymbolTable.Build(ElfImage.Parse(bytes, "prog", Decompressor.Instance));
        Assert.True(table.TryFindName("hidden"u8, out var hidden) && hidden.Length > 0);
        Assert.True(table.TryFind(hidden.Start, out var found) && found.Index == hidden.Index);
    }

    /// <summary>Damage anywhere in an XZ stream or zstd frame: said, never thrown, never a result of another content.</summary>
    [Fact]
    public void Decompressor_FlippedBytes_FalseOrSame()
    {
        DebugProgram.Need("xz", "zstd");
        using var p = new DebugProgram();
        var content = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 60).Select(i => $"symbol number {i} ")));
        File.WriteAllBytes(p.File("c"), content);
        p.Run("xz", "-k", p.File("c"));
        p.Run("zstd", "-q", "--check", p.File("c"));
        byte[] xz = File.ReadAllBytes(p.File("c.xz")), zstd = File.ReadAllBytes(p.File("c.zst"));
        Assert.True(Decompressor.Instance.TryXz(xz, content.Length, out var whole) && whole.AsSpan().SequenceEqual(content));
        Assert.False(Decompressor.Instance.TryXz(xz, content.Length - 1, out _));
        var inflated = new byte[content.Length];
        Assert.True(Decompressor.Instance.TryZstd(zstd, inflated) && inflated.AsSpan().SequenceEqual(content));
        Assert.False(Decompressor.Instance.TryZstd(zstd, new byte[content.Length - 1]));
        Assert.False(Decompressor.Instance.TryZstd(zstd, new byte[content.Length + 1]));
        for (var at = 0; at < xz.Length; at++)
        {
            Decompressor.Instance.TryXz(xz.AsSpan(0, at), 1 << 20, out _);
            foreach (var flip in (ReadOnlySpan<byte>)[0xff, 1, 0x80])
            {
                xz[at] ^= flip;
                Decompressor.Instance.TryXz(xz, 1 << 20, out var result);
                Assert.True(result.Length <= 1 << 20);
                xz[at] ^= flip;
            }
        }

        for (var at = 0; at < zstd.Length; at++)
        {
            Assert.False(Decompressor.Instance.TryZstd(zstd.AsSpan(0, at), inflated));
            zstd[at] ^= 0xff;
            Assert.False(Decompressor.Instance.TryZstd(zstd, inflated) && !inflated.AsSpan().SequenceEqual(content));
            zstd[at] ^= 0xff;
        }
    }

    /// <summary>Bombs: a stream that makes gigabytes stops at the limit, a section that claims gigabytes is refused before anything is allocated.</summary>
    [Fact]
    public void Decompressor_Bombs_StopAtLimits()
    {
        DebugProgram.Need("xz", "zstd");
        using var p = new DebugProgram();
        File.WriteAllBytes(p.File("c"), new byte[64 << 20]);
        p.Run("xz", "-1", "-k", p.File("c"));
        p.Run("zstd", "-q", p.File("c"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(Decompressor.Instance.TryXz(File.ReadAllBytes(p.File("c.xz")), 1 << 20, out _));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 64 << 20, $"{allocated} bytes");

        var zstd = File.ReadAllBytes(p.File("c.zst"));
        foreach (var size in new[] { 64UL << 20, 1UL << 31, ulong.MaxValue })
        {
            var b = new ElfBuilder();
            b.AddSection(".debug_info", SHT_PROGBITS, SHF_COMPRESSED, 0, new ByteWriter().U32(ELFCOMPRESS_ZSTD).U32(0).U64(size).U64(1).U8(zstd).ToArray());
            var image = ElfImage.Parse(b.Build(), "bomb", Decompressor.Instance);
            if (size <= (ulong)zstd.Length * 1032 + 64)
                Assert.True(image.TrySectionData(".debug_info", out _));
            else
                Assert.Equal(BadDataCode.LimitExceeded, Assert.Throws<BadDataException>(() => image.TrySectionData(".debug_info", out _)).Code);
        }
    }
}
