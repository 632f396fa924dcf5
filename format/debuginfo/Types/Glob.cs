namespace TraceKit.DebugInfo.Types;

/// <summary>Shell patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!x]</c>; a backslash takes the next letter as it is.</summary>
public static class Glob
{
    /// <summary>Whether a pattern means the whole of a text.</summary>
    /// <remarks>No more steps than the product of the two lengths.</remarks>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = ++p;
                mark = t;
            }
            else if (p < pattern.Length && One(pattern, ref p, text[t]))
            {
                t++;
            }
            else if (star >= 0)
            {
                p = star;
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

    /// <summary>Matches one letter; the pattern's place moves only when it does.</summary>
    private static bool One(ReadOnlySpan<char> pattern, ref int at, char letter)
    {
        switch (pattern[at])
        {
            case '?':
                at++;
                return true;
            case '[' when ClassEnd(pattern, at) is var end && end > 0:
                var i = at + 1;
                var negated = pattern[i] is '!' or '^';
                if (negated)
                    i++;
                var found = false;
                while (i < end)
                {
                    var from = pattern[i];
                    var to = from;
                    if (i + 2 < end && pattern[i + 1] == '-')
                    {
                        to = pattern[i + 2];
                        i += 2;
                    }

                    found |= letter >= from && letter <= to;
                    i++;
                }

                if (found == negated)
                    return false;
                at = end + 1;
                return true;
            case '\\' when at + 1 < pattern.Length:
                if (pattern[at + 1] != letter)
                    return false;
                at += 2;
                return true;
            default:
                if (pattern[at] != letter)
                    return false;
                at++;
                return true;
        }
    }

    /// <summary>Where the bracket closes; 0 when it does not, and is a letter like others. A bracket right after the opening one belongs to the class.</summary>
    private static int ClassEnd(ReadOnlySpan<char> pattern, int at)
    {
        var from = at + 1;
        if (from < pattern.Length && pattern[from] is '!' or '^')
            from++;
        for (var i = from + 1; i < pattern.Length; i++)
        {
            if (pattern[i] == ']')
                return i;
        }

        return 0;
    }
}
