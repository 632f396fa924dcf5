using System.Globalization;

namespace TraceKit.Engine.Filters;

/// <summary>Part of a recording, as <c>--time</c> says it.</summary>
/// <remarks>
/// <c>A,B</c>: seconds as <c>script</c> prints them, either may be empty. <c>A%,B%</c> or <c>A%-B%</c>: parts of the recording
/// from its first to its last sample; <c>10%</c> alone is its first tenth, <c>10%/2</c> the second.
/// </remarks>
public readonly record struct TimeRange
{
    /// <summary>Everything.</summary>
    public static TimeRange All => new(null, null, null, null);

    private TimeRange(long? from, long? to, double? fromPart, double? toPart)
    {
        From = from;
        To = to;
        FromPart = fromPart;
        ToPart = toPart;
    }

    /// <summary>Nanoseconds, inclusive.</summary>
    public long? From { get; }

    /// <summary>Nanoseconds, inclusive.</summary>
    public long? To { get; }

    /// <summary>0 to 1.</summary>
    public double? FromPart { get; }

    /// <summary>0 to 1.</summary>
    public double? ToPart { get; }

    /// <summary>A range in nanoseconds, both ends inclusive.</summary>
    public static TimeRange Absolute(long? from, long? to) => new(from, to, null, null);

    /// <summary>Reads a range.</summary>
    /// <param name="text">What the user typed.</param>
    /// <param name="range">The range.</param>
    /// <param name="error">What is wrong, when it is not one.</param>
    public static bool TryParse(string text, out TimeRange range, out string error)
    {
        range = All;
        error = "";
        var trimmed = text.Trim();
        if (trimmed.Contains('%'))
            return TryParseParts(trimmed, out range, out error);
        var comma = trimmed.IndexOf(',');
        if (comma < 0)
        {
            error = $"'{text}': expected A,B in seconds (either may be empty), or parts as 10%,20%";
            return false;
        }

        if (!TryParseSeconds(trimmed[..comma], out var from) || !TryParseSeconds(trimmed[(comma + 1)..], out var to))
        {
            error = $"'{text}': expected seconds on both sides of the comma, as 1234.567890123, or nothing";
            return false;
        }

        if (from > to)
        {
            error = $"'{text}': the end is before the start";
            return false;
        }

        range = new TimeRange(from, to, null, null);
        return true;
    }

    /// <summary>The range in nanoseconds, both inclusive, of a recording whose samples lie in <paramref name="first"/>..<paramref name="last"/>.</summary>
    public (long From, long To) Resolve(long first, long last)
    {
        var length = (double)((Int128)last - first);
        var from = FromPart is { } a ? first + (long)Math.Round(length * a) : From ?? long.MinValue;
        if (ToPart is not { } b)
            return (from, To ?? long.MaxValue);
        var to = b >= 1 ? last : first + (long)Math.Round(length * b);
        // The next part begins there.
        return (from, to > from && to < last ? to - 1 : to);
    }

    private static bool TryParseParts(string text, out TimeRange range, out string error)
    {
        range = All;
        error = "";
        if (text.IndexOf('%', StringComparison.Ordinal) != text.LastIndexOf('%') && text.IndexOfAny([',', ' ']) >= 0 && text.AsSpan().IndexOfAny('/', '-') >= 0)
        {
            error = $"'{text}': one range at a time; for several use --filter 'time in A..B || time in C..D'";
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
            return TryParseSlice(text, slash, out range, out error);
        var parts = text.Split([',', '-'], StringSplitOptions.TrimEntries);
        double from = 0;
        if (parts.Length > 2 || !TryParsePercent(parts[^1], out var to) || (parts.Length == 2 && !TryParsePercent(parts[0], out from)))
        {
            error = $"'{text}': expected percent from 0% to 100%, as 10%,20%";
            return false;
        }

        if (from > to)
        {
            error = $"'{text}': the end is before the start";
            return false;
        }

        range = new TimeRange(null, null, from, to);
        return true;
    }

    /// <summary><c>10%/3</c>: the third tenth.</summary>
    private static bool TryParseSlice(string text, int slash, out TimeRange range, out string error)
    {
        range = All;
        error = "";
        if (!TryParsePercent(text[..slash].Trim(), out var part) || part <= 0 || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < 1 || part * (number - 1) >= 1)
        {
            error = $"'{text}': expected a part and which of them, as 10%/3 for the third tenth";
            return false;
        }

        range = new TimeRange(null, null, part * (number - 1), Math.Min(1, part * number));
        return true;
    }

    private static bool TryParsePercent(string text, out double part)
    {
        part = 0;
        if (!text.EndsWith('%') || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out part))
            return false;
        part /= 100;
        return part is >= 0 and <= 1;
    }

    private static bool TryParseSeconds(string text, out long? nanoseconds)
    {
        nanoseconds = null;
        text = text.Trim();
        if (text.Length == 0)
            return true;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > 9_000_000_000m)
            return false;
        nanoseconds = (long)(seconds * 1_000_000_000m);
        return true;
    }
}
