using System.Globalization;

namespace TraceKit.Probes.Filters;

/// <summary>Reads numbers as people write them in filters.</summary>
internal static class FilterNumberReader
{
    /// <summary>Decimal, <c>0x</c> hexadecimal, octal after a leading 0 (as C and the kernel read them), each with a sign; decimal ones with K, M, G, T for 1024 and its powers.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out FilterNumber number)
    {
        number = default;
        var negative = text.StartsWith("-");
        if (negative)
            text = text[1..];
        if (text.IsEmpty)
            return false;
        ulong magnitude;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude))
                return false;
        }
        else if (text.Length > 1 && text[0] == '0' && char.IsAsciiDigit(text[1]))
        {
            if (!TryOctal(text, out magnitude))
                return false;
        }
        else if (!TryScaled(text, out magnitude))
        {
            return false;
        }

        if (negative && magnitude > 1UL << 63)
            return false;
        number = negative && magnitude != 0 ? new FilterNumber(0 - magnitude, true) : FilterNumber.OfUnsigned(magnitude);
        return true;
    }

    /// <summary>Nanoseconds: a number with ns, us (µs), ms, s, m or h, parts too; a bare number is nanoseconds.</summary>
    public static bool TryReadDuration(ReadOnlySpan<char> text, out FilterNumber number)
    {
        if (TryRead(text, out number) && !char.IsAsciiLetter(text[^1]))
            return true;
        number = default;
        var negative = text.StartsWith("-");
        if (negative)
            text = text[1..];
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            digits++;
        ulong unit = text[digits..] switch
        {
            "ns" => 1,
            "us" or "µs" or "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" or "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => 0,
        };
        if (unit == 0 || !TryDecimal(text[..digits], unit, out var magnitude) || magnitude > long.MaxValue)
            return false;
        number = negative ? FilterNumber.Of(-(long)magnitude) : FilterNumber.OfUnsigned(magnitude);
        return true;
    }

    private static bool TryOctal(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < '0' or > '7' || value >> 61 != 0)
                return false;
            value = (value << 3) | (uint)(c - '0');
        }

        return true;
    }

    private static bool TryScaled(ReadOnlySpan<char> text, out ulong value)
    {
        if (text.EndsWith("iB", StringComparison.Ordinal))
            text = text[..^2];
        else if (text.Length > 1 && text[^1] == 'B' && !char.IsAsciiDigit(text[^2]))
            text = text[..^1];
        var shift = text.IsEmpty ? 0 : text[^1] switch { 'K' or 'k' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (!ulong.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out value) || (shift > 0 && value >> (64 - shift) != 0))
            return false;
        value <<= shift;
        return true;
    }

    /// <summary>A decimal number with a fraction, times a unit, rounded down.</summary>
    private static bool TryDecimal(ReadOnlySpan<char> text, ulong unit, out ulong value)
    {
        value = 0;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? default : text[(point + 1)..];
        if ((whole.IsEmpty && fraction.IsEmpty) || fraction.Contains('.') || (point >= 0 && fraction.IsEmpty))
            return false;
        ulong integer = 0;
        if (!whole.IsEmpty && !ulong.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out integer))
            return false;
        if (integer > long.MaxValue / unit)
            return false;
        value = integer * unit;
        foreach (var digit in fraction)
        {
            // What is left of the unit is always a whole number of its tenths, or nothing that a nanosecond would notice.
            value += (ulong)(digit - '0') * unit / 10;
            unit /= 10;
        }

        return true;
    }
}
