using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Targets;

/// <summary>Compares a demangled name with a pattern.</summary>
internal static class SignatureMatch
{
    /// <summary>How a pattern means a demangled name; with parameters where the pattern has some.</summary>
    public static SymbolMatch Compare(FunctionPattern pattern, string demangled)
    {
        var name = demangled;
        if (pattern.Parameters is not null)
        {
            var signature = FunctionPattern.Parse(demangled);
            if (signature.Parameters is null || !SameText(signature.Parameters, pattern.Parameters))
                return SymbolMatch.None;
            name = signature.Name;
        }

        if (name.Contains(" [clone", StringComparison.Ordinal))
            return SymbolMatch.None;
        name = WithoutReturnType(name);
        if (pattern.IsGlob)
            return Glob.Matches(pattern.Name, name) || EndsAtComponent(name, out var tail, pattern.Name) && tail ? SymbolMatch.Exact : SymbolMatch.None;
        if (!pattern.Name.Contains('<', StringComparison.Ordinal) && name.Contains('<', StringComparison.Ordinal))
            name = WithoutTemplates(name);
        if (name == pattern.Name)
            return SymbolMatch.Exact;
        return name.EndsWith(pattern.Name, StringComparison.Ordinal) && name.AsSpan(0, name.Length - pattern.Name.Length).EndsWith("::") ? SymbolMatch.Ending : SymbolMatch.None;
    }

    /// <summary>A glob that starts with a name means functions of any namespace.</summary>
    private static bool EndsAtComponent(string name, out bool matches, string pattern)
    {
        matches = false;
        for (var at = name.IndexOf("::", StringComparison.Ordinal); at >= 0; at = name.IndexOf("::", at + 2, StringComparison.Ordinal))
        {
            if (Glob.Matches(pattern, name.AsSpan(at + 2)))
                return matches = true;
        }

        return false;
    }

    private static bool SameText(string a, string b)
    {
        int i = 0, k = 0;
        for (; ; )
        {
            while (i < a.Length && a[i] == ' ')
                i++;
            while (k < b.Length && b[k] == ' ')
                k++;
            if (i == a.Length || k == b.Length)
                return i == a.Length && k == b.Length;
            if (a[i++] != b[k++])
                return false;
        }
    }

    /// <summary>Function templates are demangled with what they return: <c>void ns::f&lt;int&gt;</c>.</summary>
    private static string WithoutReturnType(string name)
    {
        var depth = 0;
        for (var i = name.Length - 1; i >= 0; i--)
        {
            depth += name[i] is '>' or ')' or ']' or '}' ? 1 : name[i] is '<' or '(' or '[' or '{' ? -1 : 0;
            if (depth == 0 && name[i] == ' ' && !name.AsSpan(0, i).EndsWith("operator") && !name.AsSpan(i + 1).StartsWith("["))
                return name[(i + 1)..];
        }

        return name;
    }

    private static string WithoutTemplates(string name)
    {
        var text = new System.Text.StringBuilder(name.Length);
        var depth = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '<' && !name.AsSpan(0, i).EndsWith("operator") && !name.AsSpan(0, i).EndsWith("operator<"))
                depth++;
            else if (name[i] == '>' && depth > 0)
                depth--;
            else if (depth == 0)
                text.Append(name[i]);
        }

        return text.ToString();
    }
}
