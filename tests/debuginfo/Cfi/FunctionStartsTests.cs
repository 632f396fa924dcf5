using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Cfi;

/// <summary>Where functions begin, from FDEs assembled by hand; <see cref="ReadelfFramesTests"/> holds real files against readelf.</summary>
public class FunctionStartsTests
{
    /// <summary>At borders, in gaps, among FDEs that overlap, in both sections, and never where only the entry point is known.</summary>
    [Theory]
    [InlineData(0xfff, null)] // before all
    [InlineData(0x1000, null)] // the entry point has no FDE
    [InlineData(0x1020, 0x1020)]
    [InlineData(0x102f, 0x1020)]
    [InlineData(0x1030, 0x1030)] // unwinds as its neighbour
    [InlineData(0x103f, 0x1030)]
    [InlineData(0x1040, null)] // a gap
    [InlineData(0x1050, 0x1050)]
    [InlineData(0x1054, 0x1050)] // one within it is left out
    [InlineData(0x105a, 0x1058)] // covered by two
    [InlineData(0x1064, 0x1058)]
    [InlineData(0x1068, null)]
    [InlineData(0x1072, 0x1070)] // its program is damaged, but it begins there
    [InlineData(0x2000, 0x2000)] // .debug_frame
    [InlineData(0x20000000000, null)]
    public void FunctionStarts_TryFind_StartOfTheEntry(long pc, int? expected)
    {
        var eh = new CfiAssembler(CfiTestImage.EhFrameAddress).X64Cie().Fde(0x1030, 0x10).Fde(0x1020, 0x10).Fde(0x1050, 0x10).Fde(0x1058, 0x10).Fde(0x1052, 4).Fde(0x1080, 0).Fde(0, 0x10)
            .Fde(0x1070, 8, p => p.Raw(0x3f)).End().ToArray();
        var debug = new CfiAssembler(0, debugFrame: true).X64Cie("").Fde(0x1020, 0x10).Fde(0x2000, 8).ToArray();
        var starts = FunctionStarts.Build(ElfImage.Parse(CfiTestImage.Bytes(eh, debug, entry: 0x1000), "starts"));
        Assert.Equal(6, starts.Count);
        Assert.Equal(expected is { } start ? (true, (ulong)start) : (false, 0UL), (starts.TryFind(new Svma((ulong)pc), out var found), found.Value));
    }

    /// <summary>Cut anywhere or with any byte changed: what is still found lies at or before the address.</summary>
    [Fact]
    public void FunctionStarts_CutAndFlippedAtEveryByte_OnlyBadData()
    {
        var eh = new CfiAssembler(CfiTestImage.EhFrameAddress).X64Cie("zPLR").Fde(0x1000, 0x40, p => p.Advance(1).DefCfaOffset(16)).X64Cie("zRS").Fde(0x1100, 0x10).End().ToArray();
        Hostile.CutAndFlip(eh, bytes =>
        {
            var starts = FunctionStarts.Build(ElfImage.Parse(CfiTestImage.Bytes(bytes), "starts"));
            for (ulong pc = 0xff0; pc < 0x2010; pc += 4)
                Assert.True(!starts.TryFind(new Svma(pc), out var start) || start.Value <= pc);
        });
    }
}
