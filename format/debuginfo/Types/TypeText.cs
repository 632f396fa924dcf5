using System.Text;

namespace TraceKit.DebugInfo.Types;

/// <summary>Brings a type as people, demanglers and compilers write it into one form, so that two texts can be compared.</summary>
internal static class TypeText
{
    /// <summary>
    /// <c>const char *</c>, <c>char const*</c> → <c>char const*</c>; <c>unsigned</c> → <c>unsigned int</c>; <c>long unsigned int</c> → <c>unsigned long</c>; <c>struct a</c> → <c>a</c>;
    /// default allocators, deleters and comparisons of the standard library are left out, <c>std::string</c> is one name.
    /// </summary>
    public static string Normalize(ReadOnlySpan<char> text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] is ' ' or '\t')
            {
                i++;
                continue;
            }

            var start = i;
            if (IsWord(text[i]))
            {
                while (i < text.Length && (IsWord(text[i]) || text[i] == ':' && i + 1 < text.Length && text[i + 1] == ':' && i + 2 < text.Length && IsWord(text[i + 2])))
                    i += text[i] == ':' ? 2 : 1;
            }
            else
            {
                i++;
            }

            tokens.Add(text[start..i].ToString());
        }

        var output = new StringBuilder();
        var at = 0;
        while (at < tokens.Count)
        {
            if (!IsWord(tokens[at][0]))
            {
                output.Append(tokens[at++]);
                continue;
            }

            at = Words(tokens, at, output);
        }

        var result = output.ToString();
        // By-value const is no part of a signature.
        if (result.EndsWith(" const", StringComparison.Ordinal))
            result = result[..^6];
        return WithoutDefaults(result);
    }

    /// <summary>Whether a parameter of a function is what a pattern says: equal, a shorter name of it, or by pattern.</summary>
    public static bool Means(string pattern, string actual) =>
        pattern == actual || actual.EndsWith("::" + pattern, StringComparison.Ordinal) || pattern == "*" || IsTail(pattern, actual);

    /// <summary><c>Node const*</c> is <c>ns::Node const*</c> too.</summary>
    private static bool IsTail(string pattern, string actual) =>
        actual.Length > pattern.Length + 2 && actual.EndsWith(pattern, StringComparison.Ordinal) && actual[..^pattern.Length].EndsWith("::", StringComparison.Ordinal) &&
        actual[..^pattern.Length].IndexOfAny(['<', '(', ' ', '*']) < 0;

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' or '~' or '@' or '#' or '.';

    /// <summary>A run of words: qualifiers go behind the name, the words of built-in types in one order.</summary>
    private static int Words(List<string> tokens, int at, StringBuilder output)
    {
        bool constant = false, isVolatile = false, isUnsigned = false, isSigned = false, isShort = false;
        int longs = 0;
        string? name = null;
        var others = new List<string>();
        for (; at < tokens.Count && IsWord(tokens[at][0]); at++)
        {
            switch (tokens[at])
            {
                case "const": constant = true; break;
                case "volatile": isVolatile = true; break;
                case "restrict" or "__restrict" or "struct" or "class" or "enum" or "union" or "typename": break;
                case "unsigned": isUnsigned = true; break;
                case "signed": isSigned = true; break;
                case "short": isShort = true; break;
                case "long": longs++; break;
                case "mut": others.Add("mut"); break; // Rust
                case "dyn": others.Add("dyn"); break;
                case var word:
                    if (name is not null)
                        others.Add(name);
                    name = word;
                    break;
            }
        }

        if (isUnsigned || isSigned || isShort || longs > 0)
        {
            name = name switch
            {
                "char" => isUnsigned ? "unsigned char" : "signed char",
                "double" => "long double",
                null or "int" => (isUnsigned ? "unsigned " : "") + (isShort ? "short" : longs == 0 ? "int" : longs == 1 ? "long" : "long long"),
                _ => (isUnsigned ? "unsigned " : "") + name,
            };
        }

        foreach (var other in others)
            Word(output, other);
        if (name is not null)
            Word(output, name);
        // A qualifier before a name with arguments goes behind these.
        if ((constant || isVolatile) && at < tokens.Count && tokens[at] == "<" && name is not null)
        {
            var depth = 0;
            do
            {
                var token = tokens[at];
                if (IsWord(token[0]))
                {
                    at = Words(tokens, at, output);
                    continue;
                }

                depth += token == "<" ? 1 : token == ">" ? -1 : 0;
                output.Append(token);
                at++;
            }
            while (depth > 0 && at < tokens.Count);
            while (at < tokens.Count && tokens[at].StartsWith("::", StringComparison.Ordinal))
                output.Append(tokens[at++]);
        }

        if (constant)
            Word(output, "const");
        if (isVolatile)
            Word(output, "volatile");
        return at;
    }

    private static void Word(StringBuilder output, string word)
    {
        if (output.Length > 0 && (IsWord(output[^1]) || output[^1] == '>'))
            output.Append(' ');
        output.Append(word);
    }

    private static string WithoutDefaults(string text)
    {
        if (!text.Contains("std::", StringComparison.Ordinal))
            return text;
        text = text.Replace("std::__cxx11::", "std::", StringComparison.Ordinal).Replace("std::__1::", "std::", StringComparison.Ordinal);
        foreach (var known in (ReadOnlySpan<string>)[",std::allocator<", ",std::char_traits<", ",std::default_delete<", ",std::less<", ",std::hash<", ",std::equal_to<"])
        {
            for (int at; (at = text.IndexOf(known, StringComparison.Ordinal)) >= 0;)
            {
                int depth = 1, end = at + known.Length;
                while (end < text.Length && depth > 0)
                    depth += text[end++] switch { '<' => 1, '>' => -1, _ => 0 };
                text = text[..at] + text[end..];
            }
        }

        return text.Replace("std::basic_string<char>", "std::string", StringComparison.Ordinal).Replace("std::basic_string_view<char>", "std::string_view", StringComparison.Ordinal);
    }
}
