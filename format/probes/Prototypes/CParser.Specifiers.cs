using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Prototypes;

/// <summary>What stands before the declarators (C11 §6.7.2), and those (§6.7.6).</summary>
internal sealed partial class CParser
{
    /// <summary>What comes first in a declaration.</summary>
    private readonly record struct Specified(DebugType? Type, bool IsTypedef);

    /// <summary>Whether a type begins here, as far as it matters to tell <c>(int)</c> from <c>(1 + 2)</c>.</summary>
    private bool IsTypeStart() => Current.Kind == CTokenKind.Name && !_constants.ContainsKey(Current.Text) && Current.Text != "sizeof";

    private Specified Specifiers()
    {
        Deeper();
        var start = Current.Position;
        DebugType? type = null;
        List<string>? words = null;
        var qualifiers = new List<string>();
        bool isTypedef = false, hasType = false;
        for (; Current.Kind == CTokenKind.Name;)
        {
            if (Attributes(null))
                continue;
            var word = Current.Text;
            switch (word)
            {
                case "typedef":
                    isTypedef = true;
                    break;
                case "static" or "extern" or "inline" or "register" or "auto" or "_Noreturn" or "_Thread_local" or "constexpr" or "virtual" or "typename"
                    or "__inline" or "__inline__" or "__extension__" or "__always_inline" or "asmlinkage" or "__must_check" or "noinline" or "notrace" or "__init" or "__exit":
                    break;
                case "const" or "volatile" or "_Atomic" or "__const" or "__volatile__" or "__volatile":
                    qualifiers.Add(word.Trim('_') switch { "const" => "const", "volatile" => "volatile", _ => word });
                    break;
                case "restrict" or "__restrict" or "__restrict__":
                    break;
                case "struct" or "union" or "class" when !hasType:
                    type = Composite();
                    hasType = true;
                    continue;
                case "enum" when !hasType:
                    type = Enumeration();
                    hasType = true;
                    continue;
                case "long" or "short" or "signed" or "unsigned" or "char" or "int" or "__signed__" or "__signed" or "__int128" or "__int128_t" or "__uint128_t"
                    or "float" or "double" or "_Float16" or "_Float128" or "__float128" or "_Complex" or "__complex__" when !hasType:
                    (words ??= []).Add(word);
                    break;
                case "void" when !hasType && words is null:
                    hasType = true;
                    break;
                case "typeof" or "__typeof__" or "__typeof" or "decltype" or "template" or "using" or "namespace":
                    Fail(Current.Position, $"'{word}' is not understood here: plain declarations of C are");
                    break;
                default:
                    if (hasType || words is not null)
                    {
                        // char __user *buf: a mark of the kernel's, which sparse checks.
                        if (!word.StartsWith("__", StringComparison.Ordinal) || !(_tokens[_at + 1].Text == "*" || _tokens[_at + 1].Kind == CTokenKind.Name))
                            return Done();
                        if (word is "__user" or "__percpu" or "__rcu" or "__iomem")
                            qualifiers.Add(word);
                        break;
                    }

                    var position = Current.Position;
                    type = Named(QualifiedName(), position);
                    hasType = true;
                    continue;
            }

            _at++;
        }

        return Done();

        Specified Done()
        {
            if (words is not null)
                type = Arithmetic(words, start);
            else if (!hasType)
                FailExpected("a type");
            foreach (var qualifier in qualifiers)
                type = new CType(DebugTypeKind.Qualified) { Of = type, Qualify = qualifier };
            _depth--;
            return new Specified(type, isTypedef);
        }
    }

    private CType Arithmetic(List<string> words, int start)
    {
        int longs = 0, floats = 0, doubles = 0, complex = 0;
        var signed = true;
        var others = new List<string>();
        foreach (var word in words)
        {
            switch (word)
            {
                case "float": floats++; break;
                case "double": doubles++; break;
                case "_Complex" or "__complex__": complex++; break;
                case "_Float16": return WellKnownTypes.Number(DebugTypeKind.Float, word, 2, true);
                case "_Float128" or "__float128": return WellKnownTypes.Number(DebugTypeKind.Float, word, 16, true);
                case "__int128" or "__int128_t": others.Add("__int128"); break;
                case "__uint128_t": signed = false; others.Add("__int128"); break;
                case "unsigned": signed = false; others.Add(word); break;
                case "__signed__" or "__signed": others.Add("signed"); break;
                default: longs += word == "long" ? 1 : 0; others.Add(word); break;
            }
        }

        if (floats + doubles + complex > 0)
        {
            var (name, size) = floats > 0 ? ("float", 4u) : longs > 0 ? ("long double", 16u) : ("double", 8u);
            var number = WellKnownTypes.Number(DebugTypeKind.Float, complex > 0 ? "complex " + name : name, complex > 0 ? size * 2 : size, true);
            number.Alignment = size;
            return number;
        }

        if (others.Contains("__int128"))
            return WellKnownTypes.Integer(16, signed);
        var canonical = CIntegerNames.Canonical(string.Join(' ', others));
        return canonical switch
        {
            null => Unknown(string.Join(' ', words), start),
            "char" => WellKnownTypes.Number(DebugTypeKind.Character, "char", 1, true),
            "signed char" or "unsigned char" => WellKnownTypes.Number(DebugTypeKind.Character, canonical, 1, canonical[0] == 's'),
            _ => WellKnownTypes.Number(DebugTypeKind.Integer, canonical, canonical.Contains("long", StringComparison.Ordinal) ? 8u : canonical.Contains("short", StringComparison.Ordinal) ? 2u : 4u, signed),
        };
    }

    private CType Unknown(string what, int position)
    {
        Fail(position, $"'{what}' is no type of C");
        return null!;
    }

    /// <summary><c>name</c> or <c>ns::name</c>.</summary>
    private string QualifiedName()
    {
        var name = Current.Text;
        _at++;
        while (Is("::") && _tokens[_at + 1].Kind == CTokenKind.Name)
        {
            name += "::" + _tokens[_at + 1].Text;
            _at += 2;
        }

        return name;
    }

    private DebugType Named(string name, int position)
    {
        if (Typedefs.TryGetValue(name, out var own) || name.Contains("::", StringComparison.Ordinal) && Tags.TryGetValue(name, out own))
            return own;
        if (Elsewhere(name) is { } found)
            return found;
        if (WellKnownTypes.Find(name) is { } known)
            return known;
        if (Tags.TryGetValue(name, out var tag))
            return tag;
        // Behind a pointer nothing needs to be known of it.
        if (Current.Text is "*" or "&" || _tokens[_at].Text is "const" && _tokens[_at + 1].Text is "*" or "&")
        {
            var opaque = new CType(DebugTypeKind.Struct) { Own = name, Incomplete = true };
            Typedefs[name] = opaque;
            return opaque;
        }

        var candidates = new List<string>(Typedefs.Keys);
        candidates.AddRange(WellKnownTypes.All());
        candidates.AddRange(["int", "long", "char", "unsigned", "void", "struct", "const"]);
        Fail(position, $"nobody knows a type '{name}'{Suggestions.DidYouMean(name, candidates)}");
        return null!;
    }

    private DebugType? Elsewhere(string name)
    {
        foreach (var source in _others)
        {
            if (source.FindType(name) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>A type with an abstract declarator: <c>struct foo *</c>.</summary>
    private DebugType? TypeName()
    {
        var type = Declarator(Specifiers().Type, out var name);
        return name is null ? type : throw new PrototypeException(_name, _text, Current.Position, "expected a type without a name");
    }

    private DebugType? Declarator(DebugType? type, out string? name)
    {
        Deeper();
        for (; ; )
        {
            if (Take("*"))
            {
                type = new PointerType(type);
            }
            else if (Is("&") || Is("&&"))
            {
                _language = SourceLanguage.Cpp;
                var reference = new CType(Is("&") ? DebugTypeKind.Reference : DebugTypeKind.RvalueReference) { Of = type, Written = SourceLanguage.Cpp };
                reference.Complete(8, 8);
                type = reference;
                _at++;
            }
            else if (Is("const") || Is("volatile") || Is("_Atomic"))
            {
                type = new CType(DebugTypeKind.Qualified) { Of = type, Qualify = Current.Text };
                _at++;
            }
            else if (Is("restrict") || Is("__restrict") || Is("__restrict__") || Current.Kind == CTokenKind.Name && Current.Text.StartsWith("__", StringComparison.Ordinal) && _tokens[_at + 1].Kind == CTokenKind.Name)
            {
                _at++;
            }
            else if (!Attributes(null))
            {
                break;
            }
        }

        name = null;
        var inner = -1;
        if (Is("(") && (_tokens[_at + 1].Text is "*" or "(" or "&" or "^" || _tokens[_at + 1] is { Kind: CTokenKind.Name } next && !MayBeType(next)))
        {
            // What stands in the parentheses is about what comes behind them: look at that first.
            inner = _at + 1;
            SkipBrackets();
        }
        else if (Current.Kind == CTokenKind.Name)
        {
            name = QualifiedName();
        }

        type = Suffixes(type);
        if (inner >= 0)
        {
            var behind = _at;
            _at = inner;
            type = Declarator(type, out name);
            Expect(")");
            _at = behind;
        }

        _depth--;
        return type;
    }

    /// <summary>Whether a name in parentheses can be a parameter's type rather than what is declared: <c>int (foo)(int)</c> is rare, <c>int f(foo)</c> without a name too.</summary>
    private bool MayBeType(in CToken token) => token.Text is "void" or "const" or "struct" or "union" or "enum" or "char" or "int" or "long" or "short" or "unsigned" or "signed" or "float" or "double"
        || Typedefs.ContainsKey(token.Text) || WellKnownTypes.Find(token.Text) is not null || Elsewhere(token.Text) is not null;

    private DebugType? Suffixes(DebugType? type)
    {
        if (Is("("))
            return FunctionType(type);
        if (!Is("[") || _tokens[_at + 1].Text == "[")
            return type;
        var lengths = new List<ulong?>();
        while (Take("["))
        {
            while (Is("static") || Is("const") || Is("restrict"))
                _at++;
            var start = Current.Position;
            long? length = Is("]") ? null : Constant();
            if (length is < 0 or > int.MaxValue)
                Fail(start, $"an array of {length} elements");
            lengths.Add((ulong?)length);
            Expect("]");
        }

        return new CType(DebugTypeKind.Array) { Of = type, Lengths = lengths };
    }

    private CType FunctionType(DebugType? result)
    {
        Deeper();
        Expect("(");
        var parameters = new List<DebugParameter>();
        var more = false;
        if (Is("void") && _tokens[_at + 1].Text == ")")
            _at++;
        while (!Is(")"))
        {
            if (Take("..."))
            {
                more = true;
                break;
            }

            var type = Declarator(Specifiers().Type, out var name);
            Attributes(null);
            if (Take("="))
                SkipInitializerOfParameter();
            if (name is null && type is null)
                FailExpected("a parameter's type and name");
            // §6.7.6.3: arrays and functions become pointers.
            type = type is CType { Kind: DebugTypeKind.Array } array ? new PointerType(array.Lengths.Count > 1 ? new CType(DebugTypeKind.Array) { Of = array.Of, Lengths = [.. Tail(array.Lengths)] } : array.Of)
                : type is CType { Kind: DebugTypeKind.Function } ? new PointerType(type) : type;
            parameters.Add(new DebugParameter(name, type));
            if (!Take(","))
                break;
        }

        Expect(")");
        while (Is("const") || Is("override") || Is("final"))
            _at++;
        _depth--;
        return new CType(DebugTypeKind.Function) { Of = result, Takes = parameters, TakesMore = more };
    }

    private void SkipInitializerOfParameter()
    {
        while (Current.Kind != CTokenKind.End && !Is(",") && !Is(")"))
        {
            if (Current.Text is "(" or "[" or "{")
                SkipBrackets();
            else
                _at++;
        }
    }

    private static IEnumerable<ulong?> Tail(IReadOnlyList<ulong?> lengths)
    {
        for (var i = 1; i < lengths.Count; i++)
            yield return lengths[i];
    }
}
