using System.Diagnostics;
using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Tests.Dwarf;

/// <summary>Compiles programs and asks llvm-symbolizer about them.</summary>
internal static class DwarfPrograms
{
    public const string Main = """
        #include <algorithm>
        #include <cstdio>
        #include <map>
        #include <string>
        #include <vector>
        #include "shape.h"
        template <class T> static inline T square(T x) { return x * x + 1; }
        struct A { int v; int get() const { return square(v); } __attribute__((noinline)) int slow(int n); };
        int A::slow(int n) { int s = 0; for (int i = 0; i < n; i++) { s += get() + square(i); if (s == 12345) throw s; } return s; }
        namespace ns { namespace { int hidden(int x) { return x % 7; } } __attribute__((noinline)) int visible(int x) { return hidden(x) + square(x); } }
        __attribute__((noinline)) int unused(int x) { return square(x) * 77; }
        extern "C" __attribute__((noinline)) int plain_c(int x) { auto add = [&](int y) { return y + x; }; return add(x) * add(3); }
        int main(int argc, char**)
        {
            std::vector<std::string> v;
            std::map<int, int> m;
            for (int i = 0; i < argc * 10; i++) { v.push_back(std::to_string(i)); m[i % 3] += i; }
            std::sort(v.begin(), v.end(), [](auto& a, auto& b) { return a.size() < b.size() || a < b; });
            struct Local { __attribute__((noinline)) int f(int q) { return square(q) * 3; } } l;
            A a{argc};
            try { std::printf("%d %d %d %f %s\n", a.slow(100), ns::visible(argc), l.f(argc), area(argc), v[0].c_str()); } catch (int) { return 7; }
            return m[0] + plain_c(argc);
        }
        """;

    public const string Header = """
        struct Shape { virtual ~Shape(); virtual double area() const = 0; };
        struct Square : Shape { double a; explicit Square(double x) : a(x) {} double area() const override { return a * a; } };
        struct Circle : Shape { double r; explicit Circle(double x) : r(x) {} double area() const override; };
        double area(int n);
        """;

    public const string Second = """
        #include "shape.h"
        Shape::~Shape() {}
        static inline double scaled(double x) { return x * 3.14159; }
        double Circle::area() const { return scaled(r) * scaled(r); }
        __attribute__((noinline)) double area(int n) { Square s(n); Circle c(n + 1); Shape* all[] = { &s, &c }; double sum = 0; for (auto* x : all) sum += x->area(); return sum; }
        """;

    /// <summary>Compiles both files and links them.</summary>
    public static string Compile(TemporaryFolder folder, string compiler, string options)
    {
        Tool.Need(compiler);
        File.WriteAllText(folder.File("main.cpp"), Main);
        File.WriteAllText(folder.File("second.cpp"), Second);
        File.WriteAllText(folder.File("shape.h"), Header);
        var flags = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var file in (string[])["main", "second"])
            Tool.Run(compiler, [.. flags.Where(f => !f.StartsWith("-Wl", StringComparison.Ordinal)), "-c", "-o", folder.File(file + ".o"), folder.File(file + ".cpp")]);
        Tool.Run(compiler, [.. flags, "-o", folder.File("program"), folder.File("main.o"), folder.File("second.o")]);
        return folder.File("program");
    }

    /// <summary>Addresses in sections with code, without repeats, ascending; the same ones for one seed.</summary>
    public static Svma[] Sample(ElfImage image, int count, int seed)
    {
        var code = new List<ElfSection>();
        foreach (var section in image.Sections)
        {
            if (section.IsCode && section.Size > 0)
                code.Add(section);
        }

        var random = new Random(seed);
        var total = code.Sum(s => (long)s.Size);
        var found = new SortedSet<ulong>();
        for (var i = 0; i < count; i++)
        {
            var at = random.NextInt64(total);
            foreach (var s in code)
            {
                if (at < (long)s.Size)
                {
                    found.Add(s.Address.Value + (ulong)at);
                    break;
                }

                at -= (long)s.Size;
            }
        }

        return [.. found.Select(a => new Svma(a))];
    }

    /// <summary>
    /// What llvm-symbolizer says, as lines of <c>name@file:line:column</c> for each frame; from a copy without symbols, which it would rather believe.
    /// </summary>
    public static List<string> Symbolize(TemporaryFolder folder, string file, ReadOnlySpan<Svma> addresses)
    {
        var bytes = File.ReadAllBytes(file);
        HideSymbols(bytes);
        var copy = Path.Combine(Path.GetDirectoryName(file)!, "nosymbols");
        File.WriteAllBytes(copy, bytes);
        File.WriteAllLines(folder.File("addresses"), addresses.ToArray().Select(a => a.ToString()));
        var start = new ProcessStartInfo("llvm-symbolizer", ["--obj=" + copy, "--output-style=LLVM", "-f", "-i", "--no-demangle"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var feed = Task.Run(() =>
        {
            process.StandardInput.Write(File.ReadAllText(folder.File("addresses")));
            process.StandardInput.Close();
        });
        var answers = new List<string>();
        var frames = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                answers.Add(string.Join(" < ", frames));
                frames.Clear();
                continue;
            }

            frames.Add($"{line}@{process.StandardOutput.ReadLine()}");
        }

        process.WaitForExit();
        feed.Wait();
        Assert.Equal(addresses.Length, answers.Count);
        return answers;
    }

    /// <summary>The same form of our answers.</summary>
    public static string Text(SourceFrames frames, int address)
    {
        var chain = new List<string>();
        foreach (var f in frames[address])
            chain.Add(string.Create(CultureInfo.InvariantCulture, $"{(f.Name == 0 ? "??" : frames.Text(f.Name))}@{(f.File == 0 ? "??" : frames.Text(f.File))}:{f.Line}:{f.Column}"));
        return chain.Count == 0 ? "??@??:0:0" : string.Join(" < ", chain);
    }

    /// <summary>Compares every answer; returns how many functions were named.</summary>
    public static int Compare(TemporaryFolder folder, string file, DwarfFiles files, int count, int seed, ISourceResolver? resolver = null)
    {
        var image = ElfImage.Parse(File.ReadAllBytes(file), file);
        var addresses = Sample(image, count, seed);
        var dwarf = DwarfInfo.Open(image, files);
        var frames = new SourceFrames();
        (resolver ?? dwarf).Resolve(addresses, frames);
        var theirs = Symbolize(folder, file, addresses);
        var named = 0;
        for (var i = 0; i < addresses.Length; i++)
        {
            var ours = Text(frames, i);
            named += ours.StartsWith("??", StringComparison.Ordinal) ? 0 : 1;
            Assert.True(ours == theirs[i], $"{file}: {addresses[i]}:\n  ours {ours}\n  llvm {theirs[i]}");
        }

        Assert.Equal((0, null), (dwarf.DamagedUnits, dwarf.FirstDamage));

        // An index made from it says the same.
        var indexed = new SourceFrames();
        SourceIndex.Read(SourceIndex.Build(dwarf, [])).Resolve(addresses, indexed);
        for (var i = 0; i < addresses.Length; i++)
            Assert.Equal(Text(frames, i), Text(indexed, i));
        return named;
    }

    /// <summary>Makes symbol tables something else.</summary>
    private static void HideSymbols(byte[] elf)
    {
        var headers = BitConverter.ToInt64(elf, 0x28);
        for (var i = 0; i < BitConverter.ToUInt16(elf, 0x3c); i++)
        {
            var type = (int)headers + 64 * i + 4;
            if (elf[type] is 2 or 11)
                elf[type] = 1;
        }
    }
}
