namespace TraceKit.Probes.Filters;

/// <summary>Shell patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>, <c>\x</c>; over bytes, as the kernel's <c>glob_match</c> (<c>lib/glob.c</c>) compares them.</summary>
public static class Glob
{
    /// <summary>Whether the whole text fits the pattern. Linear in their product, never worse.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
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

    private static bool TryMatchOne(ReadOnlySpan<byte> pattern, byte c, out int used)
    {
        used = 1;
        switch (pattern[0])
        {
            case (byte)'?':
                return true;
            case (byte)'\\' when pattern.Length > 1:
                used = 2;
                return pattern[1] == c;
            case (byte)'[':
                return TryMatchClass(pattern, c, out used);
            default:
                return pattern[0] == c;
        }
    }

    private static bool TryMatchClass(ReadOnlySpan<byte> pattern, byte c, out int used)
    {
        var i = 1;
        var inverted = i < pattern.Length && (pattern[i] is (byte)'!' or (byte)'^');
        if (inverted)
            i++;
        var matched = false;
        var first = i;
        while (i < pattern.Length && (pattern[i] != ']' || i == first))
        {
            var low = pattern[i];
            var high = low;
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
