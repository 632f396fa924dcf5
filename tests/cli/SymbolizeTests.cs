using System.Globalization;
using System.Text.RegularExpressions;
using TraceKit.Testing;

namespace TraceKit.Cli.Tests;

/// <summary><c>tracekit symbolize</c> against GNU addr2line on a program made on the spot.</summary>
public sealed partial class SymbolizeTests : IDisposable
{
    // Inline functions with linkage names: for those without, addr2line 2.40 prints the enclosing symbol's name in place of theirs.
    private const string Source = """
        #include <cstdio>
        #include <cstdlib>
        struct Mixer {
            unsigned long state;
            inline __attribute__((always_inline)) unsigned long step(unsigned long x) {
                for (int i = 0; i < 7; i++)
                    x = x * 6364136223846793005UL + (x >> 13) + i;
                state += x;
                return x;
            }
        };
        template <int N> inline __attribute__((always_inline)) unsigned long twice(Mixer& m, unsigned long x) {
            return m.step(x) ^
                   m.step(x + N);
        }
        static __attribute__((noinline)) int hidden(int x) { return x * 3 + (x >> 2); }
        __attribute__((noinline)) unsigned long outer(Mixer& m, unsigned long n) {
            unsigned long s = hidden(static_cast<int>(n));
            for (unsigned long i = 0; i < n; i++)
                s += twice<3>(m, i);
            return s;
        }
        int main(int argc, char** argv) {
            Mixer m = {1};
            printf("%lu\n", outer(m, argc > 1 ? strtoul(argv[1], 0, 10) : 3));
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("tracekit-symbolize-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [GeneratedRegex(@" \(discriminator \d+\)")]
    private static partial Regex Discriminator();

    /// <summary>A program, and a file with every address of its own functions, last first, some twice.</summary>
    private (string Program, string Addresses) Build(params string[] flags)
    {
        var source = Path.Combine(_folder, "app.cpp");
        File.WriteAllText(source, Source);
        var program = Path.Combine(_folder, "app");
        Need("g++", ["-o", program, source, "-Wl,--build-id", .. flags]);
        var addresses = new List<string>();
        foreach (var line in Need("nm", ["-S", "--defined-only", program]).Output.Split('\n'))
        {
            var words = line.Split(' ');
            if (words.Length != 4 || words[2] is not ("T" or "t" or "W") || !(words[3].StartsWith("_Z", StringComparison.Ordinal) || words[3] == "main"))
                continue;
            var start = ulong.Parse(words[0], NumberStyles.HexNumber, null);
            for (var at = start; at < start + ulong.Parse(words[1], NumberStyles.HexNumber, null); at++)
                addresses.Add(at % 3 == 0 ? $"0x{at:x}" : $"{at:x}");
        }

        addresses.Reverse();
        addresses.Add(addresses[0]);
        addresses.Add("0");
        var list = Path.Combine(_folder, "addresses");
        File.WriteAllLines(list, addresses);
        return (program, list);
    }

    private static ProgramRun Need(string program, string[] arguments)
    {
        try
        {
            return ProgramRun.Start(program, arguments).MustExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed");
            throw;
        }
    }

    private static string AddressToLine(string program, string list, string[] options) =>
        Discriminator().Replace(Need("/bin/sh", ["-c", "exec addr2line -e \"$1\" $2 <\"$0\"", list, program, string.Join(' ', options)]).Output, "");

    /// <summary>Every address of the program, in every form that addr2line has: the same text.</summary>
    [Theory]
    [InlineData("-O0")]
    [InlineData("-O2")]
    public void Symbolize_EveryAddress_PrintsWhatAddr2linePrints(string optimization)
    {
        var (program, list) = Build("-g", optimization);
        foreach (var options in new string[][] { [], ["-f"], ["-f", "-i"], ["-f", "-i", "-C"], ["-f", "-i", "-C", "-p", "-a"], ["-a"], ["-i", "-s", "-p", "-f"] })
        {
            var run = Tool.RunReading(list, ["symbolize", "-e", program, .. options]).MustExit();
            Assert.Equal(AddressToLine(program, list, options), run.Output);
            Assert.Empty(run.Error);
        }
    }

    /// <summary>Debug information in a file of its own is found by build-id, in a folder that is named, and used only when it is of the same build.</summary>
    [Fact]
    public void Symbolize_DebugFileApart_IsFoundByBuildId()
    {
        var (program, list) = Build("-g", "-O2");
        var expected = AddressToLine(program, list, ["-f", "-i"]);
        var debug = Path.Combine(_folder, "debug");
        Directory.CreateDirectory(debug);
        Need("objcopy", ["--only-keep-debug", program, Path.Combine(debug, "app.debug")]);
        Need("strip", [program]);
        var without = Tool.RunReading(list, "symbolize", program, "-fi").MustExit();
        Assert.DoesNotContain("app.cpp", without.Output, StringComparison.Ordinal);
        Assert.Equal(expected, Tool.RunReading(list, "symbolize", program, "-fi", "--debug-dir", debug).MustExit().Output);

        // The same name, another build.
        Build("-g", "-O0");
        Need("objcopy", ["--only-keep-debug", program, Path.Combine(debug, "app.debug")]);
        Build("-g", "-O2");
        Need("strip", [program]);
        Assert.Equal(without.Output, Tool.RunReading(list, "symbolize", program, "-fi", "--debug-dir", debug).MustExit().Output);
    }

    /// <summary>Without debug information the symbol table has the name; what is no address is answered as unknown and said once.</summary>
    [Fact]
    public void Symbolize_SymbolsOnly_NamesWithoutLines()
    {
        var (program, _) = Build("-O1");
        var main = Need("nm", [program]).Output.Split('\n').Single(l => l.EndsWith(" T main", StringComparison.Ordinal)).Split(' ')[0];
        var run = Tool.Run("symbolize", program, "-f", "-p", main, "zz", "0", "y").MustExit();
        Assert.Equal("main at ??:?\n?? ??:0\n?? ??:0\n?? ??:0\n", run.Output);
        Assert.Equal("tracekit: warning: 'zz' is no address in hexadecimal; answered as unknown\n", run.Error);
    }

    /// <summary>With an index on the disk the answers are the same; a damaged, cut or foreign one is made anew and never believed.</summary>
    [Fact]
    public void Symbolize_WithIndex_SameAnswersAndNeverTrusted()
    {
        var (program, list) = Build("-g", "-O2");
        var cache = Path.Combine(_folder, "cache");
        string[] command = ["symbolize", program, "-fi"];
        var expected = Tool.RunReading(list, command).MustExit().Output;
        Assert.False(Directory.Exists(cache));
        Assert.Equal(expected, Tool.RunReading(list, cache, command).MustExit().Output);
        var stored = Assert.Single(Directory.GetFiles(cache, "*", SearchOption.AllDirectories));
        Assert.EndsWith(".tksi", stored, StringComparison.Ordinal);
        var good = File.ReadAllBytes(stored);
        var written = File.GetLastWriteTimeUtc(stored);
        Assert.Equal(expected, Tool.RunReading(list, cache, command).MustExit().Output);
        Assert.Equal(written, File.GetLastWriteTimeUtc(stored));

        var flipped = (byte[])good.Clone();
        flipped[^20] ^= 1;
        var foreign = (byte[])good.Clone();
        foreign[24] ^= 1;
        foreach (var bad in new[] { flipped, foreign, good[..(good.Length / 2)], [], new byte[200] })
        {
            File.WriteAllBytes(stored, bad);
            var run = Tool.RunReading(list, cache, command).MustExit();
            Assert.Equal(expected, run.Output);
            Assert.Empty(run.Error);
            Assert.Equal(good, File.ReadAllBytes(stored));
        }

        // A cache that cannot be written costs time only, and says so.
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var denied = Tool.RunReading(list, file, command).MustExit();
        Assert.Equal(expected, denied.Output);
        Assert.Contains("could not be stored", denied.Error, StringComparison.Ordinal);
    }

    /// <summary>What is no ELF file, or is not there, is said in one line.</summary>
    [Fact]
    public void Symbolize_BadFile_OneLine()
    {
        var text = Path.Combine(_folder, "text");
        File.WriteAllText(text, new string('x', 100));
        var run = Tool.Run("symbolize", text, "0").MustExit(4);
        Tool.AssertOneLine(run.Error);
        Tool.AssertOneLine(Tool.Run("symbolize", Path.Combine(_folder, "none"), "0").MustExit(1).Error);
        Tool.AssertOneLine(Tool.Run("symbolize").MustExit(2).Error);
    }
}
