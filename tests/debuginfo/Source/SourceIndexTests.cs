using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Source;
using TraceKit.DebugInfo.Tests.Dwarf;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Tests.Dwarf.DwarfTestData;

namespace TraceKit.DebugInfo.Tests.Source;

/// <summary>The source index by hand; <see cref="DwarfOracleTests"/> holds those of real programs against llvm-symbolizer.</summary>
public class SourceIndexTests
{
    /// <summary>Every address around every boundary is answered as DWARF answers it: overlaps, gaps, units without addresses, hints, inlining, no lines.</summary>
    [Fact]
    public void SourceIndex_EveryAddress_AsDwarf()
    {
        var dwarf = Sample().Open();
        var index = SourceIndex.Read(SourceIndex.Build(dwarf, []));
        var addresses = Enumerable.Range(0x0ff0, 0x1100).Select(a => new Svma((ulong)a)).ToArray();
        SourceFrames ours = new(), theirs = new();
        dwarf.Resolve(addresses, theirs);
        index.Resolve(addresses, ours);
        for (var i = 0; i < addresses.Length; i++)
            Assert.True(Chain(theirs, i) == Chain(ours, i), $"{addresses[i]}: {Chain(ours, i)}, DWARF {Chain(theirs, i)}");
        Assert.Equal("inner@one.c:1 < outer:70000:9", index.Chain(0x1044));
        Assert.Equal("-", index.Chain(ulong.MaxValue));
        Assert.Equal("-", index.Chain(0));
        Assert.Equal(0, index.DamagedAnswers);
    }

    /// <summary>Only units that are asked for are kept; their other addresses are answered, too.</summary>
    [Fact]
    public void Build_SomeAddresses_TheirUnitsOnly()
    {
        var dwarf = Sample().Open();
        var index = SourceIndex.Read(SourceIndex.Build(dwarf, [new Svma(0x1100), new Svma(0x1fff)]));
        Assert.Equal(["b", "b", "-"], new ulong[] { 0x1100, 0x1108, 0x1044 }.Select(index.Chain));
        Assert.Equal("-", SourceIndex.Read(SourceIndex.Build(dwarf, [new Svma(0x1fff)])).Chain(0x1100));
    }

    /// <summary>The same input makes the same bytes.</summary>
    [Fact]
    public void Build_Twice_SameBytes() => Assert.Equal(SourceIndex.Build(Sample().Open(), []), SourceIndex.Build(Sample().Open(), []));

    /// <summary>One reader answers into several frames; texts are numbered anew in each.</summary>
    [Fact]
    public void Resolve_IntoOtherFrames_TextsOfTheirOwn()
    {
        var index = SourceIndex.Read(SourceIndex.Build(Sample().Open(), []));
        SourceFrames first = new(), second = new();
        second.Intern("something before");
        index.Resolve([new Svma(0x1100)], first);
        index.Resolve([new Svma(0x1044), new Svma(0x1100)], second);
        index.Resolve([new Svma(0x1044)], first);
        Assert.Equal(("b", "inner@one.c:1 < outer:70000:9", "b", "inner@one.c:1 < outer:70000:9"), (Chain(first, 0), Chain(second, 0), Chain(second, 1), Chain(first, 1)));
    }

    /// <summary>Cut anywhere or with any byte changed: refused at the door or answered, never anything else.</summary>
    [Fact]
    public void SourceIndex_CutAndFlippedAtEveryByte_OnlyBadData()
    {
        var good = SourceIndex.Build(Sample().Open(), []);
        Assert.True(good.Length < 4096, $"{good.Length} bytes");
        var addresses = Enumerable.Range(0x3f8, 0x440).Select(a => new Svma((ulong)a * 4)).ToArray();
        var frames = new SourceFrames();
        Hostile.CutAndFlip(good, bad =>
        {
            frames.Clear();
            SourceIndex.Read(bad).Resolve(addresses, frames);
            Assert.Equal(addresses.Length, frames.Count);
        });
    }

    /// <summary>FORMAT.md's worked example is what the writer makes, byte for byte.</summary>
    [Fact]
    public void SourceIndex_WorkedExample_AsInFormatMd()
    {
        var inlined = Function("g");
        var b = new DwarfBuilder();
        b.Sections[".debug_line"] = new LineProgramBuilder { Version = 4, Tables = new ByteWriter().U8(0).CString("/a.c").U8(0, 0, 0, 0).ToArray() }.Address(0x1000).Row(0).Row(1, 8).End(8).Build();
        b.Unit(4, Unit("a.c", 0x1000, 0x10).With(DW_AT.stmt_list, DW_FORM.sec_offset, 0).Add(inlined, Function("f", 0x1000, 0x10).Add(Inlined(inlined, 0x1004, 4, 7))));
        var bytes = SourceIndex.Build(b.Open(), []);
        var page = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "FORMAT.md"));
        var block = page[page.IndexOf("## 13. Source index", StringComparison.Ordinal)..].Split("```")[1];
        Assert.Equal(string.Join(' ', bytes.Select(v => v.ToString("x2", null))), string.Join(' ', block.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(["f@/a.c:1", "g@/a.c:1 < f:7:9", "f@/a.c:2", "-"], new ulong[] { 0x1000, 0x1004, 0x1008, 0x1010 }.Select(SourceIndex.Read(bytes).Chain));
    }

    private static DwarfBuilder Sample()
    {
        var b = new DwarfBuilder();
        var inner = Function("inner");
        b.Sections[".debug_line"] = new LineProgramBuilder { Version = 4 }.Address(0x1040).Row(0, 1).Row(4, 20).Row(4, 3).End(8).Build();
        b.Unit(4, Unit("a.c", 0x1000, 0x100).With(DW_AT.stmt_list, DW_FORM.sec_offset, 0).Add(inner, Function("outer", 0x1020, 0x40).Add(Inlined(inner, 0x1044, 4, 70000), Inlined(inner, 0x104a, 1, 5))));
        b.Unit(4, Unit("b.c", 0x1100, 0x20).Add(Function("b", 0x1100, 0x10)));
        b.Unit(4, Unit("over.c", 0x1110, 0x40).Add(Function("over", 0x1108, 0x18)));
        b.Unit(4, Unit("none.c").Add(Function("far", 0x1200, 0x10), Function("beneath", 0x1100, 0x80)));
        for (var i = 0; i < 60; i++) // more than a block
            b.Unit(4, Unit($"{i}.c", 0x1400 + (ulong)i * 8, 8).Add(Function($"f{i % 7}", 0x1400 + (ulong)i * 8, 4 + (ulong)i % 3)));
        return b;
    }
}
