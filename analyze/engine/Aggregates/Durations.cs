using System.Globalization;

namespace TraceKit.Engine.Aggregates;

/// <summary>Reads durations as people write them.</summary>
public static class Durations
{
    /// <summary>Nanoseconds of <c>100ms</c>, <c>1.5s</c>, <c>50us</c>, <c>2m</c>, <c>1h</c>, <c>80ns</c>; the unit must be there.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long nanoseconds)
    {
        nanoseconds = 0;
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            digits++;
        long unit = text[digits..] switch
        {
            "ns" => 1,
            "us" or "µs" or "μs" => 1_000,
            "ms" => 1_000_000,
            "s" or "sec" => 1_000_000_000,
            "m" or "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => 0,
        };
        if (unit == 0 || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / (decimal)unit)
            return false;
        nanoseconds = (long)(number * unit);
        return true;
    }
}
