using System.Numerics;

namespace TraceKit.DebugInfo.Types;

/// <summary>Shell patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!x]</c>; a backslash takes the next letter as it is.</summary>
public static class Glob
{
    /// <summary>Whether a text has a letter that stands for others.</summary>
    public static bool IsPattern(ReadOnlySpan<char> text) => text.IndexOfAny('*', '?', '[') >= 0;

    /// <summary>Whether a pattern means the whole of a text.</summary>
    /// <remarks>No more steps than the product of the two lengths.</remarks>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text) => Match(pattern, text);

    /// <summary>The same of bytes, as the kernel's <c>glob_match</c> (<c>lib/glob.c</c>) compares them.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text) => Match(pattern, text);

    private static bool Match<T>(ReadOnlySpan<T> pattern, ReadOnlySpan<T> text)
        where T : unmanaged, IBinaryInteger<T>
    {
        // On a mismatch only the last * needs another try: an earlier one could not do better.
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && At(pattern, p) == '*')
            {
                star = ++p;
                mark = t;
            }
            else if (p < pattern.Length && One(pattern, ref p, At(text, t)))
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

        while (p < pattern.Length && At(pattern, p) == '*')
            p++;
        return p == pattern.Length;
    }

    /// <summary>Matches one letter; the pattern's place moves only when it does.</summary>
    private static bool One<T>(ReadOnlySpan<T> pattern, ref int at, char letter)
        where T : unmanaged, IBinaryInteger<T>
    {
        switch (At(pattern, at))
        {
            case '?':
                at++;
                return true;
            case '[' when ClassEnd(pattern, at) is var end && end > 0:
                var i = at + 1;
                var negated = At(pattern, i) is '!' or '^';
                if (negated)
                    i++;
                var found = false;
                while (i < end)
                {
                    var from = At(pattern, i);
                    var to = from;
                    if (i + 2 < end && At(pattern, i + 1) == '-')
                    {
                        to = At(pattern, i + 2);
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
                if (At(pattern, at + 1) != letter)
                    return false;
                at += 2;
                return true;
            default:
                if (At(pattern, at) != letter)
                    return false;
                at++;
                return true;
        }
    }

    /// <summary>Where the bracket closes; 0 when it does not, and is a letter like others. A bracket right after the opening one belongs to the class.</summary>
    private static int ClassEnd<T>(ReadOnlySpan<T> pattern, int at)
        where T : unmanaged, IBinaryInteger<T>
    {
        var from = at + 1;
        if (from < pattern.Length && At(pattern, from) is '!' or '^')
            from++;
        for (var i = from + 1; i < pattern.Length; i++)
        {
            if (At(pattern, i) == ']')
                return i;
        }

        return 0;
    }

    private static char At<T>(ReadOnlySpan<T> text, int at)
        where T : unmanaged, IBinaryInteger<T> => (char)ushort.CreateTruncating(text[at]);
}
