using System.Globalization;

namespace TraceKit.Engine.Filters;

/// <summary>Parts of a recording, as <c>--time</c> says them: one range or several.</summary>
/// <remarks>
/// <c>A,B</c>: seconds as <c>script</c> prints them, either may be empty; several stand apart by spaces. <c>A%-B%</c>: parts of the recording from its first to its last sample,
/// <c>10%/2</c> its second tenth, <c>10%</c> its first; several stand apart by commas or spaces. <c>A%,B%</c> alone is <c>A%-B%</c>.
/// </remarks>
public sealed class TimeRanges
{
    private const int Most = 4096;

    private readonly Range[] _ranges;
    private readonly bool _fromFirst;

    private TimeRanges(Range[] ranges, bool fromFirst = false)
    {
        _ranges = ranges;
        _fromFirst = fromFirst;
    }

    /// <summary>Everything.</summary>
    public static TimeRanges All { get; } = new([default]);

    /// <summary>One range in nanoseconds, both ends inclusive.</summary>
    public static TimeRanges Absolute(long? from, long? to) => new([new(from, to, null, null)]);

    /// <summary>The same, seconds counted from the recording's first sample on.</summary>
    public TimeRanges FromFirstSample() => new(_ranges, fromFirst: true);

    /// <summary>Reads ranges.</summary>
    /// <param name="text">What the user typed.</param>
    /// <param name="ranges">The ranges.</param>
    /// <param name="error">What is wrong, when it is none.</param>
    public static bool TryParse(string text, out TimeRanges ranges, out string error)
    {
        ArgumentNullException.ThrowIfNull(text);
        ranges = All;
        var isParts = text.Contains('%');
        // A space behind a comma does not part ranges of seconds.
        var words = isParts ? text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            : text.Replace(", ", ",", StringComparison.Ordinal).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (isParts && words.Length == 2 && !words.Any(w => w.AsSpan().IndexOfAny('/', '-') >= 0))
            words = [$"{words[0]}-{words[1]}"];
        error = words.Length switch
        {
            0 => $"'{text}': expected A,B in seconds (either may be empty), or parts as 10%-20%",
            > Most => $"at most {Most} ranges, found {words.Length}",
            _ => "",
        };
        var found = new Range[words.Length];
        for (var i = 0; i < words.Length && error.Length == 0; i++)
            error = !isParts ? ParseSeconds(words[i], out found[i]) : words[i].Contains('/') ? ParseSlice(words[i], out found[i]) : ParsePart(words[i], words.Length == 1, out found[i]);
        if (error.Length > 0)
            return false;
        ranges = new(found);
        return true;
    }

    /// <summary>The ranges in nanoseconds of a recording whose samples lie in <paramref name="first"/>..<paramref name="last"/>.</summary>
    public TimeWindows Resolve(long first, long last) => new([.. _ranges.Select(r => r.Resolve(first, last, _fromFirst))]);

    private static string ParseSeconds(string text, out Range range)
    {
        range = default;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
            return $"'{text}': expected A,B in seconds (either may be empty), or parts as 10%-20%";
        if (!TryParseSeconds(text[..comma], out var from) || !TryParseSeconds(text[(comma + 1)..], out var to))
            return $"'{text}': expected seconds on both sides of the comma, as 1234.567890123, or nothing; several ranges stand apart by spaces";
        range = new(from, to, null, null);
        return from > to ? $"'{text}': the end is before the start" : "";
    }

    private static string ParsePart(string text, bool alone, out Range range)
    {
        range = default;
        var ends = text.Split('-');
        double from = 0;
        if (ends.Length > 2 || (ends.Length == 1 && !alone) || !TryParsePercent(ends[^1], out var to) || (ends.Length == 2 && !TryParsePercent(ends[0], out from)))
            return $"'{text}': expected percent from 0% to 100%, as 10%-20%";
        range = new(null, null, from, to);
        return from > to ? $"'{text}': the end is before the start" : "";
    }

    /// <summary><c>10%/3</c>: the third tenth.</summary>
    private static string ParseSlice(string text, out Range range)
    {
        range = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParsePercent(text[..slash], out var part) || part <= 0 || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < 1 || part * (number - 1) >= 1)
            return $"'{text}': expected a part and which of them, as 10%/3 for the third tenth";
        range = new(null, null, part * (number - 1), Math.Min(1, part * number));
        return "";
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
        if (text.Length == 0)
            return true;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > 9_000_000_000m)
            return false;
        nanoseconds = (long)(seconds * 1_000_000_000m);
        return true;
    }

    /// <summary>Nanoseconds, or parts from 0 to 1 of the recording; an end that is not said is the recording's.</summary>
    private readonly record struct Range(long? From, long? To, double? FromPart, double? ToPart)
    {
        public (long From, long To) Resolve(long first, long last, bool fromFirst)
        {
            var start = fromFirst ? first : 0;
            var length = (double)((Int128)last - first);
            var from = FromPart is { } a ? first + (long)Math.Round(length * a) : From + start ?? long.MinValue;
            if (ToPart is not { } b)
                return (from, To + start ?? long.MaxValue);
            var to = b >= 1 ? last : first + (long)Math.Round(length * b);
            // The next part begins there.
            return (from, to > from && to < last ? to - 1 : to);
        }
    }
}
