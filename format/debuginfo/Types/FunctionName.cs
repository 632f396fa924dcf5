namespace TraceKit.DebugInfo.Types;

/// <summary>Takes names of functions apart: as demanglers, debugging information and people write them.</summary>
internal static class FunctionName
{
    /// <summary>
    /// Components of a name: <c>ns</c>, <c>Foo&lt;a::b&gt;</c>, <c>bar</c>. Those of Go's names end at the dots and slashes outside of parentheses: <c>main</c>, <c>(*Node)</c>, <c>Walk</c>.
    /// </summary>
    public static string[] Split(ReadOnlySpan<char> name)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        var dots = name.IndexOf("::") < 0;
        for (var i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case 'o' when depth == 0 && i == start && IsOperator(name[i..]):
                    i = SkipOperator(name, i) - 1;
                    break;
                case '<' or '(' or '[' or '{':
                    depth++;
                    break;
                case '>' when i > 0 && name[i - 1] == '-':
                    break;
                case '>' or ')' or ']' or '}':
                    depth = Math.Max(0, depth - 1);
                    break;
                case ':' when depth == 0 && i + 1 < name.Length && name[i + 1] == ':':
                    parts.Add(name[start..i].ToString());
                    start = ++i + 1;
                    break;
                case '.' or '/' when depth == 0 && dots && i > start && !IsCloneSuffix(name[i..]):
                    parts.Add(name[start..i].ToString());
                    start = i + 1;
                    break;
            }
        }

        parts.Add(name[start..].ToString());
        return [.. parts];
    }

    /// <summary>What compilers put behind a symbol: <c>.isra.0</c>, <c>.constprop.1</c>, <c>.cold</c>, <c>.llvm.123</c>.</summary>
    private static bool IsCloneSuffix(ReadOnlySpan<char> rest)
    {
        foreach (var suffix in (ReadOnlySpan<string>)[".isra", ".constprop", ".part", ".cold", ".lto_priv", ".llvm", ".localalias", ".resolver", ".ifunc", ".clone", ".plt"])
        {
            if (rest.StartsWith(suffix, StringComparison.Ordinal) && (rest.Length == suffix.Length || rest[suffix.Length] == '.'))
                return true;
        }

        return rest.Length > 1 && char.IsAsciiDigit(rest[1]);
    }

    /// <summary>A component without template arguments.</summary>
    public static ReadOnlySpan<char> WithoutArguments(ReadOnlySpan<char> component)
    {
        if (component.IsEmpty)
            return component;
        var from = IsOperator(component) ? SkipOperator(component, 0) : 0;
        if (component[^1] != '>' || from >= component.Length)
            return component;
        var depth = 0;
        for (var i = component.Length - 1; i >= from; i--)
        {
            depth += component[i] == '>' && (i == 0 || component[i - 1] != '-') ? 1 : component[i] == '<' ? -1 : 0;
            if (depth == 0)
                return i == 0 ? component : component[..i].TrimEnd();
        }

        return component;
    }

    /// <summary>The types of a signature, one by one.</summary>
    public static string[] Parameters(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.IsEmpty || text.SequenceEqual("void"))
            return [];
        var all = new List<string>();
        int depth = 0, start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '<' or '(' or '[' or '{')
                depth++;
            else if (text[i] is '>' or ')' or ']' or '}' && !(text[i] == '>' && i > 0 && text[i - 1] == '-'))
                depth--;
            else if (text[i] == ',' && depth <= 0)
            {
                all.Add(TypeText.Normalize(text[start..i]));
                start = i + 1;
            }
        }

        all.Add(TypeText.Normalize(text[start..]));
        return [.. all];
    }

    /// <summary>Takes a demangled signature apart: <c>int ns::square&lt;int&gt;(int) const</c> is <c>ns::square&lt;int&gt;</c> and <c>int</c>.</summary>
    /// <param name="text">The signature, or only a name.</param>
    /// <param name="name">The name.</param>
    /// <param name="parameters">What stands between the parentheses.</param>
    /// <returns>Whether there are parameters.</returns>
    public static bool SplitSignature(ReadOnlySpan<char> text, out ReadOnlySpan<char> name, out ReadOnlySpan<char> parameters)
    {
        name = text;
        parameters = default;
        var end = text.Length;
        // Behind the parameters: const, volatile, references, [clone …], requires.
        if (text.IndexOf('(') < 0)
            return false;
        var close = text.LastIndexOf(')');
        if (close < 0)
            return false;
        var clone = text.LastIndexOf(" [clone ");
        if (clone > 0)
            close = text[..clone].LastIndexOf(')');
        if (close < 0 || !IsQualifiers(text[(close + 1)..]))
            return false;
        end = close;
        var depth = 0;
        for (var i = end; i >= 0; i--)
        {
            depth += text[i] == ')' ? 1 : text[i] == '(' ? -1 : 0;
            if (depth != 0)
                continue;
            if (i == 0 || text[..i].EndsWith("operator"))
                return false;
            parameters = text[(i + 1)..end];
            name = WithoutReturnType(text[..i]);
            return !name.IsEmpty;
        }

        return false;
    }

    private static bool IsQualifiers(ReadOnlySpan<char> rest)
    {
        rest = rest.Trim();
        return rest.IsEmpty || rest[0] is '&' or '[' || rest.StartsWith("const") || rest.StartsWith("volatile") || rest.StartsWith("noexcept") || rest.StartsWith("requires");
    }

    /// <summary>Instances of function templates have a return type before the name.</summary>
    private static ReadOnlySpan<char> WithoutReturnType(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            var c = text[i];
            if (c is ')' or ']' or '}' || c == '>' && !(i > 0 && text[i - 1] == '-') && !IsOperatorEnd(text, i))
                depth++;
            else if (c is '(' or '[' or '{' || c == '<' && !IsOperatorEnd(text, i))
                depth--;
            else if (c == ' ' && depth == 0 && !EndsInOperator(text[..i]))
                return text[(i + 1)..];
        }

        return text;
    }

    private static bool EndsInOperator(ReadOnlySpan<char> before) => before.EndsWith("operator") || before.EndsWith("operator unsigned") || before.EndsWith("operator long");

    private static bool IsOperatorEnd(ReadOnlySpan<char> text, int at)
    {
        var from = text[..at].LastIndexOf("operator");
        return from >= 0 && at - from - 8 <= 2 && text[(from + 8)..at].IndexOfAnyExcept("<>=-") < 0;
    }

    private static bool IsOperator(ReadOnlySpan<char> text) => text.StartsWith("operator") && (text.Length == 8 || !(char.IsAsciiLetterOrDigit(text[8]) || text[8] == '_'));

    /// <summary>Where the arguments of a template operator, or what follows it, begin.</summary>
    private static int SkipOperator(ReadOnlySpan<char> name, int at)
    {
        at += "operator".Length;
        if (at < name.Length && name[at] == ' ')
            return name.Length; // a conversion, new, delete: the type is the rest
        foreach (var symbol in (ReadOnlySpan<string>)["()", "[]", "<=>", "<<=", ">>=", "->*", "->", "<<", ">>", "<=", ">=", "<", ">"])
        {
            if (name[at..].StartsWith(symbol, StringComparison.Ordinal))
                return at + symbol.Length;
        }

        while (at < name.Length && !char.IsAsciiLetterOrDigit(name[at]) && name[at] is not ('<' or '(' or ':' or ' '))
            at++;
        return at;
    }
}
