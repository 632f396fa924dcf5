using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Go;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Tests.Go;

/// <summary>Each layout of Go's function table, from bytes laid out by hand.</summary>
public class GoLayoutTests
{
    /// <summary>All four layouts, 64 and 32 bits, both byte orders: the same functions, lines, inlined call and stack depths.</summary>
    [Theory]
    [CombinatorialLayouts]
    public void GoPclntab_EachLayout_SaysTheSame(string version, bool is64, bool bigEndian)
    {
        var table = GoPclntab.TryOpen(ElfImage.Parse(new GoTableBuilder(version, is64, bigEndian).Build(), "program"));
        Assert.NotNull(table);
        Assert.Equal(("", 2, "Go" + version.Replace(".", "", StringComparison.Ordinal)), (table.MissingInlines, table.Count, table.Version.ToString()));
        Assert.Equal((0x401000UL, 0x401060UL), (table.TextStart.Value, table.TextEnd.Value));
        Assert.Equal(["main.main /src/main.go:10"], Chain(table, 0x401000));
        Assert.Equal(["main.g /src/g.go:77", "main.main /src/main.go:10"], Chain(table, 0x401012));
        Assert.Equal(["main.main /src/main.go:11"], Chain(table, 0x40103f));
        Assert.Equal(["main.f /src/main.go:20"], Chain(table, 0x401040));
        Assert.Empty(Chain(table, 0x401060));
        Assert.Empty(Chain(table, 0x400fff));
        Assert.True(table.TryFind(new Svma(0x401020), out var main));
        Assert.Equal(version == "1.20" ? 9u : 0u, main.StartLine);
        foreach (var (offset, depth) in (ReadOnlySpan<(ulong, int)>)[(0, 0), (8, 24), (0x37, 24), (0x38, 0)])
        {
            Assert.True(table.TryStackDepth(main, new Svma(0x401000 + offset), out var found));
            Assert.Equal(depth, found);
        }
    }

    /// <summary>Rows for the unwinder: CFA, saved rbp, and the end where the flag says so.</summary>
    [Fact]
    public void UnwindTable_GoRows_DepthsAndEnd()
    {
        var unwind = UnwindTable.Build(ElfImage.Parse(new GoTableBuilder("1.20").Build(), "program"));
        Assert.True(unwind.TryFind(new Svma(0x401004), out var rule));
        Assert.Equal((UnwindRuleKind.Frame, 8, 0UL), (rule.Kind, rule.CfaOffset, rule.Saved));
        Assert.True(unwind.TryFind(new Svma(0x401020), out rule));
        Assert.Equal((UnwindRuleKind.Frame, 32, 0x200UL), (rule.Kind, rule.CfaOffset, rule.Saved));
        Assert.True(unwind.TryFind(new Svma(0x401041), out rule));
        Assert.Equal(UnwindRuleKind.EndOfStack, rule.Kind);
    }

    /// <summary>Where the module data cannot be found, names and lines remain, and the reason is said.</summary>
    [Theory]
    [InlineData("1.18")]
    [InlineData("1.20")]
    public void GoPclntab_WithoutModuleData_NamesAndAReason(string version)
    {
        var table = GoPclntab.TryOpen(ElfImage.Parse(new GoTableBuilder(version) { WithModuleData = false }.Build(), "program"))!;
        Assert.Equal("runtime.firstmoduledata was not found", table.MissingInlines);
        Assert.Equal(["main.main /src/g.go:77"], Chain(table, 0x401012));
    }

    /// <summary>Cut anywhere, any byte changed: only the room's own exception, and the builders of names and rows go on without the table.</summary>
    [Theory]
    [InlineData("1.2")]
    [InlineData("1.16")]
    [InlineData("1.18")]
    [InlineData("1.20")]
    public void GoPclntab_Damaged_OnlyBadData(string version) => Hostile.CutAndFlip(new GoTableBuilder(version).Build(), bytes =>
    {
        var image = ElfImage.Parse(bytes, "program");
        _ = SymbolTable.Build(image);
        _ = UnwindTable.Build(image);
        if (GoPclntab.TryOpen(image) is not { } table)
            return;
        Svma[] addresses = [.. Enumerable.Range(0, 0x70).Select(i => new Svma(0x401000 + (ulong)i))];
        table.Resolve(addresses, new SourceFrames());
        GoSnapshotParts.Find(image, (offset, destination) =>
        {
            if (offset > (ulong)bytes.Length || (ulong)destination.Length > (ulong)bytes.Length - offset)
                return false;
            bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
            return true;
        }, inlines: true);
    });

    private static List<string> Chain(GoPclntab table, ulong address)
    {
        var frames = new SourceFrames();
        table.Resolve([new Svma(address)], frames);
        var chain = new List<string>();
        foreach (var frame in frames[0])
            chain.Add($"{frames.Text(frame.Name)} {frames.Text(frame.File)}:{frame.Line}");
        return chain;
    }

    private sealed class CombinatorialLayoutsAttribute : Xunit.v3.DataAttribute
    {
        public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(System.Reflection.MethodInfo testMethod, Xunit.Sdk.DisposalTracker disposalTracker)
        {
            var rows = new List<ITheoryDataRow>();
            foreach (var version in (string[])["1.2", "1.16", "1.18", "1.20"])
            {
                foreach (var is64 in (bool[])[true, false])
                {
                    foreach (var bigEndian in (bool[])[false, true])
                        rows.Add(new TheoryDataRow(version, is64, bigEndian));
                }
            }

            return new(rows);
        }

        public override bool SupportsDiscoveryEnumeration() => true;
    }
}
