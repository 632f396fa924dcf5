using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Tests.Elf;

/// <summary>PLT stubs of every machine and shape that the linkers here make, against the disassemblers' labels.</summary>
public class PltTests
{
    private const string Source = """
        extern int puts(const char *); extern int second(int); extern int third(int);
        int f(int x) { puts("a"); return second(x) + third(x); }
        void *g(void) { return (void *)third; }
        """;

    /// <summary>Each stub that the disassembler labels NAME@plt has that name, from its first to its last byte.</summary>
    [Theory]
    [InlineData("x86_64", "-fPIC", "ld", "-shared")]
    [InlineData("x86_64", "-fPIC", "ld", "-shared -z ibtplt")]
    [InlineData("x86_64", "-fPIC", "ld", "-shared -z now -z pack-relative-relocs")]
    [InlineData("x86_64", "-fPIC", "ld.lld", "-shared -z force-ibt")]
    [InlineData("i386", "-fPIC", "ld", "-m elf_i386 -shared")]
    [InlineData("i386", "-fPIC", "ld", "-m elf_i386 -shared -z ibtplt")]
    [InlineData("i386", "-fPIC", "ld.lld", "-shared")]
    [InlineData("aarch64", "-fPIC", "ld.lld", "-shared")]
    [InlineData("aarch64", "-fPIC -mbranch-protection=standard", "ld.lld", "-shared -z force-bti")]
    [InlineData("aarch64", "-fPIC -mbranch-protection=standard", "ld.lld", "-shared -z force-bti -z pac-plt")]
    public void SymbolTable_PltOfEachShape_NamedAsDisassembler(string machine, string options, string linker, string linkOptions)
    {
        Tool.Need("clang");
        Tool.Need(linker);
        var disassembler = machine == "aarch64" ? "llvm-objdump" : "objdump";
        Tool.Need(disassembler);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("p.c"), Source);
        Tool.Run("clang", [$"--target={machine}-linux-gnu", "-fintegrated-as", "-O1", .. options.Split(' '), "-c", "-o", folder.File("p.o"), folder.File("p.c")]);
        Tool.Run(linker, [.. linkOptions.Split(' '), "-o", folder.File("p.so"), folder.File("p.o")]);
        var table = SymbolTable.Build(ElfImage.Parse(File.ReadAllBytes(folder.File("p.so")), "p.so"));
        var names = new HashSet<string>();
        foreach (var line in Tool.Lines(disassembler, "-d", folder.File("p.so")))
        {
            // 0000000000010430 <puts@plt>:
            if (!line.EndsWith("@plt>:", StringComparison.Ordinal))
                continue;
            var address = ulong.Parse(line[..line.IndexOf(' ', StringComparison.Ordinal)], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var name = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..^2];
            names.Add(name);
            Assert.True(table.TryFind(new Svma(address), out var symbol), $"0x{address:x}: nothing, {disassembler} {name}");
            Assert.Equal((name, address), (table.Name(symbol.Index), symbol.Start.Value));
            Assert.True(table.TryFind(new Svma(address + symbol.Length - 1), out var last) && last.Index == symbol.Index);
        }

        Assert.Superset(new HashSet<string> { "puts@plt", "second@plt" }, names);
    }

    /// <summary>A damaged library of each machine: the names of its stubs are wrong at worst, and nothing else happens.</summary>
    [Theory]
    [InlineData("i386", "ld", "-m elf_i386 -shared -z ibtplt -s")]
    [InlineData("aarch64", "ld.lld", "-shared -s")]
    public void PltNames_FlippedBytes_OnlyBadData(string machine, string linker, string linkOptions)
    {
        Tool.Need("clang");
        Tool.Need(linker);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("p.c"), Source);
        Tool.Run("clang", $"--target={machine}-linux-gnu", "-fintegrated-as", "-O1", "-fPIC", "-c", "-o", folder.File("p.o"), folder.File("p.c"));
        Tool.Run(linker, [.. linkOptions.Split(' '), "-o", folder.File("p.so"), folder.File("p.o")]);
        var whole = File.ReadAllBytes(folder.File("p.so"));
        var image = ElfImage.Parse(whole, "p");
        foreach (var section in image.Sections.ToArray().Where(s => s.Name.StartsWith(".plt", StringComparison.Ordinal) || s.Name.StartsWith(".rel", StringComparison.Ordinal) || s.Name is ".dynsym" or ".dynamic"))
        {
            for (var at = (int)section.Offset.Value; at < (int)(section.Offset.Value + section.Size); at++)
            {
                foreach (var flip in (ReadOnlySpan<byte>)[0xff, 1, 0x80])
                {
                    whole[at] ^= flip;
                    SymbolTable.Build(ElfImage.Parse(whole, "p"));
                    whole[at] ^= flip;
                }
            }
        }
    }
}
