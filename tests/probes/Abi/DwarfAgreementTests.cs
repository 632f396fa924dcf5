using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using TraceKit.Testing;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Tests.Abi;

/// <summary>Where conventions say that parameters are at a function's entry, against what the compilers write into DWARF's location lists.</summary>
public sealed class DwarfAgreementTests
{
    /// <summary>Go: registers of structs, strings, slices and interfaces, what does not fit on the stack, receivers.</summary>
    [Fact]
    public void GoConvention_OwnProgram_AgreesWithDwarf()
    {
        Compilers.Need("go");
        var (same, wrong) = Compare(
            """
            package main
            import "fmt"
            type P struct { a int8; b int64; s string }
            type I interface { M(x int) (string, error) }
            type T struct { v [2]int }
            //go:noinline
            func (t *T) M(x int) (s string, err error) { return fmt.Sprint(t.v[0], x), nil }
            //go:noinline
            func one(a int, s string, b []byte, p P, i I, f float64, c complex128, arr [1]int, arr2 [2]int, m map[string]int, e error, z struct{}, u8 uint8) int { return a + len(s) + len(b) + int(p.b) + int(f) + arr[0] + arr2[1] + len(m) + int(u8) }
            //go:noinline
            func many(a, b, c, d, e, f, g, h, i, j, k int, s string, t string) (int, string, bool) { return a + b + c + d + e + f + g + h + i + j + k, s + t, true }
            //go:noinline
            func split(a, b, c, d, e, f, g, h int, s string, x int) (r1 P, r2 float64, r3 [3]int, r4 int) { return P{1, int64(a+b+c+d+e+f+g+h), s}, 1.5, [3]int{x}, x }
            //go:noinline
            func call(f func(int) int, ch chan int, b bool, r rune) int { if b { return f(int(r)) }; return len(ch) }
            func main() { t := &T{}; fmt.Println(one(1, "a", []byte("x"), P{}, t, 1.5, 2i, [1]int{1}, [2]int{1, 2}, nil, nil, struct{}{}, 7)); fmt.Println(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "a", "b")); fmt.Println(split(1, 2, 3, 4, 5, 6, 7, 8, "s", 9)); fmt.Println(t.M(3)); fmt.Println(call(func(x int) int { return x }, nil, true, 'a')) }
            """,
            ".go", (source, program) => ("go", ["build", "-o", program, source]), "main.*");
        if (wrong.Length > 0)
            Assert.Fail(wrong);
        Assert.True(same >= 25, $"{same}");
    }

    /// <summary>Rust: scalars, pairs of them, what is passed by reference.</summary>
    [Fact]
    public void RustConvention_OwnProgram_AgreesWithDwarf()
    {
        Compilers.Need("rustc");
        var (same, wrong) = Compare(
            """
            #![crate_type="cdylib"]
            pub struct Three { pub a: u64, pub b: u64, pub c: u64 }
            pub struct Small { pub a: u32, pub b: u16, pub c: u8 }
            pub struct Twelve { pub a: u32, pub b: u32, pub c: u32 }
            pub struct F2 { pub a: f32, pub b: f32 }
            pub struct New(pub u64);
            pub enum E { A(u64), B(u64), C }
            pub enum M { A(u32), B(u64), C }
            #[inline(never)] #[no_mangle] pub fn f_str(a: &str, b: u32) -> usize { a.len() + b as usize }
            #[inline(never)] #[no_mangle] pub fn f_slice(a: &[u32], b: u32) -> u32 { a[0] + b }
            #[inline(never)] #[no_mangle] pub fn f_three(a: Three, b: u32) -> u64 { a.a + b as u64 }
            #[inline(never)] #[no_mangle] pub fn f_small(a: Small, b: u32) -> u64 { a.a as u64 + a.b as u64 + a.c as u64 + b as u64 }
            #[inline(never)] #[no_mangle] pub fn f_twelve(a: Twelve, b: u32) -> u64 { a.a as u64 + a.b as u64 + a.c as u64 + b as u64 }
            #[inline(never)] #[no_mangle] pub fn f_f2(a: F2, b: u32) -> f32 { a.a + a.b + b as f32 }
            #[inline(never)] #[no_mangle] pub fn f_new(a: New, b: f64) -> f64 { a.0 as f64 + b }
            #[inline(never)] #[no_mangle] pub fn f_e(a: E, b: u32) -> u64 { match a { E::A(x) => x, E::B(x) => x + 1, E::C => b as u64 } }
            #[inline(never)] #[no_mangle] pub fn f_m(a: M, b: u32) -> u64 { match a { M::A(x) => x as u64, M::B(x) => x + 1, M::C => b as u64 } }
            #[inline(never)] #[no_mangle] pub fn f_opt(a: Option<u64>, b: Option<&u32>, c: Option<u8>) -> u64 { a.unwrap_or(1) + *b.unwrap_or(&3) as u64 + c.unwrap_or(2) as u64 }
            #[inline(never)] #[no_mangle] pub fn f_arr(a: [u32; 4], b: u32) -> u32 { a[0] + a[3] + b }
            #[inline(never)] #[no_mangle] pub fn f_many(a: u64, b: u64, c: u64, d: u64, e: u64, s: &str, g: u64) -> u64 { a + b + c + d + e + g + s.len() as u64 }
            #[inline(never)] #[no_mangle] pub fn f_string(a: String, v: Vec<u8>, b: Box<u32>) -> u64 { a.len() as u64 + v.len() as u64 + *b as u64 }
            #[inline(never)] #[no_mangle] pub fn f_pad(a: (u8, u64), b: (u16, u16)) -> u64 { a.0 as u64 + a.1 + b.0 as u64 + b.1 as u64 }
            #[inline(never)] #[no_mangle] pub fn r_three(b: u64) -> Three { Three { a: b, b: b + 1, c: b + 2 } }
            """,
            ".rs", (source, program) => ("rustc", ["-O", "-g", "-o", program, source]), "*f_*");
        if (wrong.Length > 0)
            Assert.Fail(wrong);
        Assert.True(same >= 30, $"{same}");
    }

    /// <summary>C++: classes that are passed by reference because they copy or destroy themselves, and those that are not; <c>this</c>; room for a result.</summary>
    [Theory]
    [InlineData("g++")]
    [InlineData("clang++")]
    public void SysVX64_Cpp_AgreesWithDwarf(string compiler)
    {
        Compilers.Need(compiler);
        var (same, wrong) = Compare(
            """
            #include <memory>
            #include <optional>
            #include <string>
            #include <string_view>
            #include <vector>
            #include <cstdio>
            #ifdef __clang__
            #define N __attribute__((noinline))
            #else
            #define N __attribute__((noipa))
            #endif
            struct Base { virtual int go(std::string s, int x); int q; };
            struct Pod { int a; long b; };
            struct Copy { Copy(const Copy &); Copy(); int x; };
            struct Dtor { ~Dtor(); long a, b; };
            struct Def { ~Def() = default; Def(const Def &) = default; Def() {} int x, y; };
            struct HasString { std::string s; int n; };
            struct Move { Move(Move &&); Move(); int z; };
            template <class T> struct Box { T t; ~Box(); };
            struct In : Pod { int c; };
            Copy::Copy() { x = 1; } Copy::Copy(const Copy &c) { x = c.x; }
            Dtor::~Dtor() { a = 0; asm volatile("" ::: "memory"); }
            Move::Move() { z = 1; } Move::Move(Move &&m) { z = m.z; }
            template <class T> Box<T>::~Box() { asm volatile("" ::: "memory"); }
            N int Base::go(std::string s, int x) { return s.size() + x + q; }
            N std::string ret(int a, std::string b) { return b + std::to_string(a); }
            N int f1(Copy c, Dtor d, Def e, int last) { return c.x + d.a + d.b + e.x + e.y + last; }
            N int f2(std::string_view sv, std::unique_ptr<int> up, std::shared_ptr<int> sp, std::vector<int> v, int last) { return sv.size() + sv[0] + *up + *sp + v.size() + last; }
            N int f3(HasString h, Move m, Box<int> b, In in, int last) { return h.n + m.z + b.t + in.c + last; }
            N Dtor f5(int a, Pod p) { Dtor d; d.a = a + p.a; d.b = p.b; return d; }
            N int f6(Pod &r, Pod &&rr, const std::string &s, bool b, char c) { return r.a + rr.a + s.size() + b + c; }
            int main() { Base d; Pod p{1, 2}; std::string s("x"); printf("%d", d.go(s, 1) + (int)ret(1, s).size() + f1(Copy(), Dtor(), Def(), 9) + f2("a", std::make_unique<int>(1), std::make_shared<int>(2), {1}, 3) + f3(HasString{"a", 1}, Move(), Box<int>{1}, In(), 2) + (int)f5(1, p).a + f6(p, Pod{1, 2}, s, true, 'c')); }
            """,
            ".cc", (source, program) => (compiler, ["-std=c++17", "-O2", "-g", "-o", program, source]), "*");
        if (wrong.Length > 0)
            Assert.Fail(wrong);
        Assert.True(same >= 18, $"{same}");
    }

    /// <summary>Compiles a program and compares every parameter that DWARF has a place of at the function's first instruction.</summary>
    private static (int Same, string Wrong) Compare(string source, string extension, Func<string, string, (string, string[])> compile, string pattern)
    {
        var folder = Directory.CreateTempSubdirectory("tracekit-abi").FullName;
        try
        {
            var (file, program) = (Path.Combine(folder, "program" + extension), Path.Combine(folder, "program"));
            File.WriteAllText(file, source);
            var (compiler, arguments) = compile(file, program);
            ProgramRun.Start(compiler, arguments, new Dictionary<string, string> { ["GOCACHE"] = Path.Combine(Path.GetTempPath(), "tracekit-go-cache"), ["GO111MODULE"] = "off" }).MustExit();
            var image = ElfImage.Parse(File.ReadAllBytes(program), program);
            if (image.Machine != EM_X86_64)
                Assert.Skip("not x86-64");
            var symbols = DwarfSymbols.Open(DwarfInfo.Open(image), CfiFrames.Open(image), "DWARF");
            var same = 0;
            var wrong = new List<string>();
            foreach (var function in symbols.FindFunctions(FunctionPattern.Parse(pattern)))
            {
                var places = CallingConvention.For(image.Machine, function.Language).Parameters(function);
                foreach (var copy in function.Copies.Where(c => !c.IsInlined))
                {
                    var variables = copy.Variables.Where(v => v.IsParameter).ToList();
                    for (var i = 0; i < places.Count && variables.Count == places.Count; i++)
                    {
                        // A place that is one expression for the whole function is that behind the prologue: not that at the entry.
                        var stated = variables[i].Locate(copy.Entry);
                        if (stated is VariableLocation.None or VariableLocation.Constant or VariableLocation.Sum or VariableLocation.Memory { BaseRegister: 6 } or VariableLocation.Memory { BaseRegister: 7, Offsets: [< 0, ..] })
                            continue;
                        if (Show(places[i]) == Show(stated))
                            same++;
                        else
                            wrong.Add($"{function.QualifiedName}: {variables[i].Name}: {Show(places[i])}, DWARF has {Show(stated)}");
                    }
                }
            }

            return (same, string.Join('\n', wrong));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Places as text; vector registers as what no probe reads, pieces that lie behind each other in memory as one.</summary>
    private static string Show(VariableLocation? place) => place switch
    {
        VariableLocation.Register { Number: > 16 } or VariableLocation.None or null => "none",
        VariableLocation.Register register => $"r{register.Number}",
        VariableLocation.Memory memory => $"r{memory.BaseRegister}[{string.Join(", ", memory.Offsets)}]",
        VariableLocation.Pieces pieces when pieces.Parts.All(p => p.Location is VariableLocation.Memory) => Show(pieces.Parts[0].Location),
        VariableLocation.Pieces pieces when pieces.Parts.All(p => Show(p.Location) == "none") => "none",
        VariableLocation.Pieces pieces => string.Join(" + ", pieces.Parts.Select(p => Show(p.Location)).Where(p => p != "none")),
        _ => place.ToString()!,
    };
}
