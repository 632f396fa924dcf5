using System.Diagnostics.CodeAnalysis;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Prototypes;

/// <summary>Reads declarations of C (C11 §6.7), with what gcc and the kernel add that matters for types.</summary>
internal sealed partial class CParser
{
    /// <summary>Deeper nesting than anybody writes.</summary>
    private const int MaximumDepth = 64;

    private readonly string _text;
    private readonly string _name;
    private readonly IReadOnlyList<ITypeSource> _others;
    private readonly List<CToken> _tokens;
    private readonly Dictionary<string, long> _constants = new(StringComparer.Ordinal);
    private SourceLanguage _language = SourceLanguage.C;
    private int _at;
    private int _depth;

    public CParser(string text, string name, IReadOnlyList<ITypeSource> others)
    {
        _text = text;
        _name = name;
        _others = others;
        _tokens = new CTokenizer(name, text).Read();
    }

    public Dictionary<string, DebugType> Tags { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, DebugType> Typedefs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, DebugFunction> Functions { get; } = new(StringComparer.Ordinal);

    private CToken Current => _tokens[_at];

    public void Run()
    {
        while (Current.Kind != CTokenKind.End)
        {
            // extern "C" { … }, and namespaces, are transparent.
            if (Is("extern") && _tokens[_at + 1].Kind == CTokenKind.Text)
            {
                _at += 2;
                Take("{");
            }
            else if (!Take(";") && !Take("}"))
            {
                Declaration();
            }
        }

        // A name that was declared for a pointer's sake, and described by somebody else: that is who it is.
        foreach (var (tag, type) in Tags)
        {
            if (type is CType { IsDeclaration: true } own && Elsewhere(Keyword(own.Kind) + " " + tag) is { } found)
                own.CompleteBy(found);
        }
    }

    private static string Keyword(DebugTypeKind kind) => kind switch { DebugTypeKind.Union => "union", DebugTypeKind.Enum => "enum", _ => "struct" };

    private void Declaration()
    {
        if (Is("_Static_assert") || Is("static_assert"))
        {
            _at++;
            SkipBrackets();
            Expect(";");
            return;
        }

        var specifiers = Specifiers();
        if (Take(";"))
            return;
        for (; ; )
        {
            var start = Current.Position;
            var type = Declarator(specifiers.Type, out var name);
            Attributes(null);
            if (name is null)
                Fail(start, "expected a name");
            if (specifiers.IsTypedef)
                Typedefs[name] = new CType(DebugTypeKind.Typedef) { Own = name, Of = type };
            else if (type is CType { Kind: DebugTypeKind.Function } function)
                Functions[name] = new CFunction(name, function, _name, name.Contains("::", StringComparison.Ordinal) ? SourceLanguage.Cpp : _language);
            if (Take("="))
                SkipInitializer();
            if (Take(","))
                continue;
            if (Is("{"))
                SkipBrackets();
            else if (Current.Kind != CTokenKind.End)
                Expect(";");
            return;
        }
    }

    /// <summary>Moves over a value that is not wanted.</summary>
    private void SkipInitializer()
    {
        while (Current.Kind != CTokenKind.End && !Is(";") && !Is(","))
        {
            if (Current.Text is "(" or "[" or "{")
                SkipBrackets();
            else
                _at++;
        }
    }

    /// <summary>Moves over brackets and all that is in them.</summary>
    private void SkipBrackets()
    {
        var start = Current.Position;
        var depth = 0;
        do
        {
            if (Current.Kind == CTokenKind.End)
                Fail(start, "a bracket that is not closed");
            if (Current.Kind == CTokenKind.Punctuation)
                depth += Current.Text is "(" or "[" or "{" ? 1 : Current.Text is ")" or "]" or "}" ? -1 : 0;
            _at++;
        }
        while (depth > 0);
    }

    /// <summary>Moves over attributes; remembers those that change a layout.</summary>
    private bool Attributes(AttributeSet? found)
    {
        var any = false;
        for (; ; any = true)
        {
            if (Is("__attribute__") || Is("__attribute"))
            {
                _at++;
                var end = _at;
                SkipBrackets();
                (end, _at) = (_at, end);
                for (; _at < end; _at++)
                {
                    if (Is("packed") || Is("__packed__"))
                        found?.SetPacked();
                    else if ((Is("aligned") || Is("__aligned__")) && found is not null)
                        found.Align(AlignmentArgument());
                    else if (Is("vector_size") || Is("__vector_size__") || Is("mode") || Is("__mode__"))
                        Fail(Current.Position, $"the attribute '{Current.Text}' is not understood");
                }

                _at = end;
            }
            else if (Is("_Alignas") || Is("alignas"))
            {
                var alignment = AlignmentArgument();
                _at++;
                found?.Align(alignment);
            }
            else if (Is("__packed"))
            {
                _at++;
                found?.SetPacked();
            }
            else if (Is("asm") || Is("__asm__") || Is("__asm") || Is("__declspec") || Is("noexcept") && _tokens[_at + 1].Text == "(")
            {
                _at++;
                if (Is("("))
                    SkipBrackets();
            }
            else if (Is("[") && _tokens[_at + 1].Text == "[")
            {
                SkipBrackets();
            }
            else if (Is("noexcept"))
            {
                _at++;
            }
            else
            {
                return any;
            }
        }
    }

    /// <summary>At the word; leaves the place on the last token.</summary>
    private uint AlignmentArgument()
    {
        var start = Current.Position;
        if (_tokens[_at + 1].Text != "(")
            return 16;
        _at += 2;
        var alignment = IsTypeStart() ? CType.AlignmentOf(TypeName()) : Constant();
        if (!Is(")"))
            FailExpected("')'");
        if (alignment is < 1 or > 1 << 20 || (alignment & (alignment - 1)) != 0)
            Fail(start, $"an alignment of {alignment} is no power of two");
        return (uint)alignment;
    }

    private bool Is(string text) => Current.Text == text && Current.Kind is CTokenKind.Name or CTokenKind.Punctuation && Current.Text == text;

    private bool Take(string text)
    {
        if (!Is(text))
            return false;
        _at++;
        return true;
    }

    private void Expect(string text)
    {
        if (!Take(text))
            FailExpected($"'{text}'");
    }

    private void Deeper()
    {
        if (++_depth > MaximumDepth)
            Fail(Current.Position, $"nested deeper than {MaximumDepth}");
    }

    [DoesNotReturn]
    private void FailExpected(string what) =>
        Fail(Current.Position, $"expected {what}, found {(Current.Kind == CTokenKind.End ? "the end" : $"'{(Current.Text.Length > 40 ? Current.Text[..40] : Current.Text)}'")}");

    [DoesNotReturn]
    private void Fail(int position, string reason) => throw new PrototypeException(_name, _text, position, reason);

    /// <summary>What attributes say about a layout.</summary>
    private sealed class AttributeSet
    {
        public bool IsPacked { get; private set; }

        public uint Alignment { get; private set; }

        public void SetPacked() => IsPacked = true;

        public void Align(long alignment) => Alignment = Math.Max(Alignment, (uint)alignment);
    }
}
