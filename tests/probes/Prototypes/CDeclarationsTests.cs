using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Prototypes;
using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Prototypes;

/// <summary>C declarations as a source of types and functions.</summary>
public sealed class CDeclarationsTests
{
    /// <summary>The prototype of the manual's example: parameters by name and type, the kernel's mark kept, unknown structs left to others.</summary>
    [Fact]
    public void CDeclarations_Prototype_HasParametersAndTypes()
    {
        var c = CDeclarations.Parse("ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)", "--proto");
        var function = Assert.Single(c.FindFunctions(FunctionPattern.Parse("vfs_read")));
        Assert.Equal(["file", "buf", "count", "pos"], function.Parameters.Select(p => p.Name));
        Assert.Equal("file", function.Parameters[0].Type!.Target!.Name);
        Assert.True(function.Parameters[0].Type!.Target!.IsDeclaration);
        Assert.Equal("__user", function.Parameters[1].Type!.Target!.Qualifier);
        Assert.Equal("char", function.Parameters[1].Type!.Target!.Target!.Name);
        Assert.Equal("size_t", function.Parameters[2].Type!.Name);
        Assert.Equal(8UL, function.Parameters[2].Type!.ByteSize);
        Assert.True(function.ReturnType!.Target!.IsSigned);
        Assert.Equal("--proto", function.Source);
        Assert.False(function.IsVariadic);
    }

    /// <summary>The example of this folder's page is this code, line for line.</summary>
    [Fact]
    public void Readme_Example_CompilesAndRuns()
    {
        // begin
        var types = CDeclarations.Parse("struct req { int op; char name[16]; }; int handle(struct req *r, int flags);", "types.h");
        DebugFunction handle = types.FindFunctions(FunctionPattern.Parse("handle"))[0];
        // end
        Assert.Equal(20UL, handle.Parameters[0].Type!.Target!.ByteSize);
        var code = File.ReadAllLines(Here()).SkipWhile(l => l.Trim() != "// begin").Skip(1).TakeWhile(l => l.Trim() != "// end").Select(l => l[8..]);
        Assert.Contains("```csharp\n" + string.Join('\n', code) + "\n```", File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "format", "probes", "Prototypes", "README.md")), StringComparison.Ordinal);
    }

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    /// <summary>What the text only names is what another source describes.</summary>
    [Fact]
    public void CDeclarations_NamesOfOthers_AreTheirs()
    {
        var b = new BtfBuilder();
        var number = b.Int("int", 4, 1);
        b.Struct("file", 4, ("f_count", number, 0));
        b.Plain(8, "handle_t", number);
        var btf = BtfFile.Parse(b.Build(), "the kernel");
        var c = CDeclarations.Parse("handle_t go(struct file *f, struct file by_value);", "--proto", [btf]);
        var function = c.FindFunctions(FunctionPattern.Parse("go"))[0];
        Assert.Equal("f_count", function.Parameters[0].Type!.Target!.Members[0].Name);
        Assert.Equal(4UL, function.Parameters[1].Type!.ByteSize);
        Assert.Equal("handle_t", function.ReturnType!.Name);
        Assert.IsType<BtfType>(function.ReturnType);
    }

    /// <summary>Declarators of every shape mean what the compiler takes them for.</summary>
    [Theory]
    [InlineData("int (*f(int a))(char)", "f(int a): (char -> int)*")]
    [InlineData("void f(int a[3][4], int (*b)[5], int *c[6])", "f(int[4]* a, int[5]* b, int** c): void")]
    [InlineData("void f(void (*cb)(void *, ...), int g(long))", "f((void*, ... -> void)* cb, (long int -> int)* g): void")]
    [InlineData("unsigned long long int f(unsigned, short, long unsigned x, signed char y)", "f(unsigned int, short int, long unsigned int x, signed char y): long long unsigned int")]
    [InlineData("const char *const f(char const *volatile p)", "f(volatile const char* p): const const char*")]
    [InlineData("static inline __attribute__((always_inline)) int f(int a) { return a + (1 ? \"}\"[0] : '}'); }", "f(int a): int")]
    [InlineData("extern int f(struct s { int x; } *p, enum e { A = 3, B } e) asm(\"_f\") __attribute__((nonnull(1)));", "f(s* p, e e): int")]
    [InlineData("int ns::Thing::get(const ns::Thing &self, int&& x)", "get(const ns::Thing& self, int&& x): int")]
    [InlineData("int printk(const char *fmt, ...)", "printk(const char* fmt, ...): int")]
    public void CDeclarations_Declarators_MeanWhatCMeans(string text, string meaning) =>
        Assert.Equal(meaning, Show(Assert.Single(CDeclarations.Parse(text, "test").Functions)));

    /// <summary>Guards, includes, numbers with names, conditions on what is defined, and comments do not stand in the way.</summary>
    [Fact]
    public void CDeclarations_Header_IsRead()
    {
        const string Text =
            """
            #ifndef TYPES_H
            #define TYPES_H
            #include <stdint.h> /* not followed */
            #pragma once
            #define COUNT (2 * SIZE) // later
            #define SIZE 4
            #define BYTES COUNT
            #ifdef __cplusplus
            extern "C" {
            #endif
            struct list { struct list *next, *prev; };
            typedef struct { uint8_t raw[SIZE + sizeof(struct list)]; } raw_t, *raw_ptr;
            enum color { RED, GREEN = 1 << 3, BLUE, };
            struct late;
            struct node { struct list link; struct late *l; enum color c : 4; unsigned on : 1; union { int i; float f; }; char name[]; };
            struct late { int done; };
            #if 0
            this is not C
            #elif defined(SIZE)
            typedef int picked;
            #else
            typedef long picked;
            #endif
            #ifdef __cplusplus
            }
            #endif
            #endif
            """;
        var c = CDeclarations.Parse(Text, "types.h");
        Assert.Equal(20UL, c.FindType("raw_t")!.ByteSize);
        Assert.Equal("int", c.FindType("picked")!.Target!.Name);
        var node = c.FindType("struct node")!;
        Assert.Equal([0UL, 16, 24, 24, 28, 32], node.Members.Select(m => (ulong)m.ByteOffset));
        Assert.Equal([0U, 0, 4, 1, 0, 0], node.Members.Select(m => m.BitSize));
        Assert.Equal(32UL, node.ByteSize);
        Assert.Equal("done", node.Members[1].Type!.Target!.Members[0].Name);
        Assert.Equal([new DebugEnumerator("RED", 0), new DebugEnumerator("GREEN", 8), new DebugEnumerator("BLUE", 9)], c.FindType("enum color")!.Enumerators);
        Assert.Equal(DebugTypeKind.Pointer, c.FindType("struct node *")!.Kind);
        Assert.Contains("struct node", c.SimilarTypes("struct nod"));
    }

    /// <summary>Structs are laid out as the compiler lays them out: offsets, bit fields, packing, alignment, nested and anonymous members.</summary>
    [Fact]
    public void CDeclarations_Layouts_AreTheCompilers()
    {
        Compilers.Need("gcc");
        const string Text =
            """
            struct a { char c; long l; short s; int i[3]; char t; };
            struct b { unsigned x : 3; unsigned y : 30; unsigned long z : 33; char c; unsigned : 0; short w : 5; };
            struct __attribute__((packed)) c { char c; long l; unsigned short b : 3, d : 14; };
            struct d { char c; int x __attribute__((aligned(32))); struct { char p; double q; }; union { char m; long n; } u; } __attribute__((aligned(64)));
            struct e { struct a a[2]; struct c c; _Bool flag : 1; unsigned char v : 7; long long last : 40; };
            union f { struct b b; long double ld; char text[33]; };
            struct g { enum tiny { ONE, TWO = 200 } __attribute__((packed)) t; __int128 wide; void (*fn)(int); int tail[]; };
            struct h { char c; struct { int x : 5; int : 7; int y : 20; } in; char d; int z : 31; int q : 2; };
            struct i { unsigned char a : 4; unsigned int b : 20; unsigned short c : 9; float f; _Complex double z; };
            struct j { long v : 63; int w : 1; int x : 1; char y; char a2 : 1; };
            """;
        var c = CDeclarations.Parse(Text, "layouts.h");
        // The program finds each bit field by setting it alone and looking for the bits that changed.
        var program = new System.Text.StringBuilder("#include <stdio.h>\n#include <string.h>\n#include <stddef.h>\n" + Text + "\nint main(void) {\n");
        var expected = new List<string>();
        foreach (var tag in "abcdeghij".Select(t => $"struct {t}").Append("union f"))
        {
            var type = c.FindType(tag)!;
            program.Append($"printf(\"{tag} %zu %zu\\n\", sizeof({tag}), _Alignof({tag}));\n");
            expected.Add($"{tag} {type.ByteSize} {ValueAlignment(type)}");
            foreach (var member in type.Members.Where(m => m.Name is not null))
            {
                if (member.BitSize == 0)
                {
                    program.Append($"printf(\"{tag}.{member.Name} %zu\\n\", 8 * offsetof({tag}, {member.Name}));\n");
                    expected.Add($"{tag}.{member.Name} {member.BitOffset}");
                }
                else
                {
                    program.Append($"{{ {tag} v; memset(&v, 0, sizeof v); v.{member.Name} = -1; int first = -1, n = 0; for (size_t i = 0; i < 8 * sizeof v; i++) if (((unsigned char *)&v)[i / 8] >> (i % 8) & 1) {{ if (first < 0) first = i; n++; }} printf(\"{tag}.{member.Name} %d %d\\n\", first, n); }}\n");
                    expected.Add($"{tag}.{member.Name} {member.BitOffset} {member.BitSize}");
                }
            }
        }

        program.Append("return 0; }\n");
        var output = Compilers.RunC("gcc", program.ToString());
        Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>What cannot be read is refused with line and column, and a word on what would be right.</summary>
    [Theory]
    [InlineData("ssize_t vfs_read(strct file *file)", 1, 18, "'strct'")]
    [InlineData("size_tt f(void)", 1, 1, "did you mean 'size_t'?")]
    [InlineData("int f(int a, unknown_t b)", 1, 14, "nobody knows a type 'unknown_t'")]
    [InlineData("int f(int a", 1, 12, "expected ')'")]
    [InlineData("struct s {\n  int a;\n  struct t b;\n};", 3, 12, "only declared")]
    [InlineData("struct s { int a : 40; };", 1, 16, "a bit field of 40 bits")]
    [InlineData("int f(int) /* open", 1, 12, "comment")]
    [InlineData("#if FOO > 3\nint x;\n#endif", 1, 1, "cc -E")]
    [InlineData("enum e { A = 1 / 0 };", 1, 16, "zero")]
    [InlineData("int a[-1];", 1, 7, "an array of -1 elements")]
    [InlineData("int", 1, 4, "expected a name")]
    [InlineData("", 0, 0, "")]
    [InlineData("struct s { int f(); };", 1, 16, "member functions")]
    [InlineData("class A : public B { int x; };", 1, 9, "base classes")]
    [InlineData("int x = (1;", 1, 9, "not closed")]
    public void CDeclarations_Wrong_SaysWhereAndWhat(string text, int line, int column, string what)
    {
        if (line == 0)
        {
            Assert.Empty(CDeclarations.Parse(text, "test").Functions);
            return;
        }

        var error = Assert.Throws<PrototypeException>(() => CDeclarations.Parse(text, "test"));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    /// <summary>Cut and flipped text is read or refused; nothing else is thrown, and nothing takes long.</summary>
    [Fact]
    public void CDeclarations_CutAndFlipped_ThrowsPrototypeExceptionOnly()
    {
        const string Good = "#define N 3\n#ifdef N\nstruct a { int x : N, y[N]; union { long l; char c; }; } __attribute__((packed));\n#endif\nenum { Q = (1 << N) + sizeof(struct a) };\nint (*f(struct a *p, ...))(const char *[Q]);";
        for (var at = 0; at <= Good.Length; at++)
        {
            Try(Good[..at]);
            foreach (var letter in "(){}[]*,;:=#\n\"'\\/0x_-\0~é" + (at < Good.Length ? (char)(Good[at] ^ 1) : 'a'))
            {
                if (at < Good.Length)
                    Try(Good[..at] + letter + Good[(at + 1)..]);
                Try(Good[..at] + letter + Good[at..]);
            }
        }

        foreach (var nested in (string[])["(", "[", "{", "struct a {", "int (", "*", "sizeof(", "-", "int f(int (", "1?", "#if 1\n", "enum { A = ("])
        {
            Try(string.Concat(Enumerable.Repeat(nested, 20_000)));
            Try("int x[" + string.Concat(Enumerable.Repeat(nested, 20_000)));
        }
    }

    private static void Try(string text)
    {
        try
        {
            foreach (var function in CDeclarations.Parse(text, "test").Functions)
                _ = Show(function);
        }
        catch (PrototypeException)
        {
            // what it may say
        }
    }

    private static uint ValueAlignment(DebugType type) => CType.AlignmentOf(type);

    private static string Show(DebugFunction function) =>
        $"{function.Name}({string.Join(", ", function.Parameters.Select(p => p.Name is null ? Show(p.Type) : $"{Show(p.Type)} {p.Name}").Concat(function.IsVariadic ? ["..."] : []))}): {Show(function.ReturnType)}";

    private static string Show(DebugType? type, int depth = 0) => type is null ? "void" : depth > 8 ? "…" : type.Kind switch
    {
        DebugTypeKind.Pointer => Show(type.Target, depth + 1) + "*",
        DebugTypeKind.Reference => Show(type.Target, depth + 1) + "&",
        DebugTypeKind.RvalueReference => Show(type.Target, depth + 1) + "&&",
        DebugTypeKind.Array => Show(type.Target, depth + 1) + string.Concat(type.Dimensions.Select(d => $"[{d}]")),
        DebugTypeKind.Qualified => $"{type.Qualifier} {Show(type.Target, depth + 1)}",
        DebugTypeKind.Function => $"({string.Join(", ", type.ParameterTypes.Select(p => Show(p, depth + 1)).Concat(((CType)type).TakesMore ? ["..."] : []))} -> {Show(type.Target, depth + 1)})",
        _ => type.Name ?? type.Kind.ToString(),
    };
}
