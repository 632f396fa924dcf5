using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Tests.Elf;

/// <summary>Symbols, PLT names and build-ids against binutils.</summary>
public class SymbolOracleTests
{
    /// <summary>At the start of every sized function that readelf lists, the table finds one of the names it lists there, with that size.</summary>
    [Fact]
    public void SymbolTable_SystemLibraries_EveryFunctionAsReadelf()
    {
        Tool.Need("readelf");
        long count = 0;
        var differences = new List<string>();
        foreach (var file in Tool.SystemFiles(Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1"))
        {
            var table = SymbolTable.Build(ElfImage.Parse(File.ReadAllBytes(file), file));
            var listed = new Dictionary<ulong, HashSet<(string Name, ulong Size)>>();
            foreach (var line in Tool.Lines("readelf", "-sW", file))
            {
                //    Num:    Value          Size Type    Bind   Vis      Ndx Name
                var w = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (w.Length < 8 || w[3] is not ("FUNC" or "IFUNC") || w[6] is "UND" or "ABS")
                    continue;
                var size = w[2].StartsWith("0x", StringComparison.Ordinal) ? ulong.Parse(w[2][2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : ulong.Parse(w[2], CultureInfo.InvariantCulture);
                var address = ulong.Parse(w[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (!listed.TryGetValue(address, out var there))
                    listed[address] = there = [];
                // readelf appends the version: name@@VERSION, name@VERSION.
                var at = w[7].IndexOf('@', 1);
                there.Add((at > 0 ? w[7][..at] : w[7], size));
            }

            foreach (var (address, names) in listed)
            {
                if (names.All(n => n.Size == 0))
                    continue;
                count++;
                if (!table.TryFind(new Svma(address), out var symbol))
                    differences.Add($"{file} 0x{address:x}: nothing, readelf {string.Join(' ', names)}");
                else if (symbol.Start.Value != address || !names.Contains((table.Name(symbol.Index).Split('@')[0], symbol.Length)))
                    differences.Add($"{file} 0x{address:x}: {table.Name(symbol.Index)} 0x{symbol.Start.Value:x}+{symbol.Length}, readelf {string.Join(' ', names)}");
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{count} functions, {differences.Count} differences");
        Assert.True(count > 0, "no file to compare");
        Assert.True(differences.Count == 0, $"{differences.Count} of {count}:\n{string.Join('\n', differences.Take(30))}");
    }

    /// <summary>Every stub that objdump labels name@plt has that name in the table.</summary>
    [Fact]
    public void SymbolTable_SystemLibraries_PltNamesAsObjdump()
    {
        Tool.Need("objdump");
        long count = 0;
        var differences = new List<string>();
        foreach (var file in Tool.SystemFiles())
        {
            var table = SymbolTable.Build(ElfImage.Parse(File.ReadAllBytes(file), file));
            foreach (var section in (string[])[".plt", ".plt.sec", ".plt.got"])
            {
                foreach (var line in Tool.Lines("objdump", "-d", "-j", section, file))
                {
                    // 0000000000001030 <printf@plt>:
                    if (!line.EndsWith("@plt>:", StringComparison.Ordinal))
                        continue;
                    var address = ulong.Parse(line[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    var name = line[18..^2];
                    count++;
                    var found = table.TryFind(new Svma(address), out var symbol) ? table.Name(symbol.Index) : "(nothing)";
                    if (found != name && !(found.StartsWith("*ABS*", StringComparison.Ordinal) && name.StartsWith("*ABS*", StringComparison.Ordinal)))
                        differences.Add($"{file} 0x{address:x}: {found}, objdump {name}");
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{count} stubs, {differences.Count} differences");
        Assert.True(count > 0, "no stub to compare");
        Assert.True(differences.Count == 0, $"{differences.Count} of {count}:\n{string.Join('\n', differences.Take(30))}");
    }

    /// <summary>Build-id, machine and sections as readelf prints them.</summary>
    [Fact]
    public void ElfImage_SystemLibraries_BuildIdAndSectionsAsReadelf()
    {
        Tool.Need("readelf");
        foreach (var file in Tool.SystemFiles())
        {
            var image = ElfImage.Parse(File.ReadAllBytes(file), file);
            var buildId = Tool.Lines("readelf", "-nW", file).FirstOrDefault(l => l.Contains("Build ID: ", StringComparison.Ordinal))?.Split(": ")[1].Trim() ?? "";
            Assert.Equal(buildId, Convert.ToHexStringLower(image.BuildId.Span));
            var names = Tool.Lines("readelf", "-SW", file).Where(l => l.StartsWith("  [", StringComparison.Ordinal) && !l.Contains("[Nr]", StringComparison.Ordinal))
                .Select(l => l[7..].Split(' ')[0]).ToArray();
            Assert.Equal(names, image.Sections.ToArray().Select(s => s.Name));
        }
    }

    /// <summary>A snapshot gives the same symbols and the same unwind rows as the file, and is much smaller.</summary>
    [Fact]
    public void ElfSnapshotPlan_SystemLibraries_SnapshotEqualsFile()
    {
        var files = 0;
        foreach (var file in Tool.SystemFiles())
        {
            files++;
            var bytes = File.ReadAllBytes(file);
            var reads = 0;
            ulong readBytes = 0;
            bool Read(ulong offset, Span<byte> destination)
            {
                reads++;
                readBytes += (ulong)destination.Length;
                return offset <= (ulong)bytes.Length && bytes.AsSpan((int)offset)[..destination.Length].TryCopyTo(destination);
            }

            var headers = ElfHeaderReader.Read(Read, (ulong)bytes.Length, file);
            Assert.True(reads < 24 && readBytes < 64 << 10, $"{file}: {reads} reads, {readBytes} bytes");
            var plan = ElfSnapshotPlan.Create(headers, ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind | ElfSnapshotParts.Probes);
            var image = ElfImage.Parse(new SparseImage((ulong)bytes.Length, [.. plan.Select(e => new FileExtent(e.Offset, bytes.AsMemory((int)e.Offset.Value, (int)e.Length)))]), file);
            var whole = ElfImage.Parse(bytes, file);
            Assert.Equal(Convert.ToHexString(whole.BuildId.Span), Convert.ToHexString(headers.BuildId.Span));
            Assert.Equal(Convert.ToHexString(whole.BuildId.Span), Convert.ToHexString(image.BuildId.Span));
            Assert.Equal(whole.DebugLink?.FileName, headers.DebugLink?.FileName);
            SymbolTable a = SymbolTable.Build(whole), b = SymbolTable.Build(image);
            Assert.Equal(a.Count, b.Count);
            for (var i = 0; i < a.Count; i++)
                Assert.True(a[i].Start == b[i].Start && a[i].Length == b[i].Length && a.NameBytes(i).SequenceEqual(b.NameBytes(i)), $"{file}: symbol {i}");
            DebugInfo.Cfi.UnwindTable ta = DebugInfo.Cfi.UnwindTable.Build(whole), tb = DebugInfo.Cfi.UnwindTable.Build(image);
            Assert.Equal(ta.Count, tb.Count);
            for (var i = 0; i < ta.Count; i++)
                Assert.True(ta.Row(i, out var pa).Equals(tb.Row(i, out var pb)) && pa == pb, $"{file}: row {i}");
            Assert.True(image.Image.PresentBytes < (ulong)bytes.Length, file);
        }

        Assert.True(files > 0, "no file to compare");
    }

    /// <summary>A bound leaves out whole sections, source lines before code, code before unwinding tables, those before symbols, and names them.</summary>
    [Fact]
    public void ElfSnapshotPlan_Bounded_LeavesOutTheLeastImportant()
    {
        var file = Tool.SystemFiles().FirstOrDefault(f => f.EndsWith("libz.so.1", StringComparison.Ordinal));
        if (file is null)
            Assert.Skip("no libz.so.1");
        var image = ElfImage.Parse(File.ReadAllBytes(file), file);
        const ElfSnapshotParts Parts = ElfSnapshotParts.Symbols | ElfSnapshotParts.Unwind | ElfSnapshotParts.Code;
        var all = ElfSnapshotPlan.Create(image, Parts);
        Assert.Contains(all, e => e.Name == "code");
        string? before = null;
        for (var bound = all.Aggregate(0UL, (sum, e) => sum + e.Length); ; bound /= 2)
        {
            var plan = ElfSnapshotPlan.Create(image, Parts, null, bound, out var leftOut);
            Assert.True((leftOut?.Length ?? 0) >= (before?.Length ?? 0));
            if (leftOut is not null)
                Assert.StartsWith("code (", leftOut, StringComparison.Ordinal);
            if (leftOut?.Contains(".dynsym", StringComparison.Ordinal) == true)
                Assert.Contains(".eh_frame", leftOut, StringComparison.Ordinal);
            before = leftOut;
            Assert.Contains(plan, e => e.Name == "ELF header");
            if (bound == 0)
                break;
        }

        Assert.Contains(".dynsym", before, StringComparison.Ordinal);
    }
}
