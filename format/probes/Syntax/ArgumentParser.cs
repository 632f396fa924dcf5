using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Syntax;

/// <summary>Reads what is fetched: <c>[NAME=]EXPR[:TYPE][@user]</c>, separated by blanks outside of brackets.</summary>
internal sealed class ArgumentParser
{
    /// <summary>Steps of one expression: members, indexes, dereferences, casts. The kernel gives up at 16 dereferences; this bounds the tree and the stack.</summary>
    public const int MaxSteps = 64;

    private static readonly string[] SpecialNames = ["vars", "params", "retval", "stack", "comm", "arg1", "stack0"];
    private static readonly string[] TypeKeywords = ["struct", "union", "enum", "class", "const", "volatile", "unsigned", "signed", "long", "short", "int", "char", "void", "float", "double"];

    private readonly SyntaxReader _reader;
    private int _steps;

    private ArgumentParser(SyntaxReader reader) => _reader = reader;

    /// <summary>All arguments up to the end.</summary>
    public static List<ArgumentSyntax> ParseAll(SyntaxReader reader)
    {
        var arguments = new List<ArgumentSyntax>();
        for (; ; )
        {
            reader.SkipBlanks();
            if (reader.AtEnd)
                return arguments;
            if (arguments.Count == ProbeNames.MaxArguments)
                throw reader.Fail(reader.Position, $"expected at most {ProbeNames.MaxArguments} arguments, which is all the kernel takes");
            arguments.Add(new ArgumentParser(reader).ParseArgument());
        }
    }

    private ArgumentSyntax ParseArgument()
    {
        var from = _reader.Position;
        var name = ParseName();
        var expressionAt = _reader.Position;
        var expression = ParseUnary();
        TypeSyntax? type = null;
        if (_reader.Peek() == ':')
        {
            _reader.Position++;
            type = TypeParser.Parse(_reader);
        }

        var isUser = false;
        if (_reader.Peek() == '@')
        {
            var at = _reader.Position;
            _reader.Position++;
            var wordAt = _reader.Position;
            _reader.SkipName();
            var word = _reader.Slice(wordAt, _reader.Position);
            isUser = word == "user" ? true : throw _reader.Fail(at, $"expected @user, found '@{word}'{Suggestions.DidYouMean(Suggestions.Nearest(word, ["user"]) is null ? null : "@user")}");
        }

        if (!_reader.AtBlankOrEnd)
            throw _reader.Expected(type is null ? "'->', '.', '[', ':TYPE' or a blank" : isUser ? "a blank" : "a blank or @user");
        if (expression is SpecialSyntax { Kind: SpecialKind.Variables or SpecialKind.Parameters } all)
        {
            var spelled = all.Kind == SpecialKind.Variables ? "$vars" : "$params";
            if (name is not null || type is not null || isUser)
                throw _reader.Fail(name is not null ? from : type?.Span.Start ?? all.Span.Start, $"{spelled} is many arguments: it takes no name, no type and no @user");
        }
        else if (HoldsMany(expression) is { } inner)
        {
            throw _reader.Fail(inner.Start, "$vars and $params stand alone: they are many values");
        }

        if (type is { BitField: not null } && expression is ImmediateTextSyntax)
            throw _reader.Fail(expressionAt, "a text has no bits");
        return new ArgumentSyntax(name, expression, type, isUser, _reader.SpanFrom(from));
    }

    private static TextSpan? HoldsMany(ExpressionSyntax expression) =>
        expression.Innermost is SpecialSyntax { Kind: SpecialKind.Variables or SpecialKind.Parameters } special ? special.Span : null;

    /// <summary><c>NAME=</c>: up to a '=' that comes before anything that is in no name.</summary>
    private string? ParseName()
    {
        var from = _reader.Position;
        var at = from;
        while (at < _reader.End && (SyntaxReader.IsNamePart(_reader.Text[at]) || _reader.Text[at] is '-' or '.' or '/'))
        {
            if (_reader.Text[at] == '-' && at + 1 < _reader.End && _reader.Text[at + 1] == '>')
                return null;
            at++;
        }

        if (at >= _reader.End || _reader.Text[at] != '=')
            return null;
        var name = _reader.Slice(from, at);
        if (name.Length == 0)
            throw _reader.Expected("an argument's name before '='");
        if (!ProbeNames.IsIdentifier(name))
        {
            var wrong = 0;
            while (wrong < name.Length && (char.IsAsciiLetterOrDigit(name[wrong]) || name[wrong] == '_'))
                wrong++;
            throw wrong == name.Length
                ? _reader.Fail(from, $"an argument's name does not begin with a digit: '{name}'")
                : _reader.Fail(from + wrong, $"an argument's name has letters, digits and _ only, found {_reader.FoundAt(from + wrong)}");
        }

        if (name.Length > ProbeNames.MaxArgumentLength)
            throw _reader.Fail(from, $"an argument's name has at most {ProbeNames.MaxArgumentLength} characters, this one has {name.Length}");
        _reader.Position = at + 1;
        return name;
    }

    private void CountStep(int at)
    {
        if (++_steps > MaxSteps)
            throw _reader.Fail(at, $"more than {MaxSteps} steps in one expression");
    }

    /// <summary><c>*x</c>, <c>&amp;x</c>, <c>(T)x</c>, or something that begins with what it is.</summary>
    private ExpressionSyntax ParseUnary()
    {
        var from = _reader.Position;
        CountStep(from);
        switch (_reader.Peek())
        {
            case '*':
                _reader.Position++;
                var pointer = ParseUnary();
                return new DereferenceSyntax(pointer, _reader.SpanFrom(from));
            case '&':
                _reader.Position++;
                if (_reader.Peek() == '&')
                    throw _reader.Fail(from, "'&&' is no operator of arguments; conditions go into --filter");
                var place = ParseUnary();
                return new AddressOfSyntax(place, _reader.SpanFrom(from));
            case '(':
                return ParseParenthesis(from);
            case '+' or '-':
                return ParseMemory(from);
            case '@':
                return ParseSymbolMemory(from);
            case '\\':
                return ParseImmediate(from);
            default:
                return ParsePostfix(ParsePrimary(from), from);
        }
    }

    private ExpressionSyntax ParsePrimary(int from)
    {
        switch (_reader.Peek())
        {
            case '$':
                return ParseSpecial(from);
            case '%':
                _reader.Position++;
                var register = _reader.Position;
                _reader.SkipName();
                return _reader.Position > register
                    ? new RegisterSyntax(_reader.Slice(register, _reader.Position), _reader.SpanFrom(from))
                    : throw _reader.Expected("a register's name after '%'");
            case var c when SyntaxReader.IsNameStart(c) || (c == ':' && _reader.Peek(1) == ':' && SyntaxReader.IsNameStart(_reader.Peek(2))):
                return ParseVariable(from);
            case var c when char.IsAsciiDigit(c):
                throw _reader.Expected("a variable, $NAME, %REGISTER, @SYMBOL or +OFFSET(…)", "; a number alone is written \\NUMBER");
            case '#':
                throw _reader.Fail(from, "'#' begins a comment in the kernel's probe files and would cut the arguments off");
            default:
                throw _reader.Expected("a variable, $NAME, %REGISTER, @SYMBOL or +OFFSET(…)");
        }
    }

    /// <summary><c>x</c>, <c>ns::x</c>, <c>Foo&lt;int&gt;::count</c>.</summary>
    private VariableSyntax ParseVariable(int from)
    {
        for (; ; )
        {
            _reader.SkipName();
            if (_reader.Peek() == '<' && EndOfTemplate() is var end && end > 0)
                _reader.Position = end;
            if (_reader.Peek() != ':' || _reader.Peek(1) != ':')
                break;
            _reader.Position += 2;
            if (!SyntaxReader.IsNameStart(_reader.Peek()))
                throw _reader.Expected("a name after '::'");
        }

        return new VariableSyntax(_reader.Slice(from, _reader.Position), _reader.SpanFrom(from));
    }

    /// <summary>Just past template arguments that a '::' follows; 0 when it is something else.</summary>
    private int EndOfTemplate()
    {
        var depth = 0;
        for (var at = _reader.Position; at < _reader.End; at++)
        {
            depth += _reader.Text[at] == '<' ? 1 : _reader.Text[at] == '>' ? -1 : 0;
            if (depth == 0)
                return at + 2 < _reader.End && _reader.Text[at + 1] == ':' && _reader.Text[at + 2] == ':' ? at + 1 : 0;
        }

        return 0;
    }

    private ExpressionSyntax ParsePostfix(ExpressionSyntax target, int from)
    {
        for (; ; )
        {
            var at = _reader.Position;
            if (_reader.TrySkip("->"))
                target = ParseMember(target, true, from);
            else if (_reader.TrySkip("."))
                target = ParseMember(target, false, from);
            else if (_reader.TrySkip("["))
                target = ParseIndex(target, from);
            else
                return _reader.Peek() == '(' && at > from ? throw _reader.Fail(at, "functions cannot be called in a probe; where this is part of the function's name: the type that it returns is left out") : target;
            CountStep(at);
        }
    }

    private ExpressionSyntax ParseMember(ExpressionSyntax target, bool isArrow, int from)
    {
        var nameAt = _reader.Position;
        // Fields of Rust's tuples are numbers.
        if (!SyntaxReader.IsNameStart(_reader.Peek()) && !char.IsAsciiDigit(_reader.Peek()))
            throw _reader.Expected($"a member after '{(isArrow ? "->" : ".")}'");
        _reader.SkipName();
        var name = _reader.Slice(nameAt, _reader.Position);
        var nameSpan = _reader.SpanFrom(nameAt);
        if (_reader.Peek() != '(')
            return new MemberSyntax(target, name, isArrow, nameSpan, _reader.SpanFrom(from));
        _reader.Position++;
        if (!_reader.TrySkip(")"))
            throw _reader.Expected("')'", "; what containers know takes no argument: v.size(), and elements are v[3]");
        return new MethodSyntax(target, name, isArrow, nameSpan, _reader.SpanFrom(from));
    }

    private IndexSyntax ParseIndex(ExpressionSyntax target, int from)
    {
        var isNegative = _reader.TrySkip("-");
        if (SyntaxReader.IsNameStart(_reader.Peek()) || _reader.Peek() == '$')
            throw _reader.Expected("a number as index", "; the kernel can only add what is known when the probe is made");
        var number = (long)_reader.Number("a number as index", int.MaxValue);
        if (!_reader.TrySkip("]"))
            throw _reader.Expected("']'");
        return new IndexSyntax(target, isNegative ? -number : number, _reader.SpanFrom(from));
    }

    /// <summary>A cast, or parentheses around an expression.</summary>
    private ExpressionSyntax ParseParenthesis(int from)
    {
        var close = ClosingParenthesis(from);
        var content = _reader.Text.AsSpan(from + 1, close - from - 1).Trim([' ', '\t']);
        if (content.Length == 0)
            throw _reader.Fail(from + 1, $"expected a type or an expression, found {_reader.FoundAt(close)}");
        var after = close + 1;
        var isType = IsSurelyType(content);
        if (isType)
        {
            // What is cast may stand apart, as people write it in C.
            while (after < _reader.End && SyntaxReader.IsBlank(_reader.Text[after]))
                after++;
        }

        if (isType || (IsNameOnly(content) && BeginsOperand(after)))
        {
            var typeSpan = new TextSpan(from + 1, close - from - 1);
            _reader.Position = after;
            if (_reader.AtEnd)
                throw _reader.Expected($"what is to be of type {content}");
            var target = ParseUnary();
            return new CastSyntax(Collapse(content), target, typeSpan, _reader.SpanFrom(from));
        }

        _reader.Position = from + 1;
        _reader.SkipBlanks();
        var inner = ParseUnary();
        _reader.SkipBlanks();
        if (_reader.Position != close)
            throw _reader.Expected("')'");
        _reader.Position = close + 1;
        return ParsePostfix(inner, from);
    }

    private int ClosingParenthesis(int from)
    {
        var depth = 0;
        var isText = false;
        for (var at = from; at < _reader.End; at++)
        {
            isText ^= _reader.Text[at] == '"';
            if (isText)
                continue;
            depth += _reader.Text[at] == '(' ? 1 : _reader.Text[at] == ')' ? -1 : 0;
            if (depth == 0)
                return at;
        }

        throw _reader.Fail(from, "'(' is not closed");
    }

    private static bool IsSurelyType(ReadOnlySpan<char> content)
    {
        if (!SyntaxReader.IsNameStart(content[0]))
            return false;
        if (content[^1] is '*' or '&')
            return true;
        var end = 0;
        while (end < content.Length && SyntaxReader.IsNamePart(content[end]))
            end++;
        foreach (var keyword in TypeKeywords)
        {
            if (content[..end].SequenceEqual(keyword))
                return end == content.Length || !(content[end] is '.' or '[' or '-' or ':');
        }

        return false;
    }

    /// <summary>A name with scopes and template arguments, which may be a type as well as a variable.</summary>
    private static bool IsNameOnly(ReadOnlySpan<char> content)
    {
        if (!SyntaxReader.IsNameStart(content[0]))
            return false;
        var depth = 0;
        foreach (var c in content)
        {
            depth += c == '<' ? 1 : c == '>' ? -1 : 0;
            if (depth == 0 && !SyntaxReader.IsNamePart(c) && c is not (':' or '>' or '.'))
                return false;
        }

        return true;
    }

    private bool BeginsOperand(int at)
    {
        if (at >= _reader.End)
            return false;
        var c = _reader.Text[at];
        var next = at + 1 < _reader.End ? _reader.Text[at + 1] : '\0';
        return SyntaxReader.IsNameStart(c) || (c == ':' && next == ':') || c is '(' or '*' or '&' or '$' or '%' or '\\' || (c == '+' && (char.IsAsciiDigit(next) || next == 'u')) || (c == '-' && next != '>')
            || (c == '@' && !IsUserMark(at));
    }

    /// <summary>Whether <c>@user</c> ends the argument here.</summary>
    private bool IsUserMark(int at)
    {
        const string Mark = "@user";
        return string.CompareOrdinal(_reader.Text, at, Mark, 0, Mark.Length) == 0 && (at + Mark.Length >= _reader.End || SyntaxReader.IsBlank(_reader.Text[at + Mark.Length]));
    }

    private static string Collapse(ReadOnlySpan<char> type)
    {
        var text = new System.Text.StringBuilder(type.Length);
        foreach (var c in type)
        {
            if (!SyntaxReader.IsBlank(c))
                text.Append(c);
            else if (text[^1] != ' ')
                text.Append(' ');
        }

        return text.ToString();
    }

    /// <summary><c>$retval</c> and the others.</summary>
    private SpecialSyntax ParseSpecial(int from)
    {
        _reader.Position++;
        var nameAt = _reader.Position;
        _reader.SkipName();
        var name = _reader.Slice(nameAt, _reader.Position);
        if (name == "arg" && _reader.TrySkip("*"))
            return new SpecialSyntax(SpecialKind.Parameters, 0, _reader.SpanFrom(from));
        SpecialKind? kind = name switch
        {
            "vars" => SpecialKind.Variables,
            "params" => SpecialKind.Parameters,
            "retval" => SpecialKind.ReturnValue,
            "stack" => SpecialKind.Stack,
            "comm" or "COMM" => SpecialKind.Comm,
            _ => null,
        };
        if (kind is { } known)
            return new SpecialSyntax(known, 0, _reader.SpanFrom(from));
        foreach (var (prefix, what) in (ReadOnlySpan<(string, SpecialKind)>)[("arg", SpecialKind.Argument), ("stack", SpecialKind.StackWord)])
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || name.Length == prefix.Length || !char.IsAsciiDigit(name[prefix.Length]))
                continue;
            _reader.Position = nameAt + prefix.Length;
            var number = (int)_reader.Number(what == SpecialKind.Argument ? "an argument's number" : "a number of words", what == SpecialKind.Argument ? 128u : 65535u);
            return number == 0 && what == SpecialKind.Argument
                ? throw _reader.Fail(from, "arguments are counted from $arg1")
                : new SpecialSyntax(what, number, _reader.SpanFrom(from));
        }

        var near = Suggestions.Nearest(name, SpecialNames);
        throw _reader.Fail(from, name.Length == 0
            ? $"expected a name after '$', found {_reader.FoundAt(nameAt)}; known are $vars, $params, $retval, $argN, $stack, $stackN, $comm"
            : $"expected $vars, $params, $retval, $argN, $stack, $stackN or $comm, found '${name}'{Suggestions.DidYouMean(near is null ? null : "$" + near)}");
    }

    /// <summary><c>+|-[u]OFFSET(INNER)</c>.</summary>
    private MemorySyntax ParseMemory(int from)
    {
        var isNegative = _reader.Peek() == '-';
        _reader.Position++;
        var isUser = _reader.TrySkip("u");
        var offset = (long)_reader.Number("an offset in bytes", int.MaxValue);
        if (!_reader.TrySkip("("))
            throw _reader.Expected("'(' and what the offset is counted from");
        _reader.SkipBlanks();
        var inner = ParseUnary();
        _reader.SkipBlanks();
        if (!_reader.TrySkip(")"))
            throw _reader.AtEnd ? _reader.Fail(_reader.Position, "expected ')', found the end") : _reader.Expected("')'");
        return new MemorySyntax(isNegative ? -offset : offset, isUser, inner, _reader.SpanFrom(from));
    }

    /// <summary><c>@SYMBOL[+|-OFFSET]</c>, <c>@ADDRESS</c>, <c>@+OFFSET</c>.</summary>
    private ExpressionSyntax ParseSymbolMemory(int from)
    {
        _reader.Position++;
        if (_reader.TrySkip("+"))
            return new AddressMemorySyntax(_reader.Number("an offset in the file", long.MaxValue), true, _reader.SpanFrom(from));
        if (char.IsAsciiDigit(_reader.Peek()))
            return new AddressMemorySyntax(_reader.Number("an address", ulong.MaxValue), false, _reader.SpanFrom(from));
        var symbolAt = _reader.Position;
        while (SyntaxReader.IsNamePart(_reader.Peek()) || (_reader.Peek() == '.' && SyntaxReader.IsNamePart(_reader.Peek(1))) || (_reader.Peek() == ':' && _reader.Peek(1) == ':'))
            _reader.Position += _reader.Peek() == ':' ? 2 : 1;
        if (_reader.Position == symbolAt)
            throw _reader.Expected("a symbol, an address or +OFFSET after '@'");
        var symbol = _reader.Slice(symbolAt, _reader.Position);
        if (symbol == "user" && _reader.AtBlankOrEnd)
            throw _reader.Fail(from, "@user stands directly behind what is read from the process; a symbol of this name is @user+0");
        long offset = 0;
        if (_reader.Peek() is '+' or '-')
        {
            var isNegative = _reader.Peek() == '-';
            if (isNegative && _reader.Peek(1) == '>')
                throw _reader.Expected("'+' or '-' and an offset, ':TYPE' or a blank", "; members of a global are reached by its name without '@'");
            _reader.Position++;
            offset = (long)_reader.Number("an offset in bytes", int.MaxValue);
            offset = isNegative ? -offset : offset;
        }

        return new SymbolMemorySyntax(symbol, offset, _reader.SpanFrom(from));
    }

    /// <summary><c>\NUMBER</c>, <c>\"TEXT"</c>.</summary>
    private ExpressionSyntax ParseImmediate(int from)
    {
        _reader.Position++;
        if (_reader.TrySkip("\""))
        {
            var textAt = _reader.Position;
            while (_reader.Peek() is not ('"' or '\0'))
            {
                if (SyntaxReader.IsBlank(_reader.Peek()))
                    throw _reader.Fail(_reader.Position, "the kernel takes no blank in a text, not even between quotes");
                if (_reader.Peek() == '#')
                    throw _reader.Fail(_reader.Position, "'#' begins a comment in the kernel's probe files and would cut the arguments off");
                _reader.Position++;
            }

            var value = _reader.Slice(textAt, _reader.Position);
            return _reader.TrySkip("\"") ? new ImmediateTextSyntax(value, _reader.SpanFrom(from)) : throw _reader.Fail(from + 1, "the text is not closed by '\"'");
        }

        var isNegative = _reader.TrySkip("-");
        if (!isNegative)
            _reader.TrySkip("+");
        var number = _reader.Number("a number or \"TEXT\" after '\\'", isNegative ? 1UL << 63 : ulong.MaxValue);
        return new ImmediateSyntax(isNegative ? unchecked(-(long)number) : unchecked((long)number), _reader.SpanFrom(from));
    }
}
