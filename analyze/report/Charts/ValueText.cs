using System.Globalization;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Fields;
using TraceKit.Engine.Model;
using TraceKit.Probes.Plan;

namespace TraceKit.Report.Charts;

/// <summary>Numbers of one kind as people see them: times with their unit, addresses of networks, powers of two as <c>bpftrace</c> prints them.</summary>
public sealed class ValueText
{
    private readonly FieldFormatter? _formatter;

    private ValueText(string unit, FieldFormatter? formatter, int digits = 0)
    {
        Unit = unit;
        _formatter = formatter;
        Digits = digits;
    }

    /// <summary>Of fractions the places behind the point: numbers are multiples of 10^-Digits.</summary>
    public int Digits { get; }

    /// <summary>Fractions with so many places.</summary>
    public static ValueText Fraction(int digits) => digits == 0 ? Plain : new("", null, digits);

    /// <summary>Numbers that only count.</summary>
    public static ValueText Plain { get; } = new("", null);

    /// <summary>Times in nanoseconds.</summary>
    public static ValueText Nanoseconds { get; } = new("ns", null);

    /// <summary>Of a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="formatter">How its values are shown; null for plain decimals.</param>
    public static ValueText Of(TraceEventField? field, FieldFormatter? formatter) =>
        field?.Unit == "ns" ? Nanoseconds : formatter is { Kind: PresentationKind.Ip4 or PresentationKind.Errno or PresentationKind.Pointer } ? new("", formatter) : Plain;

    /// <summary>The unit that numbers without one have; empty for none.</summary>
    public string Unit { get; }

    /// <summary>Whether numbers are times.</summary>
    public bool IsTime => Unit == "ns";

    /// <summary>A value, exactly.</summary>
    public string Exact(Int128 value) => Fits(value) switch
    {
        true when IsTime => FieldFormatter.Duration((long)value),
        true when _formatter is not null => _formatter.Format((long)value),
        _ when Digits > 0 => Fractions.Show(value, Digits),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A value in a table: times with four digits.</summary>
    public string Short(Int128 value) => IsTime ? Time((double)value) : Digits > 0 ? Rounded(value) : Exact(value);

    /// <summary>A mean or a deviation.</summary>
    public string Mean(double value) => IsTime ? Time(value) : Digits > 0 ? value.ToString("G6", CultureInfo.InvariantCulture) : value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The end of an interval.</summary>
    /// <param name="value">The number.</param>
    /// <param name="isBinary">Whether intervals grow with powers of two.</param>
    public string Bound(Int128 value, bool isBinary)
    {
        if (IsTime)
            return Time((double)value);
        if (_formatter is not null && Fits(value))
            return _formatter.Format((long)value);
        if (Digits > 0)
            return Rounded(value);
        if (!isBinary || value < 1024 || value % 1024 != 0)
            return value.ToString(CultureInfo.InvariantCulture);
        var suffix = 0;
        while (value >= 1024 && suffix < 6 && value % 1024 == 0)
        {
            value /= 1024;
            suffix++;
        }

        return value.ToString(CultureInfo.InvariantCulture) + " KMGTPE"[suffix];
    }

    /// <summary>A time with four digits: <c>812ns</c>, <c>65.54us</c>, <c>1.235ms</c>, <c>12.5s</c>.</summary>
    public static string Time(double nanoseconds)
    {
        var magnitude = Math.Abs(nanoseconds);
        if (magnitude == 0)
            return "0";
        var (unit, name) = magnitude switch
        {
            < 999.95 => (1.0, "ns"),
            < 999_950 => (1e3, "us"),
            < 999_950_000 => (1e6, "ms"),
            _ => (1e9, "s"),
        };
        var value = nanoseconds / unit;
        var format = Math.Abs(value) switch { >= 1000 => "0", >= 100 => "0.#", >= 10 => "0.##", _ => "0.###" };
        return value.ToString(format, CultureInfo.InvariantCulture) + name;
    }

    private string Rounded(Int128 value) => Fractions.ToDouble(value, Digits).ToString("G9", CultureInfo.InvariantCulture);

    private static bool Fits(Int128 value) => value >= long.MinValue && value <= ulong.MaxValue;
}
