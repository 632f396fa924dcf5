namespace TraceKit.DebugInfo.Types;

public sealed partial class FunctionPattern
{
    private readonly string[] _components;
    private readonly string[]? _parameters;

    /// <summary>Whether a name is meant, from its beginning or at its end.</summary>
    /// <inheritdoc cref="Match(string)"/>
    public bool Matches(string name) => Match(name) != FunctionMatch.None;

    /// <summary>How far a name is meant.</summary>
    /// <param name="name">
    /// A symbol as it stands, or demangled, with parameters and return type or without; a qualified name. Suffixes of clones (<c>.isra.0</c>) are part of the name: only a pattern means them.
    /// </param>
    public FunctionMatch Match(string name)
    {
        if (name == Text || name == Name && _parameters is null)
            return FunctionMatch.Whole;
        // Most names of a large table are none: say so before anything is taken apart.
        if (!IsGlob && name.IndexOf(LastPlain, StringComparison.Ordinal) < 0)
            return FunctionMatch.None;
        if (!FunctionName.SplitSignature(name, out var function, out var parameters))
            return MatchName(name, null);
        return MatchName(function.ToString(), _parameters is null ? null : FunctionName.Parameters(parameters));
    }

    /// <summary>How far a function is meant, of which the types of the parameters are known.</summary>
    /// <param name="qualifiedName">With namespaces and classes, without parameters.</param>
    /// <param name="parameterTypes">What it takes, <c>this</c> left out; null when that is not known or does not matter.</param>
    public FunctionMatch Match(string qualifiedName, IReadOnlyList<string>? parameterTypes)
    {
        string[]? normal = null;
        if (_parameters is not null && parameterTypes is not null)
        {
            normal = new string[parameterTypes.Count];
            for (var i = 0; i < normal.Length; i++)
                normal[i] = TypeText.Normalize(parameterTypes[i]);
        }

        return MatchName(qualifiedName, normal);
    }

    /// <summary>Names without scope that a search looks for, of a pattern that is no glob.</summary>
    internal IEnumerable<string> Needles
    {
        get
        {
            yield return LastPlain;
            if (Text != LastPlain)
                yield return Text;
        }
    }

    /// <summary>Whether a function whose own name, without scope, this is may be meant.</summary>
    internal bool MayMean(string name)
    {
        if (name == Text || name == Name)
            return true;
        if (IsGlob)
            return Component(_components[^1], name) || name.Contains('.', StringComparison.Ordinal) && MatchName(name, null) != FunctionMatch.None;
        return name.AsSpan().IndexOf(LastPlain) >= 0 &&
            (FunctionName.WithoutArguments(name).SequenceEqual(LastPlain) || Component(_components[^1], name) || name.Contains('.', StringComparison.Ordinal) && MatchName(name, null) != FunctionMatch.None);
    }

    /// <summary>The last component without template arguments.</summary>
    private string LastPlain => field ??= FunctionName.WithoutArguments(_components[^1]).ToString();

    private FunctionMatch MatchName(string name, string[]? parameters)
    {
        if (_parameters is not null)
        {
            if (parameters is null || parameters.Length != _parameters.Length)
                return FunctionMatch.None;
            for (var i = 0; i < parameters.Length; i++)
            {
                if (!TypeText.Means(_parameters[i], parameters[i]))
                    return FunctionMatch.None;
            }
        }

        if (name == Name)
            return FunctionMatch.Whole;
        var components = FunctionName.Split(name);
        var offset = components.Length - _components.Length;
        if (offset < 0)
            return FunctionMatch.None;
        for (var i = _components.Length - 1; i >= 0; i--)
        {
            if (!Component(_components[i], components[offset + i]))
                return FunctionMatch.None;
        }

        return offset == 0 ? FunctionMatch.Whole : FunctionMatch.End;
    }

    /// <summary>One component: with template arguments where the pattern has some, else whatever they are.</summary>
    private bool Component(string pattern, string component)
    {
        if (pattern == component)
            return true;
        var plain = FunctionName.WithoutArguments(component);
        if (plain.SequenceEqual(pattern))
            return true;
        var own = FunctionName.WithoutArguments(pattern);
        if (IsGlob && HasGlob(pattern))
        {
            return own.Length == pattern.Length
                ? Glob(pattern, plain) || Glob(pattern, component)
                : Glob(TypeText.Normalize(pattern), TypeText.Normalize(component));
        }

        return own.Length != pattern.Length && plain.SequenceEqual(own) && TypeText.Normalize(pattern) == TypeText.Normalize(component);
    }

    private static bool HasGlob(string name)
    {
        if (name.Contains("operator", StringComparison.Ordinal))
            return false;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '?' || name[i] == '*' && !(i > 0 && name[i - 1] == '(') || name[i] == '[' && !name.AsSpan(i).StartsWith("[...]") && name.AsSpan(i).IndexOf(']') > 1 && name.AsSpan(i).IndexOf("go.shape") < 0)
                return true;
        }

        return false;
    }

    /// <summary>Shell patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>.</summary>
    internal static bool Glob(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && One(pattern, p, text[t], out var next))
            {
                p = next;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    private static bool One(ReadOnlySpan<char> pattern, int at, char c, out int next)
    {
        next = at + 1;
        if (pattern[at] == '?' || pattern[at] != '[')
            return pattern[at] == '?' || pattern[at] == c;
        var end = pattern[(at + 1)..].IndexOf(']');
        if (end < 1)
            return c == '[';
        var set = pattern.Slice(at + 1, end);
        next = at + end + 2;
        var negated = set[0] is '!' or '^';
        var found = false;
        for (var i = negated ? 1 : 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                found |= c >= set[i] && c <= set[i + 2];
                i += 2;
            }
            else
            {
                found |= c == set[i];
            }
        }

        return found != negated;
    }
}
