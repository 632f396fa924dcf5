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

    private static readonly Dictionary<string, string> s_compiled = [];

    public const string Go = """
        package main
        import "fmt"
        type Node struct { left, right *Node; value int }
        //go:noinline
        func (n *Node) Walk(f func(int)) { if n == nil { return }; n.left.Walk(f); f(n.value); n.right.Walk(f) }
        //go:noinline
        func pick(n int, s string) (string, error) {
            switch n {
            case 0: return "zero", nil
            case 1: return "one", nil
            case 2: return s + "!", nil
            case 3: return s[:1], nil
            case 4: return fmt.Sprint(n), nil
            case 5: return "five", nil
            case 6: return "six", nil
            case 7: return "seven" + s, nil
            case 8: return "eight", nil
            }
            if n < 0 { return "", fmt.Errorf("negative %d", n) }
            return "many", nil
        }
        func main() {
            root := &Node{&Node{nil, nil, 1}, &Node{nil, nil, 3}, 2}
            sum := 0
            root.Walk(func(v int) { sum += v })
            for i := -1; i < 11; i++ { s, err := pick(i, "abc"); fmt.Println(sum, s, err) }
        }
        """;

    /// <summary>Compiles one file, each with the same options once; skips when there is no such compiler.</summary>
    public static string Compile(string compiler, string source, string extension, params string[] options)
    {
        Need(compiler);
        lock (s_compiled)
        {
            var key = $"{compiler} {string.Join(' ', options)} {source}";
            if (!s_compiled.TryGetValue(key, out var path))
                s_compiled.Add(key, path = CompileNow(compiler, source, extension, options));
            return path;
        }
    }

    private static string CompileNow(string compiler, string source, string extension, string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("tracekit-target-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, true);
        File.WriteAllText(Path.Combine(folder, "p" + extension), source);
        var output = Path.Combine(folder, "p");
        Run(compiler, [.. compiler == "go" ? (string[])["build"] : [], .. options, "-o", output, Path.Combine(folder, "p" + extension)]);
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
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOFLAGS"] = "";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{errors.Result}");
        return output;
    }
}
