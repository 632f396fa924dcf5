using System.Globalization;

namespace TraceKit.Probes.Filters;

/// <summary>Reads numbers as people write them in filters.</summary>
internal static class FilterNumberReader
{
    /// <summary>Decimal, <c>0x</c> hexadecimal, octal after a leading 0 (as C and the kernel read them), each with a sign; decimal ones with sizes.</summary>
    /// <remarks><c>K M G T</c> and <c>KiB MiB GiB TiB</c> are powers of 1024, <c>kB KB MB GB TB</c> of 1000; with a fraction the number is rounded down.</remarks>
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
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            digits++;
        ulong unit = text[digits..] switch
        {
            "" => 1,
            "K" or "k" or "KiB" => 1UL << 10,
            "M" or "MiB" => 1UL << 20,
            "G" or "GiB" => 1UL << 30,
            "T" or "TiB" => 1UL << 40,
            "kB" or "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "TB" => 1_000_000_000_000,
            _ => 0,
        };
        value = 0;
        return unit != 0 && !(unit == 1 && text.Contains('.')) && TryDecimal(text[..digits], unit, out value);
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
        UInt128 parts = 0, scale = 1;
        foreach (var digit in fraction)
        {
            // Further digits are less than the smallest whole that any unit has.
            if (scale > 1_000_000_000_000_000_000)
                break;
            parts = (parts * 10) + (uint)(digit - '0');
            scale *= 10;
        }

        var all = ((UInt128)integer * unit) + (parts * unit / scale);
        value = (ulong)all;
        return all <= ulong.MaxValue;
    }
}
