using System.Globalization;
using System.Text;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using TraceKit.Probes.Prototypes;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Tests.Abi;

/// <summary>
/// Writes C programs that call functions whose code is a dump of registers and stack, and compare what each place that a convention names holds with what was passed; and programs that
/// look at the registers after functions returned.
/// </summary>
internal static class AbiPrograms
{
    /// <summary>Types of the signatures.</summary>
    public const string Types =
        """
        struct s1 { char c; }; struct s2 { short a; char b; }; struct s4 { int a; }; struct s8 { int a, b; }; struct s12 { int a, b, c; }; struct s16 { long a, b; }; struct s17 { char c[17]; };
        struct s24 { long a, b, c; }; struct big { long v[8]; }; struct f1 { float f; }; struct f2 { float a, b; }; struct f3 { float a, b, c; }; struct f4 { float a, b, c, d; }; struct f5 { float v[5]; };
        struct d1 { double d; }; struct d2 { double a, b; }; struct d3 { double a, b, c; }; struct d4 { double a, b, c, d; }; struct d5 { double v[5]; };
        struct di { double d; long i; }; struct id { long i; double d; }; struct fi { float f; int i; }; struct fid { float f; int i; double d; }; struct ffi { float a, b; int i; };
        struct ld1 { long double v; }; struct q1 { __int128 v; }; struct nest { struct s8 a; struct f2 b; }; struct arr { char v[16]; }; struct sarr { short v[5]; };
        struct __attribute__((packed)) pk { char c; int i; }; struct __attribute__((packed)) pl { char c; long l; };
        struct bits { unsigned a : 3; unsigned b : 29; unsigned long c : 60; }; struct ptrs { void *a; const char *b; };
        union u1 { int i; float f; }; union u2 { double d; long l; }; union u3 { long double ld; int i; }; union u4 { char c[9]; double d; }; union u5 { double d; float f; };
        struct wu { union u1 a; float f; }; struct deep { struct { struct { char c; struct { double d; } x; } y; } z; };
        enum color { RED, GREEN, BLUE }; struct en { enum color c; _Bool b; char d; };
        typedef int (*callback)(int); struct cb { callback f; long n; };
        struct wide { long a; float b; }; struct dl { double d; char c; }; struct two { struct s1 a, b; };
        """;

    /// <summary>What is called.</summary>
    public static readonly string[] Signatures =
    [
        "void F(int a)", "void F(long a, char b, _Bool c, short d, unsigned char e, int f)", "void F(int a, int b, int c, int d, int e, int f, int g, char h, long i, short j)",
        "void F(double a)", "void F(float a, int b, double c, long d)", "void F(long double a, int b)", "void F(int a, long double b, int c, double d)",
        "void F(__int128 a)", "void F(int a, __int128 b, int c)", "void F(int a, int b, int c, int d, int e, __int128 f, int g, int h)", "void F(int a, int b, int c, int d, int e, int f, int g, __int128 h, int i)",
        "void F(struct s1 a, struct s2 b, struct s4 c)", "void F(struct s8 a, struct s12 b, int c)", "void F(struct s16 a, int b)", "void F(struct s17 a, int b)", "void F(struct s24 a, int b, struct big c, int d)",
        "void F(int a, int b, int c, int d, int e, struct s16 f, int g)", "void F(int a, int b, int c, int d, int e, int f, int g, struct s16 h, int i, struct s16 j)", "void F(int a, int b, int c, int d, int e, struct s12 f, long g, struct s8 h)",
        "void F(struct f1 a, struct f2 b, int c)", "void F(struct f3 a, struct f4 b, int c)", "void F(struct f5 a, int b)", "void F(struct d1 a, struct d2 b, struct d3 c, int d)", "void F(struct d4 a, struct d4 b, struct d4 c, int d, double e)", "void F(struct d5 a, int b)",
        "void F(struct di a, struct id b, int c)", "void F(struct fi a, struct fid b, struct ffi c, int d)", "void F(struct ld1 a, int b)", "void F(int a, struct q1 b, int c)", "void F(struct nest a, int b)",
        "void F(struct arr a, struct sarr b, int c)", "void F(struct pk a, int b)", "void F(struct pl a, int b)", "void F(struct bits a, int b)", "void F(struct ptrs a, const char *b, void *c)",
        "void F(union u1 a, union u2 b, int c)", "void F(union u3 a, int b)", "void F(union u4 a, union u5 b, int c)", "void F(struct wu a, int b)", "void F(struct deep a, int b)",
        "void F(enum color a, struct en b, int c)", "void F(callback a, struct cb b)", "void F(double a, double b, double c, double d, double e, double f, double g, double h, double i, int j)",
        "void F(double a, double b, double c, double d, double e, double f, double g, struct d2 h, double i, int j)", "void F(struct di a, struct di b, struct di c, struct di d, struct di e, struct di f, struct di g, int h)",
        "void F(float a, float b, float c, float d, float e, float f, float g, float h, float i, short j, char k)", "void F(_Complex float a, int b)", "void F(_Complex double a, int b)",
        "int F(int a)", "struct s8 F(int a)", "struct s16 F(int a, int b)", "struct s24 F(int a, struct s16 b)", "struct big F(int a, int b, int c, int d, int e, int f, int g)", "struct d4 F(int a)", "struct f3 F(int a)",
        "long double F(int a)", "struct ld1 F(int a)", "union u3 F(int a)", "struct pl F(int a)", "_Complex double F(int a)", "__int128 F(int a)", "struct s17 F(struct s17 a, double b)",
        "void F(int a, ...)", "void F(struct wide a, struct dl b, struct two c, int d)", "void F(char a, char b, char c, char d, char e, char f, char g, char h, char i, short j, int k)",
        "void F(struct s17 a, struct s17 b, struct s17 c, struct s17 d, struct s17 e, struct s17 f, struct s17 g, struct s17 h, struct s17 i, int j)",
        "void F(int *a, char (*b)[4], struct s8 *c, struct big *const *d)", "void F(struct s1 a, struct s1 b, struct s1 c, struct s1 d, struct s1 e, struct s1 f, struct s1 g, struct s1 h, struct s1 i)",
        "void F(struct q1 a, int b, struct q1 c, int d, struct q1 e, struct q1 f, int g)", "void F(struct en a, struct bits b, union u1 c, struct wu d, struct fid e)",
    ];

    /// <summary>Values returned.</summary>
    public static readonly string[] Results =
    [
        "char", "_Bool", "short", "int", "long", "void *", "float", "double", "long double", "__int128", "_Complex float", "_Complex double", "enum color", "struct s1", "struct s2", "struct s4", "struct s8", "struct s12", "struct s16",
        "struct s17", "struct s24", "struct big", "struct f1", "struct f2", "struct f3", "struct f4", "struct f5", "struct d1", "struct d2", "struct d3", "struct d4", "struct d5", "struct di", "struct id", "struct fi", "struct fid", "struct ffi",
        "struct ld1", "struct q1", "struct nest", "struct arr", "struct sarr", "struct pk", "struct pl", "struct bits", "struct ptrs", "union u1", "union u2", "union u3", "union u4", "struct wu", "struct deep", "struct en", "struct cb", "callback",
        "struct wide", "struct dl", "struct two", "unsigned char", "unsigned long long",
    ];

    /// <summary>A program that prints a line for each parameter: <c>N NAME ok</c>.</summary>
    public static string OfParameters(ushort machine, ICallingConvention convention)
    {
        var program = Begin(machine);
        var body = new StringBuilder();
        for (var n = 0; n < Signatures.Length; n++)
        {
            var function = Function(Signatures[n], $"f{n}");
            program.Append(CultureInfo.InvariantCulture, $"extern {Signatures[n].Replace(" F(", $" f{n}(", StringComparison.Ordinal)};\n__asm__(\".globl f{n}\\n.set f{n}, dump\\n\");\n");
            body.Append("{\n");
            foreach (var (index, parameter) in Declared(Signatures[n]).Index())
                body.Append(CultureInfo.InvariantCulture, $"{parameter}; fill(&{NameOf(parameter)}, sizeof {NameOf(parameter)}, {n + index});{(parameter.Contains("long double ", StringComparison.Ordinal) ? $" {NameOf(parameter)} = {n}.5L;" : "")}{(parameter.StartsWith("_Bool ", StringComparison.Ordinal) ? $" {NameOf(parameter)} = 1;" : "")}\n");
            body.Append(CultureInfo.InvariantCulture, $"f{n}({string.Join(", ", Declared(Signatures[n]).Select(NameOf))});\n");
            var places = convention.Parameters(function);
            for (var i = 0; i < places.Count; i++)
            {
                var name = function.Parameters[i].Name!;
                body.Append(CultureInfo.InvariantCulture, $"printf(\"{n} {name} %s\\n\", ");
                body.Append(Check(machine, places[i], name, function.Parameters[i].Type!)).Append(" ? \"ok\" : \"WRONG\");\n");
            }

            body.Append("}\n");
        }

        return program + "int main(void) {\n" + body + "return 0; }\n";
    }

    /// <summary>A program that prints a line for each type returned: <c>N ok</c>, <c>N none</c>.</summary>
    public static string OfResults(ushort machine, ICallingConvention convention)
    {
        var program = Begin(machine);
        var body = new StringBuilder();
        for (var n = 0; n < Results.Length; n++)
        {
            var function = Function($"{Results[n]} F(void)", $"g{n}");
            var extra = Results[n] == "long double" ? $" r = {n}.5L;" : Results[n] == "_Bool" ? " r = 1;" : "";
            program.Append(CultureInfo.InvariantCulture, $"{Results[n]} g{n}(void) {{ {Results[n]} r; fill(&r, sizeof r, {n});{extra} return r; }}\n");
            body.Append(CultureInfo.InvariantCulture, $"{{ {Results[n]} r; fill(&r, sizeof r, {n});{extra} static char room[256]; memset(room, 0, sizeof room); capture((void *)g{n}, room);\n");
            body.Append(CultureInfo.InvariantCulture, $"printf(\"{n} %s\\n\", {Check(machine, convention.Result(function), "r", function.ReturnType!)} ? \"ok\" : \"WRONG\"); }}\n");
        }

        return program + "int main(void) {\n" + body + "return 0; }\n";
    }

    private static DebugFunction Function(string signature, string name) =>
        CDeclarations.Parse(Types + "\n" + signature.Replace(" F(", $" {name}(", StringComparison.Ordinal) + ";", "test").Functions.Single();

    /// <summary>A C expression that compares what a place holds with a variable: the bytes of its scalars, not those between them.</summary>
    private static string Check(ushort machine, VariableLocation? place, string name, DebugType type, ulong from = 0, ulong size = ulong.MaxValue)
    {
        if (place is VariableLocation.Pieces pieces)
        {
            var parts = new List<string>();
            foreach (var (location, bytes) in pieces.Parts)
            {
                parts.Add(Check(machine, location, name, type, from, bytes));
                from += bytes;
            }

            return string.Join(" && ", parts);
        }

        var layout = ValueLayout.Of(type)!;
        var checks = new List<string>();
        foreach (var scalar in layout.Scalars ?? [new Scalar(0, (uint)layout.Size, ScalarClass.Integer, 0)])
        {
            var start = Math.Max(scalar.ByteOffset, from);
            var end = Math.Min(scalar.ByteOffset + (scalar.Class == ScalarClass.Extended && machine == EM_X86_64 ? 10 : scalar.ByteSize), size == ulong.MaxValue ? size : from + size);
            if (start < end)
                checks.Add(Compare(place, name, start, start - from, end - start));
        }

        return checks.Count == 0 ? "1" : string.Join(" && ", checks);
    }

    private static string Compare(VariableLocation? place, string name, ulong offset, ulong inside, ulong size) => place switch
    {
        VariableLocation.Register r => $"!memcmp((char *)&regs[{r.Number}] + {inside}, (char *)&{name} + {offset}, {size})",
        VariableLocation.Memory m => $"!memcmp({Address(m)} + {inside}, (char *)&{name} + {offset}, {size})",
        VariableLocation.None n when n.Reason.Contains("xmm", StringComparison.Ordinal) => $"!memcmp(vectors[{Number(n.Reason, "xmm")}] + {inside}, (char *)&{name} + {offset}, {size})",
        VariableLocation.None n when n.Reason.Contains("passed in v", StringComparison.Ordinal) => $"!memcmp(vectors[{Number(n.Reason, "passed in v")}] + {inside}, (char *)&{name} + {offset}, {size})",
        VariableLocation.None n when n.Reason.Contains("returned in v0", StringComparison.Ordinal) && offset == 0 => $"!memcmp(vectors[0], (char *)&{name}, {size})",
        VariableLocation.None n when n.Reason.Contains("st0", StringComparison.Ordinal) || n.Reason.Contains("returned in v0", StringComparison.Ordinal) => "1",
        VariableLocation.None n when n.Reason.Contains("x8", StringComparison.Ordinal) => $"!memcmp(room + {inside}, (char *)&{name} + {offset}, {size})",
        VariableLocation.None n => $"(printf(\"{n.Reason.Replace("%", "%%", StringComparison.Ordinal)} \"), 0)",
        _ => "1",
    };

    private static string Address(VariableLocation.Memory memory)
    {
        var text = $"(char *)regs[{memory.BaseRegister}]";
        for (var i = 0; i + 1 < memory.Offsets.Count; i++)
            text = $"*(char **)({text} + {memory.Offsets[i]})";
        return $"({text} + {memory.Offsets[^1]})";
    }

    private static string Number(string reason, string after)
    {
        var rest = reason[(reason.IndexOf(after, StringComparison.Ordinal) + after.Length)..];
        return string.Concat(rest.TakeWhile(char.IsAsciiDigit));
    }

    private static IEnumerable<string> Declared(string signature) =>
        signature[(signature.IndexOf(" F(", StringComparison.Ordinal) + 3)..^1].Split(", ").Where(p => p is not ("..." or "void")).Select(p => p);

    private static string NameOf(string parameter) => parameter.Contains("(*", StringComparison.Ordinal)
        ? parameter[(parameter.IndexOf("(*", StringComparison.Ordinal) + 2)..parameter.IndexOf(')')]
        : parameter[(parameter.LastIndexOfAny([' ', '*']) + 1)..];

    /// <summary>Types, the code that dumps, and the code that calls and looks.</summary>
    private static StringBuilder Begin(ushort machine) => new StringBuilder("#include <stdio.h>\n#include <string.h>\n" + Types + "\nunsigned long regs[32]; unsigned char vectors[8][16], stack[1024];\n")
        .Append("static void fill(void *at, int size, int seed) { for (int i = 0; i < size; i++) ((unsigned char *)at)[i] = 0x11 + (seed * 7 + i * 3) % 0x3f; }\n")
        .Append("extern void capture(void *function, void *room);\n")
        .Append(machine == EM_X86_64 ? X64 : Arm64);

    private const string X64 =
        """
        __asm__(".text\n.globl dump\ndump:\n"
            "mov %rax, regs+0(%rip)\nmov %rdx, regs+8(%rip)\nmov %rcx, regs+16(%rip)\nmov %rbx, regs+24(%rip)\nmov %rsi, regs+32(%rip)\nmov %rdi, regs+40(%rip)\nmov %rbp, regs+48(%rip)\nmov %rsp, regs+56(%rip)\n"
            "mov %r8, regs+64(%rip)\nmov %r9, regs+72(%rip)\nmov %r10, regs+80(%rip)\nmov %r11, regs+88(%rip)\n"
            "movups %xmm0, vectors+0(%rip)\nmovups %xmm1, vectors+16(%rip)\nmovups %xmm2, vectors+32(%rip)\nmovups %xmm3, vectors+48(%rip)\nmovups %xmm4, vectors+64(%rip)\nmovups %xmm5, vectors+80(%rip)\nmovups %xmm6, vectors+96(%rip)\nmovups %xmm7, vectors+112(%rip)\n"
            "mov %rsp, %rsi\nlea stack(%rip), %rdi\nmov %rdi, regs+56(%rip)\nmov $1024, %ecx\nrep movsb\n"
            "fldz\nfldz\nmov regs+40(%rip), %rax\nret\n"
            ".globl capture\ncapture:\nsub $8, %rsp\nmov %rdi, %rax\nmov %rsi, %rdi\ncall *%rax\nmov %rax, regs+0(%rip)\nmov %rdx, regs+8(%rip)\nmovups %xmm0, vectors+0(%rip)\nmovups %xmm1, vectors+16(%rip)\nfninit\nadd $8, %rsp\nret\n");

        """;

    private const string Arm64 =
        """
        __asm__(".text\n.globl dump\ndump:\n"
            "adrp x9, regs\nadd x9, x9, :lo12:regs\nstp x0, x1, [x9]\nstp x2, x3, [x9, 16]\nstp x4, x5, [x9, 32]\nstp x6, x7, [x9, 48]\nstr x8, [x9, 64]\nmov x10, sp\nstr x10, [x9, 248]\n"
            "adrp x9, vectors\nadd x9, x9, :lo12:vectors\nstp q0, q1, [x9]\nstp q2, q3, [x9, 32]\nstp q4, q5, [x9, 64]\nstp q6, q7, [x9, 96]\nret\n"
            ".globl capture\ncapture:\nstp x29, x30, [sp, -16]!\nmov x8, x1\nblr x0\nadrp x9, regs\nadd x9, x9, :lo12:regs\nstp x0, x1, [x9]\nadrp x9, vectors\nadd x9, x9, :lo12:vectors\nstp q0, q1, [x9]\nstp q2, q3, [x9, 32]\nldp x29, x30, [sp], 16\nret\n");

        """;
}
