using System.Globalization;
using System.Text;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Tests.Elf;

/// <summary>Symbol tables entry by entry, against <c>readelf -sW</c>: value, size, type, binding, section, name with version.</summary>
public class ElfSymbolsTests
{
    /// <summary>Every entry of real libraries, versions included.</summary>
    [Fact]
    public void ElfSymbols_SystemLibraries_EveryEntryAsReadelf()
    {
        Tool.Need("readelf");
        long entries = 0;
        foreach (var file in Tool.SystemFiles(Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1"))
            entries += Compare(file);
        TestContext.Current.SendDiagnosticMessage($"{entries} entries");
        Assert.True(entries > 0, "no file to compare");
    }

    /// <summary>Objects of 32 and 64 bits and both byte orders.</summary>
    [Theory]
    [InlineData("powerpc-linux-gnu")]
    [InlineData("powerpc64-linux-gnu")]
    [InlineData("s390x-linux-gnu")]
    [InlineData("mips-linux-gnu")]
    [InlineData("arm-linux-gnueabihf")]
    [InlineData("aarch64-linux-gnu")]
    [InlineData("i386-linux-gnu")]
    [InlineData("riscv64-linux-gnu")]
    public void ElfSymbols_ObjectOfOtherMachine_EveryEntryAsReadelf(string target)
    {
        Tool.Need("clang");
        Tool.Need("readelf");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), "int g; static int s; int com; __thread int tls; extern int e; int f(int a) { return a + e + s++ + tls; } __attribute__((weak)) void w(void) {}\n");
        Tool.Run("clang", $"--target={target}", "-fintegrated-as", "-c", "-O1", "-g", "-fcommon", "-o", folder.File("x.o"), folder.File("x.c"));
        Assert.True(Compare(folder.File("x.o")) > 8);
    }

    /// <summary>More sections than 16 bits can number: e_shnum 0, SHN_XINDEX in symbols and in e_shstrndx, SHT_SYMTAB_SHNDX.</summary>
    [Fact]
    public void ElfSymbols_MoreThan65280Sections_EveryEntryAsReadelf()
    {
        Tool.Need("as");
        Tool.Need("readelf");
        using var folder = new TemporaryFolder();
        var text = new StringBuilder();
        for (var i = 0; i < 66_000; i++)
            text.Append(CultureInfo.InvariantCulture, $".section .t{i},\"ax\",@progbits\n.globl f{i}\n.type f{i},@function\nf{i}: ret\n.size f{i},1\n");
        File.WriteAllText(folder.File("many.s"), text.ToString());
        Tool.Run("as", "-o", folder.File("many.o"), folder.File("many.s"));
        Assert.True(Compare(folder.File("many.o")) > 66_000);
        var image = ElfImage.Parse(File.ReadAllBytes(folder.File("many.o")), "many.o");
        Assert.True(image.Sections.Length > 66_000);
        Assert.True(image.TrySection(".t65999", out _));

        // The same by what describes it alone, as the recorder reads it.
        var bytes = File.ReadAllBytes(folder.File("many.o"));
        var headers = ElfHeaderReader.Read((offset, destination) => offset <= (ulong)bytes.Length && bytes.AsSpan((int)offset)[..destination.Length].TryCopyTo(destination), (ulong)bytes.Length, "many.o");
        Assert.Equal(image.Sections.Length, headers.Sections.Length);
    }

    /// <summary>The section of a symbol whose number does not fit decides whether its label is code.</summary>
    [Fact]
    public void SymbolTable_ExtendedSectionIndex_LabelInCode()
    {
        byte[] Build(uint index)
        {
            var b = new ElfBuilder();
            b.AddSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, new byte[64]);
            b.AddSection(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x2000, new byte[64]);
            var symbols = b.AddSymbols(false, new ElfSymbol("label", 0x1010, 0, STT_NOTYPE, Section: SHN_XINDEX));
            b.AddSection(".symtab_shndx", SHT_SYMTAB_SHNDX, 0, 0, new ByteWriter().U32(0).U32(index).ToArray(), (uint)symbols);
            return b.AddSegment(PT_LOAD, PF_R | PF_X, 0, 0, 0x4000, 0x4000).Build();
        }

        Assert.Equal(1, SymbolTable.Build(ElfImage.Parse(Build(1), "x")).Count);
        Assert.Equal(0, SymbolTable.Build(ElfImage.Parse(Build(2), "x")).Count);
        Assert.Equal(0, SymbolTable.Build(ElfImage.Parse(Build(99), "x")).Count);
    }

    /// <summary>Damaged version tables: cycles and cut ones end; nothing but bad data is thrown.</summary>
    [Fact]
    public void ElfSymbolVersions_CutAndFlipped_Ends()
    {
        var b = new ElfBuilder();
        var names = b.AddSection(".dynstr", SHT_STRTAB, 0, 0, new ByteWriter().U8(0).CString("V_1").CString("V_2").CString("libc.so.6").ToArray());
        b.AddSection(".gnu.version", SHT_GNU_versym, 0, 0, new ByteWriter().U16(0).U16(1).U16(2).U16(0x8002).U16(3).ToArray());
        b.AddSection(".gnu.version_d", SHT_GNU_verdef, 0, 0, new ByteWriter().U16(1).U16(0).U16(2).U16(1).U32(7).U32(20).U32(0).U32(1).U32(0).ToArray(), (uint)names);
        b.AddSection(".gnu.version_r", SHT_GNU_verneed, 0, 0, new ByteWriter().U16(1).U16(1).U32(9).U32(16).U32(0).U32(7).U16(0).U16(3).U32(5).U32(0).ToArray(), (uint)names);
        var good = b.Build();
        var versions = ElfSymbolVersions.Read(ElfImage.Parse(good, "v"));
        Assert.False(versions.TryGet(1, out _, out _));
        Assert.True(versions.TryGet(2, out var name, out var isDefault) && name == "V_1" && isDefault);
        Assert.True(versions.TryGet(3, out name, out isDefault) && name == "V_1" && !isDefault);
        Assert.True(versions.TryGet(4, out name, out isDefault) && name == "V_2" && !isDefault);
        Assert.False(versions.TryGet(5, out _, out _));
        Hostile.CutAndFlip(good, bytes =>
        {
            var image = ElfImage.Parse(bytes, "v");
            var read = ElfSymbolVersions.Read(image);
            for (var i = 0; i < 6; i++)
                read.TryGet(i, out _, out _);
        });
    }

    private static long Compare(string file)
    {
        var image = ElfImage.Parse(File.ReadAllBytes(file), file);
        ElfSymbols? symbols = null;
        ElfSymbolVersions? versions = null;
        long count = 0;
        foreach (var line in Tool.Lines("readelf", "-sW", file))
        {
            if (line.StartsWith("Symbol table '", StringComparison.Ordinal))
            {
                var section = Array.FindIndex(image.Sections.ToArray(), s => s.Name == line.Split('\'')[1]);
                Assert.True(ElfSymbols.TryRead(image, section, out symbols), line);
                versions = image.Sections[section].Type == SHT_DYNSYM ? ElfSymbolVersions.Read(image) : null;
                continue;
            }

            //    Num:    Value          Size Type    Bind   Vis      Ndx Name
            var w = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (symbols is null || w.Length < 7 || !int.TryParse(w[0].TrimEnd(':'), CultureInfo.InvariantCulture, out var index))
                continue;
            var s = symbols[index];
            count++;
            var size = w[2].StartsWith("0x", StringComparison.Ordinal) ? ulong.Parse(w[2][2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : ulong.Parse(w[2], CultureInfo.InvariantCulture);
            var at = w[6].StartsWith("[<", StringComparison.Ordinal) ? 8 : 6; // a note on st_other stands between
            Assert.True((ulong.Parse(w[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture), size) == (s.Value.Value, s.Size), $"{file}: {line}");
            Assert.True(TypeName(s.Type) == w[3] && BindingName(s.Binding) == w[4] && SectionName(s.Section) == w[at], $"{file}: {line}: {s.Type} {s.Binding} {s.Section}");
            if (s.Type == STT_SECTION)
                continue; // readelf shows the section's name
            var name = symbols.Name(s);
            if (versions is not null && versions.TryGet(index, out var version, out var isDefault) && version != name) // the version's own symbol has none
                name += (isDefault ? "@@" : "@") + version;
            Assert.True(name == (w.Length > at + 1 ? w[at + 1] : ""), $"{file}: {line}: {name}");
        }

        return count;
    }

    private static string TypeName(byte type) => type switch { 0 => "NOTYPE", 1 => "OBJECT", 2 => "FUNC", 3 => "SECTION", 4 => "FILE", 5 => "COMMON", 6 => "TLS", 10 => "IFUNC", _ => $"{type}" };

    private static string BindingName(byte binding) => binding switch { 0 => "LOCAL", 1 => "GLOBAL", 2 => "WEAK", 10 => "UNIQUE", _ => $"{binding}" };

    private static string SectionName(uint section) => section switch { 0 => "UND", 0xfffffff1 => "ABS", 0xfffffff2 => "COM", _ => section.ToString(CultureInfo.InvariantCulture) };
}
