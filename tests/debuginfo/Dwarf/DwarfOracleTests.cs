using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Tests.Dwarf;

/// <summary>Names, inline chains, files, lines and columns of real programs against <c>llvm-symbolizer</c>, every one equal; indexes made from them as well.</summary>
public class DwarfOracleTests
{
    /// <summary>What gcc and clang write, each version, optimization, LTO, split units, dropped functions, type units, compressed, without indexes.</summary>
    [Theory]
    [InlineData("g++", "-gdwarf-2 -O0")]
    [InlineData("g++", "-gdwarf-3 -O2")]
    [InlineData("g++", "-gdwarf-4 -O2")]
    [InlineData("g++", "-gdwarf-4 -O2 -fdebug-types-section")]
    [InlineData("g++", "-gdwarf-4 -O2 -gstrict-dwarf")]
    [InlineData("g++", "-gdwarf-5 -O0")]
    [InlineData("g++", "-gdwarf-5 -O2 -gz")]
    [InlineData("g++", "-gdwarf-5 -O3 -ffunction-sections -Wl,--gc-sections")]
    [InlineData("g++", "-gdwarf-5 -O2 -flto")]
    [InlineData("g++", "-gdwarf-5 -gdwarf64 -O2")]
    [InlineData("g++", "-gdwarf-5 -O2 -fdebug-types-section")]
    [InlineData("g++", "-gdwarf-4 -O2 -gsplit-dwarf")]
    [InlineData("g++", "-gdwarf-5 -O2 -gsplit-dwarf")]
    [InlineData("clang++", "-gdwarf-2 -O0")]
    [InlineData("clang++", "-gdwarf-3 -O1")]
    [InlineData("clang++", "-gdwarf-4 -O2")]
    [InlineData("clang++", "-gdwarf-4 -O2 -fdebug-types-section")]
    [InlineData("clang++", "-gdwarf-5 -O2")]
    [InlineData("clang++", "-gdwarf-5 -O2 -gdwarf64")]
    [InlineData("clang++", "-gdwarf-5 -O3 -ffunction-sections -fuse-ld=lld -Wl,--gc-sections -Wl,--icf=all")]
    [InlineData("clang++", "-gdwarf-4 -O2 -ffunction-sections -fuse-ld=lld -Wl,--gc-sections")]
    [InlineData("clang++", "-gdwarf-5 -O2 -flto -fuse-ld=lld")]
    [InlineData("clang++", "-gdwarf-5 -O2 -flto=thin -fuse-ld=lld")]
    [InlineData("clang++", "-gdwarf-4 -O2 -gsplit-dwarf")]
    [InlineData("clang++", "-gdwarf-5 -O2 -gsplit-dwarf")]
    [InlineData("clang++", "-gdwarf-5 -O2 -gsplit-dwarf -fdebug-types-section")]
    [InlineData("clang++", "-gdwarf-5 -O2 -gsplit-dwarf -fsplit-dwarf-inlining")]
    [InlineData("clang++", "-gdwarf-5 -O1 -gmlt")]
    public void DwarfInfo_CompiledProgram_EveryChainAsLlvmSymbolizer(string compiler, string options)
    {
        Tool.Need("llvm-symbolizer");
        if (options.Contains("lld", StringComparison.Ordinal))
            Tool.Need("ld.lld");
        using var folder = new TemporaryFolder();
        var program = DwarfPrograms.Compile(folder, compiler, options);
        var named = DwarfPrograms.Compare(folder, program, new DwarfFiles { SplitUnit = Find }, 1500, 11);
        Assert.True(named > 600, $"{named} named");
    }

    /// <summary>Split units in a package, by LLVM's and by binutils' tool.</summary>
    [Theory]
    [InlineData("llvm-dwp", "clang++", "-gdwarf-5 -O2 -gsplit-dwarf")]
    [InlineData("llvm-dwp", "clang++", "-gdwarf-4 -O2 -gsplit-dwarf")]
    [InlineData("dwp", "g++", "-gdwarf-4 -O2 -gsplit-dwarf")]
    public void DwarfInfo_Package_EveryChainAsLlvmSymbolizer(string tool, string compiler, string options)
    {
        Tool.Need("llvm-symbolizer");
        Tool.Need(tool);
        using var folder = new TemporaryFolder();
        var program = DwarfPrograms.Compile(folder, compiler, options);
        Tool.Run(tool, "-e", program, "-o", program + ".dwp");
        var package = ElfImage.Parse(File.ReadAllBytes(program + ".dwp"), program + ".dwp");
        Assert.True(DwarfPrograms.Compare(folder, program, new DwarfFiles { Package = package }, 1000, 12) > 300);
    }

    /// <summary>What dwz shares within a file and between two; llvm-symbolizer does not follow the latter, so it is asked about the files before.</summary>
    [Fact]
    public void DwarfInfo_AfterDwz_EveryChainAsBefore()
    {
        Tool.Need("llvm-symbolizer");
        Tool.Need("dwz");
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var first = DwarfPrograms.Compile(folder, "g++", "-gdwarf-4 -O2");
        var second = DwarfPrograms.Compile(other, "g++", "-gdwarf-4 -O1");
        var addresses = DwarfPrograms.Sample(ElfImage.Parse(File.ReadAllBytes(first), first), 1500, 13);
        var before = DwarfPrograms.Symbolize(folder, first, addresses);
        Tool.Run("dwz", "-m", folder.File("shared.debug"), first, second);
        var frames = new SourceFrames();
        var dwarf = DwarfInfo.Open(ElfImage.Parse(File.ReadAllBytes(first), first), new DwarfFiles { Alternate = ElfImage.Parse(File.ReadAllBytes(folder.File("shared.debug")), "shared.debug") });
        dwarf.Resolve(addresses, frames);
        for (var i = 0; i < addresses.Length; i++)
            Assert.Equal(before[i], DwarfPrograms.Text(frames, i));
        Assert.Equal(0, dwarf.DamagedUnits);
        Assert.Empty(dwarf.MissingFiles);
    }

    /// <summary>Without the split files: lines are known, functions are not, and the files are named.</summary>
    [Fact]
    public void DwarfInfo_SplitFilesAway_LinesOnlyAndFilesNamed()
    {
        using var folder = new TemporaryFolder();
        var program = DwarfPrograms.Compile(folder, "g++", "-gdwarf-5 -O2 -gsplit-dwarf");
        var image = ElfImage.Parse(File.ReadAllBytes(program), program);
        var addresses = DwarfPrograms.Sample(image, 500, 14);
        var dwarf = DwarfInfo.Open(image);
        var frames = new SourceFrames();
        dwarf.Resolve(addresses, frames);
        var lines = 0;
        for (var i = 0; i < addresses.Length; i++)
            lines += frames[i] is [{ Name: 0, File: > 0 }] ? 1 : 0;
        Assert.True(lines > 300, $"{lines} lines");
        Assert.Equal(2, dwarf.MissingFiles.Count);
        Assert.All(dwarf.MissingFiles, name => Assert.EndsWith(".dwo", name));
    }

    /// <summary>A Rust program: namespaces, generics, functions inlined from other crates.</summary>
    [Fact]
    public void DwarfInfo_RustProgram_EveryChainAsLlvmSymbolizer()
    {
        Tool.Need("llvm-symbolizer");
        Tool.Need("rustc");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("main.rs"), """
            use std::collections::HashMap;
            fn main() {
                let mut m: HashMap<String, u64> = HashMap::new();
                for i in 0..1000u64 { *m.entry(format!("{}", i % 17)).or_insert(0) += i; }
                let mut v: Vec<_> = m.into_iter().collect();
                v.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                println!("{:?}", v.first());
            }
            """);
        Tool.Run("rustc", "-g", "-O", "-o", folder.File("program"), folder.File("main.rs"));
        Assert.True(DwarfPrograms.Compare(folder, folder.File("program"), default, 2000, 15) > 1000);
    }

    /// <summary>A Go program: its compiler writes DWARF of version 4 or 5, compressed.</summary>
    [Fact]
    public void DwarfInfo_GoProgram_EveryChainAsLlvmSymbolizer()
    {
        Tool.Need("llvm-symbolizer");
        Tool.Need("go");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("main.go"), "package main\n\nimport (\n\t\"fmt\"\n\t\"sort\"\n)\n\nfunc main() {\n\tv := []string{\"b\", \"a\"}\n\tsort.Strings(v)\n\tfmt.Println(v)\n}\n");
        Tool.Run("env", "-C", folder.Path, "HOME=" + folder.Path, "GOFLAGS=-mod=mod", "GO111MODULE=off", "go", "build", "-o", folder.File("program"), folder.File("main.go"));
        Assert.True(DwarfPrograms.Compare(folder, folder.File("program"), default, 2000, 16) > 1000);
    }

    private static ElfImage? Find(string name, string directory, ulong identity)
    {
        var path = Path.Combine(directory, name);
        return File.Exists(path) ? ElfImage.Parse(File.ReadAllBytes(path), path) : null;
    }
}
