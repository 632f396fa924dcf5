using System.Diagnostics;

namespace TraceKit.DebugInfo.Tests.Go;

/// <summary>A Go program that says of each of its own addresses what Go's runtime knows, built in several ways; once per test run.</summary>
internal static class GoPrograms
{
    private const string Source = """
        package main

        import (
            "bufio"
            "fmt"
            "os"
            "runtime"
            "sort"
            "strings"
        )

        type item struct{ a, b int }

        func add(a, b int) int     { return a + b }
        func twice(a int) int      { return add(a, a) }
        func four(a int) int       { return twice(twice(a)) }
        func gen[T any](x []T) int { return len(x) }
        func (i item) sum() int    { return add(i.a, i.b) }

        //go:noinline
        func outer(n int) int {
            t := 0
            for i := 0; i < n; i++ {
                t += four(i) + item{i, n}.sum()
                func() { t += strings.Count("aXbX", "X") }()
            }
            return t + gen([]int{1, 2, t})
        }

        func main() {
            w := bufio.NewWriter(os.Stdout)
            defer w.Flush()
            var lo, hi, step, bias uintptr
            fmt.Sscan(os.Args[1], &lo)
            fmt.Sscan(os.Args[2], &hi)
            fmt.Sscan(os.Args[3], &step)
            f := runtime.FuncForPC(0)
            // Where this program was loaded is told by one function whose place in the file is known.
            var linked uintptr
            fmt.Sscan(os.Args[4], &linked)
            s := []int{outer(3), 1}
            sort.Ints(s)
            pc, _, _, _ := runtime.Caller(0)
            f = runtime.FuncForPC(pc)
            if linked != 0 {
                bias = f.Entry() - linked
            }
            for pc := lo; pc < hi; pc += step {
                f := runtime.FuncForPC(pc + bias)
                if f == nil {
                    fmt.Fprintf(w, "%x\t-\n", pc)
                    continue
                }
                file, line := f.FileLine(pc + bias)
                fmt.Fprintf(w, "%x\t%s\t%x\t%s:%d\n", pc, f.Name(), f.Entry() - bias, file, line)
            }
        }
        """;

    private static readonly Dictionary<string, string> Built = [];
    private static readonly Lock Gate = new();

    /// <summary>The program, built with more arguments to <c>go build</c>; skips where Go is not installed.</summary>
    public static string Build(params string[] arguments)
    {
        Tool.Need("go");
        lock (Gate)
        {
            var key = string.Join(' ', arguments);
            if (Built.TryGetValue(key, out var path))
                return path;
            var folder = Path.Combine(Path.GetTempPath(), $"tracekit-go-{Environment.ProcessId}");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "main.go"), Source);
            path = Path.Combine(folder, $"program{Built.Count}");
            var start = new ProcessStartInfo("go", ["build", .. arguments, "-o", path, "main.go"]) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
            start.Environment["GO111MODULE"] = "off";
            start.Environment["GOFLAGS"] = "";
            start.Environment["GOTOOLCHAIN"] = "local";
            start.Environment["GOCACHE"] = Path.Combine(Path.GetTempPath(), "tracekit-go-cache");
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
            Built.Add(key, path);
            return path;
        }
    }
}
