using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using TraceKit.DebugInfo.Demangle;

namespace TraceKit.DebugInfo.Tests.Demangle;

/// <summary>Names that the compilers of this machine make, against c++filt; what differs is listed in the room's README with the reason.</summary>
public sealed class CompilerNamesTests
{
    /// <summary>One of each thing that C++20 can name: tags, lambdas everywhere, constraints, packs, expressions, unnamed types, clones, coroutines.</summary>
    [Theory]
    [InlineData("g++", "-O0")]
    [InlineData("g++", "-O2")]
    [InlineData("clang++", "-O0")]
    [InlineData("clang++", "-O2")]
    public void TryDemangle_EveryNameOfTheFeatures_IsAsCxxFiltSays(string compiler, string level)
    {
        Tool.Need(compiler);
        Tool.Need("c++filt");
        Tool.Need("nm");
        using var folder = new Folder();
        Tool.Run(compiler, "-std=c++20", level, "-w", "-c", Path.Combine(Here(), "features.cpp"), "-o", folder["features.o"]);
        var names = Names(folder["features.o"]);
        Assert.True(names.Length > 150, $"{names.Length} names");
        Compare(names);
    }

    /// <summary>Generic Rust code in the v0 scheme.</summary>
    [Fact]
    public void TryDemangle_RustProgram_IsAsCxxFiltSays()
    {
        Tool.Need("rustc");
        Tool.Need("c++filt");
        using var folder = new Folder();
        File.WriteAllText(folder["names.rs"], """
            use std::collections::{BTreeMap, HashMap};
            trait Shape { fn area(&self) -> f64; fn boxed(self) -> Box<dyn Fn(&[u8; 4]) -> Option<usize> + Send> where Self: Sized; }
            struct Sq<const N: usize, T>([T; N]);
            impl<const N: usize, T: Copy + Into<f64>> Shape for Sq<N, T> {
                fn area(&self) -> f64 { self.0.iter().map(|x| (*x).into()).fold(0.0, |a, b: f64| a + b * N as f64) }
                fn boxed(self) -> Box<dyn Fn(&[u8; 4]) -> Option<usize> + Send> { Box::new(|b| b.iter().position(|c| *c == N as u8)) }
            }
            mod größe { pub fn straße(f: for<'a> fn(&'a str, *const u8) -> &'a str) -> char { f("ä", std::ptr::null()).chars().next().unwrap() } }
            fn main() {
                let mut m: HashMap<String, BTreeMap<(i8, u128, char), Vec<Box<dyn Shape + Send>>>> = HashMap::new();
                m.entry("a".into()).or_default().entry((1, 2, 'c')).or_default().push(Box::new(Sq::<3, f32>([1.0; 3])));
                println!("{} {} {:?}", m.len(), größe::straße(|s, _| s), Sq::<2, u8>([1, 2]).boxed()(b"abcd"));
                std::thread::spawn(move || m.values().flat_map(|b| b.values()).flatten().map(|s| s.area()).sum::<f64>()).join().unwrap();
            }
            """);
        Tool.Run("rustc", "-C", "symbol-mangling-version=v0", "-C", "opt-level=1", folder["names.rs"], "-o", folder["names"]);
        var names = Names(folder["names"]);
        Assert.True(names.Length > 200, $"{names.Length} names");
        Compare(names);
    }

    /// <summary>All names of large programs: libjvm's debug file, libLLVM, node, rustc. Long.</summary>
    [Fact]
    public void TryDemangle_LargePrograms_AreAsCxxFiltSays()
    {
        if (Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") != "1")
            Assert.Skip("long: TRACEKIT_ALL_LIBRARIES=1 runs it");
        Tool.Need("c++filt");
        var files = new List<string>(Directory.Exists("/usr/lib/llvm-14/lib") ? Directory.GetFiles("/usr/lib/llvm-14/lib", "libLLVM-14.so.1") : []);
        files.AddRange(new[] { "/usr/bin/node", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6" }.Where(File.Exists));
        if (Tool.Exists("rustc"))
            files.AddRange(Directory.EnumerateFiles(Path.Combine(Tool.Run("rustc", "--print", "sysroot").Trim(), "lib"), "librustc_driver*.so"));
        if (Directory.Exists("/usr/lib/jvm"))
        {
            foreach (var jvm in Directory.EnumerateFiles("/usr/lib/jvm", "libjvm.so", SearchOption.AllDirectories).Take(1))
            {
                var id = Convert.ToHexStringLower(DebugInfo.Elf.ElfImage.Parse(File.ReadAllBytes(jvm), jvm).BuildId.Span);
                files.AddRange(new[] { $"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug" }.Where(File.Exists));
            }
        }

        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var names = Names(file);
            TestContext.Current.SendDiagnosticMessage($"{file}: {names.Length} names");
            Compare(names);
        }
    }

    private static void Compare(string[] names)
    {
        foreach (var (style, arguments) in (ReadOnlySpan<(DemangleStyle, string[])>)[(DemangleStyle.Full, ["-i"]), (DemangleStyle.WithoutParameters, ["-i", "-p"])])
        {
            var expected = CxxFilt(arguments, names);
            Assert.Equal(names.Length, expected.Length);
            var wrong = new List<string>();
            for (var i = 0; i < names.Length; i++)
            {
                var found = Demangler.TryDemangle(Encoding.UTF8.GetBytes(names[i]), style, out var text) ? text : names[i];
                if (found != expected[i] && !IsExplained(names[i], found, expected[i]))
                    wrong.Add($"{names[i]}\n expected {expected[i]}\n    found {found}");
            }

            Assert.True(wrong.Count == 0, $"{wrong.Count} of {names.Length}:\n{string.Join('\n', wrong.Take(20))}");
        }
    }

    /// <summary>The differences of the README: what c++filt leaves mangled, inherited constructors, empty packs, other templates' parameters, long constants.</summary>
    private static bool IsExplained(string name, string found, string expected) =>
        expected == name || name.Contains("CI1", StringComparison.Ordinal) || name.Contains("CI2", StringComparison.Ordinal) || name.Contains("CI5", StringComparison.Ordinal) ||
        name.Contains("JE", StringComparison.Ordinal) && expected.Replace(", , ", ", ", StringComparison.Ordinal).Replace("<, ", "<", StringComparison.Ordinal).Replace("(, ", "(", StringComparison.Ordinal) == found ||
        name.StartsWith("_R", StringComparison.Ordinal) && expected.Contains("0x", StringComparison.Ordinal) && found.Contains("0x", StringComparison.Ordinal) ||
        name.Contains("OT0_", StringComparison.Ordinal);

    private static string[] Names(string file)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var arguments in (ReadOnlySpan<string[]>)[["-a", file], ["-D", file]])
        {
            foreach (var line in Tool.Lines("nm", arguments))
            {
                var name = line[(line.LastIndexOf(' ') + 1)..].Split('@')[0];
                if (name.StartsWith("_Z", StringComparison.Ordinal) || name.StartsWith("_R", StringComparison.Ordinal))
                    names.Add(name);
            }
        }

        return [.. names];
    }

    private static string[] CxxFilt(string[] arguments, string[] names)
    {
        using var process = Process.Start(new ProcessStartInfo("c++filt", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEndAsync();
        foreach (var name in names)
            process.StandardInput.Write(name + "\n");
        process.StandardInput.Close();
        process.WaitForExit();
        return output.GetAwaiter().GetResult().TrimEnd('\n').Split('\n');
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    private sealed class Folder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("tracekit-names-").FullName;

        public string this[string name] => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
