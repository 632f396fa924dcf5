using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Tests.Dwarf.Symbols;

/// <summary>Programs whose types, functions and variables are asked for, and answers as texts.</summary>
internal static class SymbolPrograms
{
    /// <summary>A program that says itself where its members are: the compiler's own word.</summary>
    public const string Layouts = """
        #include <stdio.h>
        #include <stddef.h>
        #include <string.h>
        struct in { int a; union { int u; float f; }; unsigned b1:3, b2:5; };
        struct sensor_state { int q; };
        typedef unsigned int u32;
        enum e { A, B = 5, C = -3 };
        struct s { struct in i; const char *name; int (*fn)(int, char const *); u32 arr[3][4]; struct s *next; enum e e; unsigned long long wide:40; signed char low:2; short flex[]; };
        struct __attribute__((packed)) p { char c; int i; long l:33; unsigned k:7; };
        union v { char bytes[12]; double d; struct { short x, y; } pair; };
        #define AT(T, M) printf("M %s %s %zu %zu\n", #T, #M, offsetof(T, M), sizeof(((T*)0)->M));
        #define BITS(T, M) { T x; memset(&x, 0, sizeof x); x.M = -1; unsigned char* b = (unsigned char*)&x; int first = -1, n = 0; \
            for (int i = 0; i < (int)sizeof x * 8; i++) if (b[i / 8] >> i % 8 & 1) { if (first < 0) first = i; n++; } printf("B %s %s %d %d\n", #T, #M, first, n); }
        #define SIZE(T) printf("S %s %zu\n", #T, sizeof(T));
        int main(void)
        {
            AT(struct in, a) AT(struct in, u) AT(struct in, f) BITS(struct in, b1) BITS(struct in, b2)
            AT(struct s, i) AT(struct s, name) AT(struct s, fn) AT(struct s, arr) AT(struct s, next) AT(struct s, e) BITS(struct s, wide) BITS(struct s, low)
            AT(struct p, c) AT(struct p, i) BITS(struct p, l) BITS(struct p, k) AT(union v, bytes) AT(union v, d) AT(union v, pair)
            SIZE(struct in) SIZE(struct s) SIZE(struct p) SIZE(union v) SIZE(enum e) SIZE(u32)
            return 0;
        }
        """;

    public const string Work = """
        #include <stdio.h>
        struct in { int a; int b; };
        struct s { struct in i; const char *name; struct s *next; };
        static inline int helper(struct s *p, int k) { return p->i.a * k + p->i.b; }
        __attribute__((noinline)) int work(struct s *sp, const char *msg, unsigned n, struct in byval, volatile int *const vp, char **argv, unsigned long long x, _Bool b)
        {
            int loc = helper(sp, n);
            { int inner = loc * 3; printf("%s %d %d\n", msg, inner, byval.a + *vp + (int)x + b + argv[0][0]); }
            return loc;
        }
        static int counter;
        __attribute__((noinline)) int step(int by) { counter += by; return counter; }
        int main(int c, char **v) { struct s q = { { c, 2 } }; struct in w = { c }; int z = 3; return work(&q, "x", c, w, &z, v, c, 1) + helper(&q, step(c)); }
        """;

    public const string Cpp = """
        #include <cstdio>
        #include <memory>
        #include <string>
        #include <vector>
        namespace ns
        {
            struct A { virtual ~A() {} int a; static int st; };
            int A::st = 7;
            int g = 4;
            struct B : virtual A { int b; };
            struct D { long d; };
            struct C : B, D
            {
                int c; enum class Col : unsigned char { Red = 1, Blue = 200 } col; int C::*mp; int (C::*mf)(int); union { int u; float f; }; unsigned x : 3;
                __attribute__((noinline)) int meth(const std::string& s, int&& r, std::vector<int> v, C* other) const;
                __attribute__((noinline)) int over(int q) { std::printf("%d", q); return q; }
                __attribute__((noinline)) int over(const char* q) { std::printf("%s", q); return 3; }
            };
            int C::meth(const std::string& s, int&& r, std::vector<int> v, C* other) const { std::printf("%s %d %zu %p\n", s.c_str(), r, v.size(), (void*)other); return c + r; }
        }
        template <class T> struct Box { T value; T* at; };
        namespace { template <class T> __attribute__((noinline)) T square(T x) { std::printf("q"); return x * x; } }
        struct Fwd;
        struct Has { Fwd* f; Box<ns::D> box; };
        Fwd* mk();
        int main(int argc, char**)
        {
            ns::C c; c.c = 3; Has h; h.f = mk(); h.box.at = nullptr;
            std::printf("%d %d %f %p\n", c.meth("x", 4, { 1, 2 }, &c), square(argc), square(1.5 * argc), (void*)h.f);
            c.over(argc); c.over("z");
            return ns::g + ns::A::st + (h.box.at != nullptr);
        }
        """;

    public const string CppSecond = "struct Fwd { int q; long w; }; Fwd* mk() { static Fwd f; return &f; }\n";

    /// <summary>Compiles one file.</summary>
    public static string Compile(TemporaryFolder folder, string compiler, string source, params string[] options)
    {
        Tool.Need(compiler);
        var name = compiler.Contains("++", StringComparison.Ordinal) ? "program.cpp" : "program.c";
        File.WriteAllText(folder.File(name), source);
        Tool.Run(compiler, [.. options, "-o", folder.File("program"), folder.File(name)]);
        return folder.File("program");
    }

    public static DwarfSymbols Open(string path) => Open(path, default);

    public static DwarfSymbols Open(string path, DwarfFiles files)
    {
        var image = ElfImage.Parse(File.ReadAllBytes(path), path);
        return DwarfSymbols.Open(DwarfInfo.Open(image, files), CfiFrames.Open(image), "DWARF of " + path);
    }

    /// <summary>The one function that a pattern means.</summary>
    public static DebugFunction One(this DwarfSymbols symbols, string pattern) => Assert.Single(symbols.FindFunctions(FunctionPattern.Parse(pattern)));

    public static string Text(VariableLocation location) => location switch
    {
        VariableLocation.Register r => $"r{r.Number}",
        VariableLocation.Memory m => $"{string.Join("*", m.Offsets)}(r{m.BaseRegister})",
        VariableLocation.Static s => $"{string.Join("*", s.Offsets)}@{s.Address}",
        VariableLocation.Constant c => $"={c.Value}",
        VariableLocation.Sum s => $"=r{s.BaseRegister}{s.Offset:+0;-0}",
        VariableLocation.Pieces p => string.Join(" ", p.Parts.Select(part => $"{(part.Location is null ? "?" : Text(part.Location))}/{part.ByteSize}")),
        VariableLocation.None n => "none: " + n.Reason,
        _ => location.ToString(),
    };

    /// <summary>A member by its name, those of anonymous members and bases included; with its bit offset from the start.</summary>
    public static (DebugMember Member, ulong BitOffset)? Member(DebugType type, string name, int depth = 0)
    {
        foreach (var member in type.Members)
        {
            if (member.Name == name && !member.IsBase)
                return (member, member.BitOffset);
            if (depth < 8 && (member.Name is null || member.IsBase) && member.Type is { } inner && Member(inner, name, depth + 1) is { } found)
                return (found.Member, found.BitOffset + member.BitOffset);
        }

        return null;
    }
}
