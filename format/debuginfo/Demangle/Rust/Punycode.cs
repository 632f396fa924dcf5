using System.Text;

namespace TraceKit.DebugInfo.Demangle.Rust;

/// <summary>Names with letters outside ASCII (RFC 3492, with <c>_</c> for its hyphen).</summary>
internal static class Punycode
{
    private const int MaxLetters = 512;

    public static bool TryDecode(ReadOnlySpan<byte> name, out string text)
    {
        text = "";
        if (name.Length > MaxLetters)
            return false;
        var letters = new List<int>(name.Length);
        var delimiter = name.LastIndexOf((byte)'_');
        for (var i = 0; i < delimiter; i++)
            letters.Add(name[i]);
        var rest = name[(delimiter + 1)..];
        int n = 0x80, bias = 72, index = 0;
        var first = true;
        while (!rest.IsEmpty)
        {
            var start = index;
            long weight = 1;
            for (var k = 36; ; k += 36)
            {
                if (rest.IsEmpty)
                    return false;
                var c = rest[0];
                rest = rest[1..];
                var digit = c is >= (byte)'a' and <= (byte)'z' ? c - 'a' : c is >= (byte)'0' and <= (byte)'9' ? c - '0' + 26 : 99;
                var next = index + (digit * weight);
                if (digit > 35 || next > int.MaxValue)
                    return false;
                index = (int)next;
                var threshold = Math.Clamp(k - bias, 1, 26);
                if (digit < threshold)
                    break;
                weight *= 36 - threshold;
            }

            var count = letters.Count + 1;
            bias = Adapt(index - start, count, first);
            first = false;
            n += index / count;
            index %= count;
            if (n is > 0x10ffff or (>= 0xd800 and <= 0xdfff))
                return false;
            letters.Insert(index++, n);
        }

        var builder = new StringBuilder(letters.Count);
        foreach (var letter in letters)
            builder.Append(new Rune(letter).ToString());
        text = builder.ToString();
        return true;
    }

    private static int Adapt(int delta, int count, bool first)
    {
        delta = first ? delta / 700 : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > 455; k += 36)
            delta /= 35;
        return k + (36 * delta / (delta + 38));
    }
}
