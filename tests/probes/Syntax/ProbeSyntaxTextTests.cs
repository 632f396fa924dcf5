using CsCheck;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Tests.Syntax;

/// <summary>Trees made at random, written and read again.</summary>
public class ProbeSyntaxTextTests
{
    private static readonly TextSpan None = new(0, 0);

    private static Gen<T> Any<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static readonly Gen<string> Name = Any("a", "file", "_x1", "count", "d_name", "größe", "this", "b4", "u", "f$x");
    private static readonly Gen<string> ArgumentName = Any("a", "name", "_1", "arg1", "x31_characters_xxxxxxxxxxxxxx31");
    private static readonly Gen<string> TypeName = Any("struct foo *", "T", "unsigned long", "ns::Foo *", "const char *", "main.Node", "std::vector<int, A<int> > *");

    private static readonly Gen<string> Function = Gen.OneOf(
        Any(
            "vfs_read", "f.isra.0", "ns::Foo::bar", "ns::f(int, char const*) const", "std::vector<int, A<int> >::push_back", "operator+", "A::operator=", "A::operator()(int) const",
            "A::operator new", "A::operator bool", "main.(*Node).Walk", "github.com/a/b.Fn", "main.F[...]", "<T as U>::f", "m::{closure#0}", "tcp_*", "[a-z]*", "~A", "malloc@GLIBC_2.2.5",
            "x@@V_1", "a=b", "a+8", "a;b", "a%return", "a:b", "a:3", "operator", "operator=x", "operator%return", "p", "r16", "sdt_a:b", "sdt_a", "(x", "a)", "a\\b", "a b", "x.c", "a/b"),
        Gen.String[Any("abcxyz_.:;=@+%\\/<>()[]{}*?~-09 operator".ToCharArray()), 1, 12].Where(s => !char.IsAsciiDigit(s[0]) && s[0] != '-' && s.Trim().Length == s.Length && !HasMinusNumber(s)));

    private static readonly Gen<string> Source = Any("read.c", "fs/read_write.c", "/usr/include/c++/12/bits/x.h", "a b.c", "a=b.c", "x(1).c", "main.go");

    private static readonly Gen<PointSyntax> Point = Gen.OneOf(
        Gen.Select(Function, Any<string?>(null, null, "ext4"), Source, Gen.Int[0, 5], Gen.Int[0, 5000]).Select(PointSyntax (f, module, source, kind, number) =>
            new FunctionPoint(f, f.Contains('/') ? null : module, kind is 1 or 2 ? source : null, kind is 2 or 3 ? number : null, kind == 4 ? (ulong)number : null, kind == 5, null, None)),
        Gen.Select(Function, Any("x=*", "if(a<b)", "\\*", "a;b@c")).Select(PointSyntax (f, pattern) => new FunctionPoint(f, null, null, null, null, false, pattern, None)),
        Gen.Select(Source, Gen.Int[1, 5000]).Select(PointSyntax (s, n) => new LinePoint(s, n, null, None)),
        Gen.Select(Source, Any("x=*", "if(*")).Select(PointSyntax (s, p) => new LinePoint(s, null, p, None)),
        Gen.Select(Gen.ULong, Gen.Bool).Select(PointSyntax (a, r) => new AddressPoint(a, r, None)),
        Gen.Select(Any<string?>(null, "libc", "a_b"), Any("setjmp", "gc__*", "x")).Select(PointSyntax (p, n) => new MarkerPoint(p, n, None)));

    private static readonly Gen<TypeSyntax?> Type = Gen.OneOf<TypeSyntax?>(
        Gen.Const((TypeSyntax?)null),
        Any([.. ProbeTypes.All]).Select(w => (TypeSyntax?)new TypeSyntax(w, null, null, None)),
        Gen.Select(Any("u8", "x64", "string", "char", "bytes", "str"), Gen.Int[1, 64]).Select((w, n) => (TypeSyntax?)new TypeSyntax(w, n, null, None)),
        Gen.Select(Gen.Int[1, 16], Gen.Int[0, 16]).Select((w, o) => (TypeSyntax?)new TypeSyntax("b", null, (w, o, 32), None)));

    private static readonly Gen<ExpressionSyntax> Leaf = Gen.OneOf(
        Name.Select(ExpressionSyntax (n) => new VariableSyntax(n, None)),
        Any("ns::x", "A<int>::x", "::x", "crate::X").Select(ExpressionSyntax (n) => new VariableSyntax(n, None)),
        Any(SpecialKind.Stack, SpecialKind.Comm).Select(ExpressionSyntax (k) => new SpecialSyntax(k, 0, None)),
        Gen.Select(Any(SpecialKind.StackWord, SpecialKind.Argument), Gen.Int[1, 128]).Select(ExpressionSyntax (k, n) => new SpecialSyntax(k, n, None)),
        Any("di", "x0", "r10").Select(ExpressionSyntax (n) => new RegisterSyntax(n, None)),
        Gen.Select(Any("jiffies", "ns::x", "a.0", "user"), Gen.Int[-9, 9]).Select(ExpressionSyntax (s, o) => new SymbolMemorySyntax(s, s == "user" && o == 0 ? 1 : o, None)),
        Gen.Select(Gen.ULong[0, long.MaxValue], Gen.Bool).Select(ExpressionSyntax (a, f) => new AddressMemorySyntax(a, f, None)),
        Gen.Long.Select(ExpressionSyntax (v) => new ImmediateSyntax(v, None)),
        Any("", "text", "a:b)(").Select(ExpressionSyntax (v) => new ImmediateTextSyntax(v, None)));

    private static Gen<ExpressionSyntax> Expression(int depth) => depth == 0 ? Leaf : Gen.Select(Gen.Int[0, 8], Expression(depth - 1), Name, Gen.Bool, Gen.Int[-3, 300], TypeName).Select(ExpressionSyntax (kind, inner, name, flag, number, type) => kind switch
    {
        0 or 1 => new MemberSyntax(inner, name, flag, None, None),
        2 => new MethodSyntax(inner, name, flag, None, None),
        3 => new IndexSyntax(inner, number, None),
        4 => new DereferenceSyntax(inner, None),
        5 => new AddressOfSyntax(inner, None),
        6 => new CastSyntax(type, inner, None, None),
        7 => new MemorySyntax(number, flag, inner, None),
        _ => inner,
    });

    private static readonly Gen<ArgumentSyntax> Argument = Gen.OneOf(
        Gen.Select(Gen.OneOf(Gen.Const((string?)null), ArgumentName.Select(n => (string?)n)), Gen.Int[0, 4].SelectMany(Expression), Type, Gen.Bool).Select((name, e, type, user) => new ArgumentSyntax(name, e, e is ImmediateTextSyntax && type?.BitField is not null ? null : type, user, None)),
        Any(SpecialKind.Variables, SpecialKind.Parameters).Select(k => new ArgumentSyntax(null, new SpecialSyntax(k, 0, None), null, false, None)));

    private static readonly Gen<ProbeSyntax> Definition = Gen.Select(Any<string?>(null, "g", "probe_x"), Any<string?>(null, "e", "_1"), Point, Argument.Array[0, 4])
        .Select((group, name, point, arguments) => new ProbeSyntax { Text = "", Group = name is null ? null : group, Event = name, Point = point, Arguments = arguments });

    /// Whatever tree can be made: its text is read as that tree. What a name cannot hold is escaped, what binds weaker is put in parentheses.
    [Fact]
    public void Format_OfAnyTree_ReadsBackAsThatTree()
    {
        // The same trees in every run; TRACEKIT_FUZZ_SEED and TRACEKIT_FUZZ_COUNT ask for others and for more.
        var random = new PCG(1, (uint)Setting("TRACEKIT_FUZZ_SEED", 1));
        for (var i = Setting("TRACEKIT_FUZZ_COUNT", 20000); i > 0; i--)
        {
            var syntax = Definition.Generate(random, null, out _);
            var text = ProbeSyntaxText.Format(syntax);
            string found;
            try
            {
                found = SyntaxDump.Of(ProbeParser.Parse(text));
            }
            catch (ProbeSyntaxException e)
            {
                found = e.Message;
            }

            Assert.True(SyntaxDump.Of(syntax) == found, $"{text}\nwritten: {SyntaxDump.Of(syntax)}\n   read: {found}");
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private static bool HasMinusNumber(string name) => name.Contains('-') || name.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
}
