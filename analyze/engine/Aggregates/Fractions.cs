using System.Globalization;

namespace TraceKit.Engine.Aggregates;

/// <summary>Fractions counted as whole numbers of a decimal place, so that they are sorted, added and put into intervals exactly as they are shown.</summary>
public sealed class Fractions
{
    /// <summary>Places behind the point at most; what has more is rounded.</summary>
    public const int MostDigits = 17;

    /// <summary>Digits of the largest number with its places: sums of many still fit.</summary>
    private const int MostFigures = 27;

    private readonly List<(Int128 Value, long Count)> _numbers;

    private Fractions(List<(Int128 Value, long Count)> numbers, int digits, bool isRounded, long others)
    {
        _numbers = numbers;
        Digits = digits;
        IsRounded = isRounded;
        Others = others;
    }

    /// <summary>Places behind the point that the numbers have: they are multiples of 10^-Digits.</summary>
    public int Digits { get; }

    /// <summary>Whether some had more places.</summary>
    public bool IsRounded { get; }

    /// <summary>Occurrences that are no number that counts: infinite, not a number, or beyond 10^<see cref="MostFigures"/>.</summary>
    public long Others { get; }

    /// <summary>The numbers as multiples of 10^-<see cref="Digits"/>, with how often each occurs.</summary>
    internal IReadOnlyList<(Int128 Value, long Count)> Numbers => _numbers;

    /// <summary>Reads them.</summary>
    /// <param name="texts">As they are shown (shortest that reads back as the same), with how often each occurs.</param>
    /// <param name="least">Places that intervals ask for.</param>
    public static Fractions Read(IEnumerable<(string Text, long Count)> texts, int least = 0)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(least, MostDigits);
        var read = new List<(Int128 Figures, int Digits, long Count)>();
        long others = 0;
        int digits = least, whole = 1;
        foreach (var (text, count) in texts)
        {
            if (!TryRead(text, out var figures, out var places))
            {
                others += count;
                continue;
            }

            read.Add((figures, places, count));
            digits = Math.Max(digits, places);
            whole = Math.Max(whole, Length(figures) - places);
        }

        var kept = Math.Clamp(Math.Min(digits, MostFigures - whole), 0, MostDigits);
        return new Fractions([.. read.Select(r => (Scale(r.Figures, r.Digits, kept), r.Count))], kept, digits > kept, others);
    }

    /// <summary>Reads one: figures and how many of them stand behind the point.</summary>
    public static bool TryRead(string text, out Int128 figures, out int digits)
    {
        ArgumentNullException.ThrowIfNull(text);
        figures = 0;
        digits = 0;
        var exponent = text.IndexOfAny(['E', 'e']);
        var power = 0;
        if (exponent >= 0 && !int.TryParse(text.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power))
            return false;
        var number = exponent < 0 ? text : text[..exponent];
        var point = number.IndexOf('.', StringComparison.Ordinal);
        digits = (point < 0 ? 0 : number.Length - point - 1) - power;
        if (number.Length > 30 || !Int128.TryParse(point < 0 ? number : number.Remove(point, 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out figures))
            return false;
        while (digits > 0 && figures % 10 == 0 && figures != 0)
            (figures, digits) = (figures / 10, digits - 1);
        if (figures == 0)
            digits = 0;
        if (Length(figures) - digits > MostFigures)
            return false;
        for (; digits < 0; digits++)
            figures *= 10;
        return true;
    }

    /// <summary>A number of one decimal place as one of another, rounded to the nearest.</summary>
    public static Int128 Scale(Int128 figures, int digits, int wanted)
    {
        for (; digits < wanted; digits++)
            figures *= 10;
        if (digits - wanted > 36)
            return 0;
        Int128 by = 1;
        for (; digits > wanted; digits--)
            by *= 10;
        return by == 1 ? figures : (figures + (figures < 0 ? -by / 2 : by / 2)) / by;
    }

    /// <summary>A multiple of 10^-<paramref name="digits"/> as text.</summary>
    public static string Show(Int128 value, int digits)
    {
        if (digits == 0)
            return value.ToString(CultureInfo.InvariantCulture);
        var text = (value < 0 ? -value : value).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        text = $"{text[..^digits]}.{text[^digits..]}".TrimEnd('0').TrimEnd('.');
        return value < 0 ? "-" + text : text;
    }

    /// <summary>The same as a number.</summary>
    public static double ToDouble(Int128 value, int digits) => digits == 0 ? (double)value : double.Parse(Show(value, digits), CultureInfo.InvariantCulture);

    private static int Length(Int128 figures)
    {
        var length = 1;
        for (var rest = figures / 10; rest != 0; rest /= 10)
            length++;
        return length;
    }
}
