using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Lines;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Tests.Dwarf.Lines;

/// <summary>Every row of real line tables against <c>llvm-dwarfdump --debug-line</c>.</summary>
public class LineOracleTests
{
    private const string Source = """
        #include <cstdio>
        #include <vector>
        #include <algorithm>
        namespace {
        template <typename T> struct Accumulator { T sum{}; void add(T v) { if (v > 0 && v < 1000) sum += v; else sum -= v / 2; } };
        }
        static inline int twice(int x) { return x * 2; }
        __attribute__((noinline)) int work(const std::vector<int>& v)
        {
            Accumulator<long> a;
            for (auto x : v) { a.add(twice(x)); if (x == 7) std::puts("seven"); }
        #line 4000 "generated/from here.y"
            switch (a.sum & 7) { case 0: return 1; case 1: return 22; case 2: return (int)a.sum; default: break; }
            return (int)a.sum;
        }
        int main(int argc, char** argv) { std::vector<int> v(argc * 100, 3); std::sort(v.begin(), v.end()); return work(v); }
        """;

    /// <summary>Rows of programs by gcc and clang, each version of DWARF that they write, with and without optimization, one section a function, 64-bit DWARF, LTO.</summary>
    [Theory]
    [InlineData("g++", "-gdwarf-2 -O0")]
    [InlineData("g++", "-gdwarf-3 -O2")]
    [InlineData("g++", "-gdwarf-4 -O2 -ffunction-sections -Wl,--gc-sections")]
    [InlineData("g++", "-gdwarf-5 -O2 -ffunction-sections -Wl,--gc-sections")]
    [InlineData("g++", "-gdwarf-5 -O3 -flto")]
    [InlineData("g++", "-gdwarf-5 -gdwarf64 -O2")]
    [InlineData("g++", "-gdwarf-4 -gno-as-loc-support -O2")]
    [InlineData("g++", "-gdwarf-5 -gno-as-loc-support -O1")]
    [InlineData("clang++", "-gdwarf-2 -O1")]
    [InlineData("clang++", "-gdwarf-3 -O2")]
    [InlineData("clang++", "-gdwarf-4 -O2 -ffunction-sections")]
    [InlineData("clang++", "-gdwarf-5 -O2")]
    [InlineData("clang++", "-gdwarf-5 -gdwarf64 -O0")]
    [InlineData("clang++", "-gdwarf-5 -O2 -gembed-source")]
    [InlineData("clang++", "-gdwarf-5 -O2 -gz=zlib")]
    public void LineTable_CompiledProgram_EveryRowAsLlvmDwarfdump(string compiler, string options)
    {
        Tool.Need(compiler);
        Tool.Need("llvm-dwarfdump");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("line rows.cpp"), Source);
        Tool.Run(compiler, [.. options.Split(' '), "-o", folder.File("program"), folder.File("line rows.cpp")]);
        var rows = Compare(folder.File("program"));
        Assert.True(rows > 50, $"{rows} rows");
    }

    /// <summary>Objects of other machines: big-endian ones, short addresses, instructions of four bytes.</summary>
    [Theory]
    [InlineData("powerpc-linux-gnu")]
    [InlineData("powerpc64-linux-gnu")]
    [InlineData("powerpc64le-linux-gnu")]
    [InlineData("riscv64-linux-gnu")]
    [InlineData("mips64el-linux-gnu")]
    [InlineData("x86_64-linux-gnu")]
    [InlineData("s390x-linux-gnu")]
    [InlineData("mips-linux-gnu")]
    [InlineData("mips64-linux-gnu")]
    [InlineData("arm-linux-gnueabihf")]
    [InlineData("aarch64-linux-gnu")]
    [InlineData("i386-linux-gnu")]
    public void LineTable_ObjectOfOtherMachine_EveryRowAsLlvmDwarfdump(string target)
    {
        Tool.Need("clang");
        Tool.Need("llvm-dwarfdump");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), "int before(int a) { return a * 3; }\nint g;\nint work(int a)\n{\n  for (int i = 0; i < a; i++) { g += i; if (g & 1) g ^= a; }\n  return g;\n}\n");
        foreach (var version in (int[])[2, 3, 4, 5])
        {
            Tool.Run("clang", $"--target={target}", "-fintegrated-as", "-c", "-O1", "-ffunction-sections", $"-gdwarf-{version}", "-o", folder.File("x.o"), folder.File("x.c"));
            Assert.True(Compare(folder.File("x.o")) > 5);

            // Names of files too: where they stand is filled in by relocations.
            var table = LineTable.Read(new DwarfSections(ElfImage.Parse(File.ReadAllBytes(folder.File("x.o")), target)), default, new LineUnit { CompilationDirectory = folder.Path, HasCodeAtZero = true });
            Assert.Equal(folder.File("x.c"), table.FilePath(version >= 5 ? 0u : 1u));
        }
    }

    /// <summary>An object of a machine whose relocations are not known: refused, because every name in it would be another one.</summary>
    [Fact]
    public void DwarfSections_ObjectOfUnknownMachine_Refused()
    {
        Tool.Need("clang");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.c"), "int work(int a) { return a; }\n");
        Tool.Run("clang", "--target=sparc-linux-gnu", "-fintegrated-as", "-c", "-g", "-o", folder.File("x.o"), folder.File("x.c"));
        var sections = new DwarfSections(ElfImage.Parse(File.ReadAllBytes(folder.File("x.o")), "x.o"));
        Assert.True(sections[DwarfSection.Line].IsEmpty);
        Assert.Equal(BadDataCode.Unsupported, sections.FirstDamage?.Code);
    }

    /// <summary>The system's debug files, and libjvm's with TRACEKIT_ALL_LIBRARIES=1.</summary>
    [Fact]
    public void LineTable_SystemDebugFiles_EveryRowAsLlvmDwarfdump()
    {
        Tool.Need("llvm-dwarfdump");
        var all = Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1";
        const string Folder = "/usr/lib/debug/.build-id";
        if (!Directory.Exists(Folder))
            Assert.Skip("no separate debug files are installed (libc6-dbg)");
        long rows = 0;
        var files = 0;
        foreach (var file in Directory.EnumerateFiles(Folder, "*.debug", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (!all && (new FileInfo(file).Length > 300_000 || files == 30))
                continue;
            files++;
            rows += Compare(file);
        }

        TestContext.Current.SendDiagnosticMessage($"{files} files, {rows} rows");
        Assert.True(rows > 0, "no file to compare");
    }

    private static long Compare(string file)
    {
        var sections = new DwarfSections(ElfImage.Parse(File.ReadAllBytes(file), file));
        long count = 0;
        List<string>? ours = null;
        var at = 0;
        var offset = "";
        foreach (var line in Tool.Lines("llvm-dwarfdump", "--debug-line", file))
        {
            if (line.StartsWith("debug_line[", StringComparison.Ordinal))
            {
                Assert.True(ours is null || at == ours.Count, $"{file}: {offset}: {ours?.Count} rows, llvm-dwarfdump {at}");
                offset = line[11..^1];
                var sink = new RowText([]);
                LineTable.Read(sections, new DebugLineOffset(Convert.ToUInt64(offset, 16)), new LineUnit { HasCodeAtZero = true }).Visit(ref sink);
                (ours, at) = (sink.Rows, 0);
            }
            else if (ours is not null && line.StartsWith("0x", StringComparison.Ordinal) && !line.Contains(':', StringComparison.Ordinal))
            {
                var theirs = string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                Assert.True(at < ours.Count && ours[at] == theirs, $"{file}: {offset}: row {at}: {(at < ours.Count ? ours[at] : "-")}, llvm-dwarfdump {theirs}");
                at++;
                count++;
            }
        }

        Assert.True(ours is null || at == ours.Count, $"{file}: {offset}: {ours?.Count} rows, llvm-dwarfdump {at}");
        return count;
    }

    /// <summary>Rows as llvm-dwarfdump prints them, blanks joined.</summary>
    private readonly struct RowText(List<string> rows) : ILineProgramSink
    {
        public List<string> Rows { get; } = rows;

        public void Row(ulong address, uint file, uint line, uint column, LineRowFlags flags, uint discriminator, uint isa, uint opIndex)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"0x{address:x16} {line} {column} {file} {isa} {discriminator}");
            Rows.Add(text + (flags.HasFlag(LineRowFlags.IsStmt) ? " is_stmt" : "") + (flags.HasFlag(LineRowFlags.BasicBlock) ? " basic_block" : "") +
                (flags.HasFlag(LineRowFlags.PrologueEnd) ? " prologue_end" : "") + (flags.HasFlag(LineRowFlags.EpilogueBegin) ? " epilogue_begin" : "") +
                (flags.HasFlag(LineRowFlags.EndSequence) ? " end_sequence" : ""));
        }
    }
}
