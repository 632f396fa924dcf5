using System.Diagnostics;
using TraceKit.DebugInfo.Elf;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Tests.Targets;

/// <summary>Programs that are compiled for a test, and files of the system; what is missing skips the test.</summary>
internal static class TargetPrograms
{
    public const string C = """
        #include <stdio.h>
        #include <stdlib.h>
        __attribute__((noinline)) int add(int a, int b) { return a + b; }
        int add_alias(int a, int b) __attribute__((alias("add")));
        static int twice_resolved(int x) { return 2 * x; }
        static void *resolve(void) { return (void *)twice_resolved; }
        int twice(int) __attribute__((ifunc("resolve")));
        __attribute__((noinline)) int choose(int n, const char *s)
        {
            int r = 0;
            for (int i = 0; i < n; i++) {
                switch ((s[i] + i) % 12) {
                case 0: r += add(r, i); break;
                case 1: r ^= i * 7; break;
                case 2: r -= s[i]; break;
                case 3: r = r * 3 + 1; break;
                case 4: r = (r << 3) ^ (r >> 2); break;
                case 5: r += r / (i + 1); break;
                case 6: r = -r; break;
                case 7: r |= 0x55; break;
                case 8: r &= 0xffffff; break;
                case 9: if (r == 0x7fffffff) abort(); break;
                default: r++; break;
                }
            }
            return r;
        }
        int main(int argc, char **argv) { printf("%d %d\n", choose(argc * 20, "the quick brown fox jumps over the lazy dog and runs away"), twice(argc)); return add_alias(argc, -1); }
        """;

    public const string Cpp = """
        #include <string>
        namespace ns {
        struct Foo { int v; __attribute__((noinline)) int bar(int x); __attribute__((noinline)) int bar(const char *s, int n) const; template <class T> __attribute__((noinline)) T get(T t); };
        int Foo::bar(int x) { return v + x; }
        int Foo::bar(const char *s, int n) const { return v + s[n]; }
        template <class T> T Foo::get(T t) { return t + v; }
        template int Foo::get<int>(int); template double Foo::get<double>(double);
        __attribute__((noinline)) int free_one(std::string const &s) { if (s.empty()) throw 1; return (int)s.size(); }
        }
        namespace other { struct Foo { int bar(int x); }; __attribute__((noinline)) int Foo::bar(int x) { return x * 3; } }
        int main(int argc, char **argv)
        {
            ns::Foo f{argc};
            other::Foo o;
            try { return f.bar(1) + f.bar(argv[0], 0) + f.get(1) + (int)f.get(1.5) + ns::free_one(argv[0]) + o.bar(2); } catch (int) { return 1; }
        }
        """;

    /// <summary>Compiles one file; skips when there is no such compiler.</summary>
    public static string Compile(string compiler, string source, string extension, params string[] options)
    {
        Need(compiler);
        var folder = Directory.CreateTempSubdirectory("tracekit-target-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, true);
        File.WriteAllText(Path.Combine(folder, "p" + extension), source);
        var output = Path.Combine(folder, "p");
        Run(compiler, [.. options, "-o", output, Path.Combine(folder, "p" + extension)]);
        return output;
    }

    public static ElfImage Image(string path) => ElfImage.Parse(File.ReadAllBytes(path), path);

    public static UserTarget Target(string path) => new(Image(path), new UserTargetParts());

    public static string System(params string[] candidates)
    {
        foreach (var file in candidates)
        {
            if (File.Exists(file))
                return file;
        }

        Assert.Skip($"{candidates[0]} is not installed");
        return "";
    }

    public static void Need(string program)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
            Assert.Skip($"{program} is not installed");
    }

    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        start.Environment["HOME"] = Path.GetTempPath();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{errors.Result}");
        return output;
    }
}
