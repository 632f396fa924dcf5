using System.Text;
using CsCheck;
using TraceKit.Binary;
using TraceKit.DebugInfo.Jit;

namespace TraceKit.DebugInfo.Tests.Jit;

public sealed class PerfMapTests
{
    /// <summary>The rest of the line is the name; gaps have none.</summary>
    [Fact]
    public void TryFind_NameWithSpaces_IsWhole()
    {
        var map = Parse("7f0010 20 void Foo::bar(int, long)[Tier1]\n0x7f0100 0x8 Interpreter\r\n");

        Assert.True(map.TryFind(new Avma(0x7f002f), out var symbol));
        Assert.Equal(new JitSymbol("void Foo::bar(int, long)[Tier1]", new Avma(0x7f0010), 0x20), symbol);
        Assert.False(map.TryFind(new Avma(0x7f0030), out _));
        Assert.False(map.TryFind(new Avma(0x7f000f), out _));
        Assert.True(map.TryFind(new Avma(0x7f0107), out symbol));
        Assert.Equal("Interpreter", symbol.Name);
    }

    /// <summary>A compiler reuses freed memory: the newest line is what runs there now.</summary>
    [Fact]
    public void Parse_Overlap_TheLatestWins()
    {
        var map = Parse("100 100 old\n140 20 new\n180 10 newer\n300 10 same\n300 10 again\n");

        Assert.Equal(
            ["old@100+40", "new@140+20", "old@160+20", "newer@180+10", "old@190+70", "again@300+10"],
            Enumerable.Range(0, map.Count).Select(i => $"{map[i].Name}@{map[i].Start.Value:x}+{map[i].Size:x}"));
        Assert.Equal(2, map.OverlappedLines);
    }

    /// <summary>The file may be caught in the middle of a write, or hold anything at all: bad lines are counted, good ones kept.</summary>
    [Fact]
    public void Parse_BadLines_AreCounted()
    {
        var map = Parse("100 10 good\n\nnot a line\n200\n200 10\n200 10 \n0 0 empty\nffffffffffffffff 2 wraps\n11112222333344445 1 long\n300 4 cut");

        Assert.Equal((2, 7), (map.Count, map.BadLines));
    }

    /// <summary>Whatever the lines, each byte has the newest line that claims it: compared with the plain definition.</summary>
    [Fact]
    public void Parse_AnyLines_AgreesWithTheDefinition() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[1, 20]).List[0, 30].Sample(lines =>
        {
            var map = Parse(string.Join('\n', lines.Select((l, i) => $"{l.Item1:x} {l.Item2:x} n{i}")));
            for (var address = 0; address < 90; address++)
            {
                var expected = lines.FindLastIndex(l => l.Item1 <= address && address < l.Item1 + l.Item2);
                var found = map.TryFind(new Avma((ulong)address), out var symbol);
                Assert.Equal(expected < 0 ? "none" : $"n{expected}", found ? symbol.Name : "none");
            }
        });

    private static PerfMap Parse(string text) => PerfMap.Parse(Encoding.UTF8.GetBytes(text));
}
