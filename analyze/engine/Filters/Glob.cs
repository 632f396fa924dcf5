namespace TraceKit.Engine.Filters;

/// <summary>Shell patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>, <c>\x</c>; as the kernel's <c>glob_match</c>.</summary>
public static class Glob
{
    /// <summary>Whether the whole text fits the pattern. Linear in their product, never worse.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // On a mismatch only the last * needs another try: an earlier one could not do better.
        int p = 0, t = 0, starPattern = -1, starText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starText = t;
            }
            else if (p < pattern.Length && TryMatchOne(pattern[p..], text[t], out var used))
            {
                p += used;
                t++;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                t = ++starText;
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

    private static bool TryMatchOne(ReadOnlySpan<char> pattern, char c, out int used)
    {
        used = 1;
        switch (pattern[0])
        {
            case '?':
                return true;
            case '\\' when pattern.Length > 1:
                used = 2;
                return pattern[1] == c;
            case '[':
                return TryMatchClass(pattern, c, out used);
            default:
                return pattern[0] == c;
        }
    }

    private static bool TryMatchClass(ReadOnlySpan<char> pattern, char c, out int used)
    {
        var i = 1;
        var inverted = i < pattern.Length && (pattern[i] is '!' or '^');
        if (inverted)
            i++;
        var matched = false;
        var first = i;
        while (i < pattern.Length && (pattern[i] != ']' || i == first))
        {
            var high = pattern[i];
            var low = high;
            if (i + 2 < pattern.Length && pattern[i + 1] == '-' && pattern[i + 2] != ']')
            {
                high = pattern[i + 2];
                i += 2;
            }

            matched |= c >= low && c <= high;
            i++;
        }

        if (i >= pattern.Length)
        {
            // No closing bracket: the [ stands for itself.
            used = 1;
            return c == '[';
        }

        used = i + 1;
        return matched != inverted;
    }
}
