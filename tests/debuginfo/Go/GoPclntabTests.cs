using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Go;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Tests.Go;

/// <summary>Go's function table of real programs, against Go's own runtime, its DWARF and its CFI.</summary>
public class GoPclntabTests
{
    private const string Strip = "-ldflags=-s -w";

    public static TheoryData<string[]> Ways => new([""], [Strip], ["-buildmode=pie"], ["-buildmode=pie", Strip], ["-ldflags=-linkmode=external"], ["-buildmode=pie", "-ldflags=-linkmode=external -s -w"]);

    /// <summary>However a program was linked and stripped: for each of its addresses the innermost function, its entry, file and line as its own runtime says.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void GoPclntab_EveryAddressOfAProgram_AsItsRuntimeSays(string[] ways)
    {
        var path = Build(ways);
        var image = ElfImage.Parse(File.ReadAllBytes(path), path);
        var table = GoPclntab.TryOpen(image);
        Assert.NotNull(table);
        Assert.Equal("", table.MissingInlines);
        var main = FindByName(table, "main.main");
        var step = Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1" ? 1UL : 7;
        var lines = Tool.Lines(path, Hex(table.TextStart), Hex(table.TextEnd), Hex(new Svma(step)), Hex(main.Entry)).Select(l => l.Split('\t')).ToArray();
        Assert.True(lines.Length > 50_000, $"{lines.Length} lines");
        var addresses = lines.Select(l => new Svma(ulong.Parse(l[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture))).ToArray();
        var frames = new SourceFrames();
        table.Resolve(addresses, frames);
        var different = new List<string>();
        int inlined = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var chain = frames[i];
            inlined += chain.Length > 1 ? 1 : 0;
            table.TryFind(addresses[i], out var function);
            var ours = chain.IsEmpty ? "-" : $"{frames.Text(chain[0].Name)}\t{function.Entry.Value:x}\t{Place(frames, chain[0])}";
            // The runtime says "?" of what has no line, and nothing of the one function whose name stands at offset 0.
            var theirs = string.Join('\t', lines[i][1..]).Replace("\t?:0", "\t:0", StringComparison.Ordinal);
            if (theirs.StartsWith('\t'))
                theirs = "internal/cpu.Initialize" + theirs;
            if (ours != theirs)
                different.Add($"{lines[i][0]}: {ours}, the runtime says {theirs}");
        }

        Assert.True(inlined > 100, $"{inlined} addresses in inlined calls");
        Assert.True(different.Count == 0, $"{different.Count} of {lines.Length}:\n{string.Join('\n', different.Take(20))}");
        Assert.Equal(0, table.Damaged);
    }

    /// <summary>Whole inline chains as the program's DWARF has them, by llvm-symbolizer.</summary>
    [Fact]
    public void GoPclntab_InlineChains_AsLlvmSymbolizerReadsTheDwarf()
    {
        Tool.Need("llvm-symbolizer");
        var path = Build([""]);
        var table = GoPclntab.TryOpen(ElfImage.Parse(File.ReadAllBytes(path), path))!;
        var outer = FindByName(table, "main.outer");
        var addresses = Enumerable.Range(0, (int)(outer.End.Value - outer.Entry.Value)).Select(i => new Svma(outer.Entry.Value + (ulong)i)).ToArray();
        var frames = new SourceFrames();
        table.Resolve(addresses, frames);
        var blocks = Tool.Run("llvm-symbolizer", ["--functions=linkage", "--inlines", "-e", path, .. addresses.Select(a => Hex(a))]).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var longest = 0;
        for (var i = 0; i < addresses.Length; i++)
        {
            var ours = new List<string>();
            foreach (var frame in frames[i])
                ours.Add(frames.Text(frame.Name));
            var theirs = blocks[i].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where((_, line) => line % 2 == 0).ToArray();
            // Padding after the last instruction belongs to no DIE.
            if (theirs[0] == "??")
                continue;
            longest = Math.Max(longest, ours.Count);
            Assert.Equal(theirs, ours);
        }

        Assert.True(longest >= 4, "four > twice > add in outer");
    }

    /// <summary>The stack depths are those of .debug_frame, which the linker made from the same numbers, row by row.</summary>
    [Fact]
    public void GoPclntab_StackDepths_AsDebugFrame()
    {
        Tool.Need("readelf");
        var path = Build([""]);
        var table = GoPclntab.TryOpen(ElfImage.Parse(File.ReadAllBytes(path), path))!;
        int rows = 0;
        foreach (var line in Tool.Lines("readelf", "--debug-dump=frames-interp", path))
        {
            // 0000000000401000 rsp+8    c-8
            var w = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (w.Length < 3 || !w[1].StartsWith("rsp+", StringComparison.Ordinal) || !ulong.TryParse(w[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var address) || address == 0)
                continue;
            rows++;
            Assert.True(table.TryFind(new Svma(address), out var function), line);
            Assert.True(table.TryStackDepth(function, new Svma(address), out var depth), line);
            Assert.Equal(int.Parse(w[1][4..], CultureInfo.InvariantCulture), depth + 8);
        }

        Assert.True(rows > 4000, $"{rows} rows");
    }

    /// <summary>A stripped program unwinds and has names: the table stands in for .debug_frame and .symtab.</summary>
    [Fact]
    public void UnwindTable_StrippedGo_HasRowsAndEnds()
    {
        var path = Build([Strip]);
        var image = ElfImage.Parse(File.ReadAllBytes(path), path);
        var table = GoPclntab.TryOpen(image)!;
        var unwind = UnwindTable.Build(image);
        var symbols = SymbolTable.Build(image);
        var outer = FindByName(table, "main.outer");
        Assert.True(symbols.TryFind(new Svma(outer.Entry.Value + 3), out var symbol));
        Assert.Equal("main.outer", symbols.Name(symbol.Index));
        Assert.True(unwind.TryFind(outer.Entry, out var rule));
        Assert.Equal((UnwindRuleKind.Frame, (byte)7, 8, 0UL), (rule.Kind, rule.CfaRegister, rule.CfaOffset, rule.Saved));
        Assert.True(table.TryStackDepth(outer, new Svma(outer.Entry.Value + 60), out var depth) && depth > 0);
        Assert.True(unwind.TryFind(new Svma(outer.Entry.Value + 60), out rule));
        Assert.Equal((depth + 8, 0x200UL), (rule.CfaOffset, rule.Saved));
        foreach (var name in (string[])["runtime.goexit", "runtime.mstart", "runtime.systemstack"])
        {
            Assert.True(unwind.TryFind(FindByName(table, name).Entry, out rule), name);
            Assert.Equal(UnwindRuleKind.EndOfStack, rule.Kind);
        }
    }

    /// <summary>From the ranges that a recording keeps, the same answers as from the file; without the trees the same names and a reason.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void GoSnapshotParts_Ranges_AnswerAsTheFile(string[] ways)
    {
        var path = Build(ways);
        var file = File.ReadAllBytes(path);
        var whole = ElfImage.Parse(file, path);
        var table = GoPclntab.TryOpen(whole)!;
        var headers = ElfHeaderReader.Read(Read(file), (ulong)file.Length, path);
        var addresses = new List<Svma>();
        for (var address = table.TextStart.Value; address < table.TextEnd.Value; address += 61)
            addresses.Add(new Svma(address));
        var expected = Chains(table, addresses);
        foreach (var inlines in (ReadOnlySpan<bool>)[true, false])
        {
            var parts = GoSnapshotParts.Find(headers, Read(file), inlines);
            var bytes = parts.Sum(p => (long)p.Length);
            TestContext.Current.SendDiagnosticMessage($"{string.Join(' ', ways)} inlines {inlines}: {parts.Length} ranges, {bytes} of {file.Length} bytes");
            Assert.True(bytes < file.Length / 2, $"{bytes} of {file.Length}");
            var extents = new List<FileExtent>();
            ulong end = 0;
            foreach (var part in ElfSnapshotPlan.Create(headers, ElfSnapshotParts.None).Concat(parts).OrderBy(p => p.Offset.Value).ThenByDescending(p => p.Length))
            {
                var from = Math.Max(end, part.Offset.Value);
                var to = part.Offset.Value + part.Length;
                if (from >= to)
                    continue;
                extents.Add(new FileExtent(new FileOffset(from), file.AsMemory((int)from, (int)(to - from))));
                end = to;
            }

            var snapshot = GoPclntab.TryOpen(ElfImage.Parse(new SparseImage((ulong)file.Length, [.. extents]), path));
            Assert.NotNull(snapshot);
            Assert.Equal(table.TextStart, snapshot.TextStart);
            if (inlines)
            {
                Assert.Equal("", snapshot.MissingInlines);
                Assert.Equal(expected, Chains(snapshot, addresses));
            }
            else
            {
                Assert.Equal(expected.Select(c => c.Split(" < ")[^1].Split(' ')[0]), Chains(snapshot, addresses).Select(c => c.Split(" < ")[^1].Split(' ')[0]));
            }
        }
    }

    /// <summary>A C program has no such table.</summary>
    [Fact]
    public void GoPclntab_NotGo_IsNull()
    {
        foreach (var file in Tool.SystemFiles().Take(3))
        {
            var image = ElfImage.Parse(File.ReadAllBytes(file), file);
            Assert.Null(GoPclntab.TryOpen(image));
            Assert.Empty(GoSnapshotParts.Find(image, Read(File.ReadAllBytes(file)), inlines: true));
        }
    }

    private static List<string> Chains(GoPclntab table, List<Svma> addresses)
    {
        var frames = new SourceFrames();
        table.Resolve([.. addresses], frames);
        var chains = new List<string>();
        for (var i = 0; i < addresses.Count; i++)
        {
            var chain = new List<string>();
            foreach (var frame in frames[i])
                chain.Add($"{frames.Text(frame.Name)} {Place(frames, frame)}");
            chains.Add(string.Join(" < ", chain));
        }

        return chains;
    }

    private static ReadAt Read(byte[] file) => (offset, destination) =>
    {
        if (offset > (ulong)file.Length || (ulong)destination.Length > (ulong)file.Length - offset)
            return false;
        file.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    };

    private static GoFunction FindByName(GoPclntab table, string name)
    {
        for (var i = 0; i < table.Count; i++)
        {
            var function = table[i];
            if (table.Name(function) == name)
                return function;
        }

        Assert.Fail($"no {name}");
        return default;
    }

    private static string Place(SourceFrames frames, SourceFrame frame) => $"{frames.Text(frame.File)}:{frame.Line}";

    private static string Hex(Svma address) => $"0x{address.Value:x}";

    private static string Build(string[] ways)
    {
        if (ways.Any(w => w.Contains("external", StringComparison.Ordinal)))
            Tool.Need("gcc");
        return GoPrograms.Build([.. ways.Where(w => w.Length > 0)]);
    }
}
