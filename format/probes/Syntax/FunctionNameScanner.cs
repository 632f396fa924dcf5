namespace TraceKit.Probes.Syntax;

/// <summary>
/// Finds where the name of a function ends in a definition. Names of C++, Rust and Go hold what perf's grammar cuts at: <c>::</c>, <c>operator+=</c>,
/// <c>std::vector&lt;int, std::allocator&lt;int&gt; &gt;::push_back</c>, <c>&lt;T as Trait&gt;::f</c>, <c>main.(*Node).Walk</c>. So nothing inside of brackets, after a backslash,
/// in <c>::</c> or in an operator's name cuts.
/// </summary>
internal static class FunctionNameScanner
{
    /// <summary>Longest first, so that the first that fits is the operator.</summary>
    private static readonly string[] Operators =
    [
        "<=>", "->*", "<<=", ">>=", "()", "[]", "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=",
        "\"\"", "<", ">", "=", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", ",",
    ];

    private const int MaxDepth = 200;

    private const int MaxConversionType = 1024;

    /// <summary>The first place at or after the reader's position where one of <paramref name="stops"/> stands, or a blank, or the end. The position is left alone.</summary>
    /// <param name="reader">At the name.</param>
    /// <param name="stops">Characters that end it; <c>:</c> means a single one.</param>
    /// <exception cref="ProbeSyntaxException">Brackets that do not pair, or a character that is in no name.</exception>
    public static int Scan(SyntaxReader reader, string stops)
    {
        var text = reader.Text;
        var from = reader.Position;
        var open = new Stack<int>();
        var at = from;
        while (at < reader.End)
        {
            var c = text[at];
            if (c == '\\')
            {
                if (at + 1 >= reader.End)
                    throw reader.Fail(at, "expected a character behind the backslash, found the end");
                at += 2;
                continue;
            }

            if (c == 'o' && OperatorAt(reader, from, at, out var operatorEnd))
            {
                at = operatorEnd;
                continue;
            }

            if (c is '(' or '<' or '[' or '{')
            {
                open.Push(at++);
                if (open.Count > MaxDepth)
                    throw reader.Fail(at - 1, $"more than {MaxDepth} brackets inside each other");
                continue;
            }

            if (c is ')' or '>' or ']' or '}')
            {
                // An arrow (Rust's fn() -> T, C++'s decltype) closes nothing, nor does '>' inside of other brackets: Foo<(a > b)>.
                var isArrow = c == '>' && at > from && text[at - 1] == '-' && open.Count > 0;
                var isGreater = c == '>' && open.Count > 0 && text[open.Peek()] != '<';
                if (!isArrow && !isGreater)
                    Close(reader, open, at);
                at++;
                if (c == ')' && open.Count == 0)
                    at = SkipQualifiers(reader, at);
                continue;
            }

            if (open.Count > 0)
            {
                at++;
                continue;
            }

            if (SyntaxReader.IsBlank(c))
                return at;
            if (c == ':' && at + 1 < reader.End && text[at + 1] == ':')
            {
                at += 2;
                continue;
            }

            if (stops.Contains(c))
            {
                // c++ in a path is no offset.
                if (c != '+' || IsOffset(reader, from, at))
                    return at;
            }
            else if (c is '"' or '\'' or '`' or '^' or '|' or '!' or ',' or '&' or '#')
            {
                throw reader.Fail(at, $"expected a function or a source file, found {reader.FoundAt(at)}, which is in no name{(c == '&' ? "; the type that a function returns is left out" : "")}");
            }

            at++;
        }

        if (open.Count > 0)
            throw reader.Fail(open.Peek(), $"'{text[open.Peek()]}' is not closed");
        return at;
    }

    private static bool IsOffset(SyntaxReader reader, int from, int plus) =>
        !reader.Text.AsSpan(from, plus - from).Contains('/') || (plus + 1 < reader.End && char.IsAsciiDigit(reader.Text[plus + 1]));

    private static void Close(SyntaxReader reader, Stack<int> open, int at)
    {
        var closing = reader.Text[at];
        var opening = closing switch { ')' => '(', '>' => '<', ']' => '[', _ => '{' };
        // '<' may have been "less than" when something around it closes: Foo<(a < b)>.
        while (open.Count > 0 && reader.Text[open.Peek()] == '<' && closing != '>')
            open.Pop();
        if (open.Count == 0 || reader.Text[open.Peek()] != opening)
            throw reader.Fail(at, $"'{closing}' closes nothing");
        open.Pop();
    }

    /// <summary>Goes past what may follow a C++ function's parameters after a blank: <c>const</c>, <c>&amp;&amp;</c>, <c>[clone .cold]</c>.</summary>
    private static int SkipQualifiers(SyntaxReader reader, int at)
    {
        for (; ; )
        {
            var next = at;
            while (next < reader.End && SyntaxReader.IsBlank(reader.Text[next]))
                next++;
            var end = next;
            foreach (var word in (ReadOnlySpan<string>)["const", "volatile", "noexcept", "&&", "&"])
            {
                if (string.CompareOrdinal(reader.Text, next, word, 0, word.Length) == 0 && next + word.Length <= reader.End && EndsWord(reader, next + word.Length, word[0] == '&'))
                {
                    end = next + word.Length;
                    break;
                }
            }

            if (end == next && next > at && string.CompareOrdinal(reader.Text, next, "[clone ", 0, 7) == 0 && reader.Text.IndexOf(']', next) is var close && close >= 0 && close < reader.End)
                end = close + 1;
            if (end == next)
                return at;
            at = end;
        }
    }

    /// <summary>Whether a qualifier ends here. Behind '&amp;' fewer things say so: &amp;%di, &amp;@x and &amp;+8(x) are arguments.</summary>
    private static bool EndsWord(SyntaxReader reader, int at, bool isReference) =>
        at >= reader.End || SyntaxReader.IsBlank(reader.Text[at])
        || (isReference ? string.CompareOrdinal(reader.Text, at, "%return", 0, 7) == 0 : reader.Text[at] is '%' or '@' or '+' or ';' or ':');

    /// <summary>Whether an operator's name begins here: <c>operator+=</c>, <c>operator()</c>, <c>operator new[]</c>, <c>operator unsigned long</c>.</summary>
    private static bool OperatorAt(SyntaxReader reader, int from, int at, out int end)
    {
        end = 0;
        const string Word = "operator";
        var text = reader.Text;
        if (string.CompareOrdinal(text, at, Word, 0, Word.Length) != 0 || (at > from && SyntaxReader.IsNamePart(text[at - 1])))
            return false;
        var next = at + Word.Length;
        if (next >= reader.End || SyntaxReader.IsNamePart(text[next]))
            return false;
        var isMember = at >= from + 2 && text[at - 1] == ':' && text[at - 2] == ':';
        if (SyntaxReader.IsBlank(text[next]))
            return ConversionAt(reader, next, isMember, out end);
        foreach (var one in Operators)
        {
            if (string.CompareOrdinal(text, next, one, 0, one.Length) != 0 || next + one.Length > reader.End)
                continue;
            end = next + one.Length;
            if (one == "\"\"")
            {
                // operator"" _km: c++filt puts a blank before the suffix.
                while (end < reader.End && SyntaxReader.IsBlank(text[end]))
                    end++;
                while (end < reader.End && SyntaxReader.IsNamePart(text[end]))
                    end++;
                return true;
            }

            // "operator" is also a name of C: operator+8, operator%return, and of events: operator=vfs_read.
            var after = end < reader.End ? text[end] : ' ';
            if (one == "++" && char.IsAsciiDigit(after))
            {
                // operator+ and an offset.
                end--;
                return true;
            }

            return one switch
            {
                "+" => !char.IsAsciiDigit(after),
                "%" => string.CompareOrdinal(text, next, "%return", 0, 7) != 0 || (next + 7 < reader.End && !SyntaxReader.IsBlank(text[next + 7])),
                "=" when !isMember => !(SyntaxReader.IsNameStart(after) || after is '/' or '~' or '<' or '0'
                    || (after == '%' && (string.CompareOrdinal(text, end, "%return", 0, 7) != 0 || (end + 7 < reader.End && !SyntaxReader.IsBlank(text[end + 7]))))),
                _ => true,
            };
        }

        return false;
    }

    /// <summary>Whether <c>*</c> and <c>&amp;</c> end a type here: what follows is no argument that begins with them.</summary>
    private static bool IsPointerMark(SyntaxReader reader, int at)
    {
        var end = at;
        while (end < reader.End && reader.Text[end] is '*' or '&')
            end++;
        return end > at && (end >= reader.End || IsEmptyPair(reader, end) || SyntaxReader.IsBlank(reader.Text[end]));
    }

    /// <summary>A conversion takes no parameters.</summary>
    private static bool IsEmptyPair(SyntaxReader reader, int at) => at + 1 < reader.End && reader.Text[at] == '(' && reader.Text[at + 1] == ')';

    private static bool ConversionAt(SyntaxReader reader, int blank, bool isMember, out int end)
    {
        var text = reader.Text;
        var at = blank;
        while (at < reader.End && SyntaxReader.IsBlank(text[at]))
            at++;
        var word = at;
        while (at < reader.End && SyntaxReader.IsNamePart(text[at]))
            at++;
        end = at;
        if (at == word)
            return false;
        var name = text.AsSpan(word, at - word);
        if (name is "new" or "delete" or "co_await")
        {
            if (at + 1 < reader.End && text[at] == '[' && text[at + 1] == ']')
                end += 2;
            return true;
        }

        // A conversion: everything up to its parentheses is the type. A blank belongs to it behind unsigned, long and the like, or before * and &.
        var depth = 0;
        var wordAt = word;
        for (; at < reader.End && at - word < MaxConversionType; at++)
        {
            var c = text[at];
            depth += c == '<' ? 1 : c == '>' ? -1 : 0;
            if (depth > 0)
                continue;
            if (IsEmptyPair(reader, at))
            {
                end = at;
                return true;
            }

            if (c == ':' && at + 1 < reader.End && text[at + 1] == ':')
                at++;
            else if (SyntaxReader.IsBlank(c) && at + 1 < reader.End && (IsPointerMark(reader, at + 1) || text[wordAt..at] is "unsigned" or "signed" or "long" or "short" or "const" or "volatile"))
                wordAt = at + 1;
            else if (!SyntaxReader.IsNamePart(c) && c is not ('*' or '&' or '>'))
                break;
        }

        end = at;
        return isMember;
    }
}
