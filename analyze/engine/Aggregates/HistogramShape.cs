namespace TraceKit.Engine.Aggregates;

/// <summary>How values are put into intervals.</summary>
public readonly record struct HistogramShape
{
    /// <summary>Intervals that a chosen width may make at most.</summary>
    private const int MostAutomatic = 40;

    /// <summary>Intervals of each power of two, unless told otherwise.</summary>
    public const int DefaultParts = 4;

    private enum Scale
    {
        Log,
        Linear,
        Automatic,
        None,
    }

    private readonly Scale _scale;
    private readonly int _parts;
    private readonly Int128 _low;
    private readonly Int128 _high;
    private readonly Int128 _step;

    private HistogramShape(Scale scale, int parts = 1, Int128 low = default, Int128 high = default, Int128 step = default) =>
        (_scale, _parts, _low, _high, _step) = (scale, parts, low, high, step);

    /// <summary>Places behind the point that the numbers have: 0 for whole ones.</summary>
    public int Digits { get; private init; }

    /// <summary>Powers of two, as <c>bpftrace</c>'s <c>hist()</c>: …, [-3, -2], [-1, -1], [0, 0], [1, 1], [2, 3], [4, 7], ….</summary>
    public static HistogramShape Log2 => new(Scale.Log, 1);

    /// <summary>One width (1, 2 or 5 times a power of ten), chosen from the values so that there are 40 intervals at most.</summary>
    public static HistogramShape Auto => new(Scale.Automatic);

    /// <summary>None: each value by itself, in words.</summary>
    public static HistogramShape Names => new(Scale.None);

    /// <summary>Each power of two in <paramref name="parts"/> intervals of one width, as HdrHistogram has them.</summary>
    /// <param name="parts">From 1 to 1024; small numbers, whose powers of two hold fewer values, have an interval each.</param>
    public static HistogramShape LogLinear(int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, 1024);
        return new(Scale.Log, parts);
    }

    /// <summary>One width: one interval below <paramref name="low"/>, then <c>[low, low + step)</c>, …, one from <paramref name="high"/> on.</summary>
    /// <param name="low">Start of the first.</param>
    /// <param name="high">Above <paramref name="low"/>.</param>
    /// <param name="step">At least 1, and no more than 100,000 steps from low to high.</param>
    public static HistogramShape Linear(Int128 low, Int128 high, Int128 step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, Int128.One);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((high - low) / step, (Int128)100_000, nameof(step));
        return new(Scale.Linear, 1, low, high, step);
    }

    /// <summary>The same of fractions: all three are multiples of 10^-<paramref name="digits"/>.</summary>
    public static HistogramShape Linear(Int128 low, Int128 high, Int128 step, int digits) => Linear(low, high, step) with { Digits = digits };

    /// <summary>The same for numbers that are multiples of 10^-<paramref name="digits"/>.</summary>
    internal HistogramShape Of(int digits) => _scale == Scale.Linear && _low != Int128.MinValue
        ? new(_scale, _parts, Fractions.Scale(_low, Digits, digits), Fractions.Scale(_high, Digits, digits), Int128.Max(1, Fractions.Scale(_step, Digits, digits))) { Digits = digits }
        : this with { Digits = digits };

    /// <summary>Whether intervals grow with the values.</summary>
    public bool IsLogarithmic => _scale == Scale.Log;

    /// <summary>Whether they are exactly the powers of two.</summary>
    public bool IsLog2 => _scale == Scale.Log && _parts == 1;

    /// <summary>The same with its width chosen.</summary>
    internal HistogramShape For(Int128 min, Int128 max)
    {
        if (_scale != Scale.Automatic)
            return this;
        Int128 step = 1;
        while (FloorDivide(max, step) - FloorDivide(min, step) + 1 > MostAutomatic)
            step = NextRoundStep(step);
        return new(Scale.Linear, 1, Int128.MinValue, Int128.MaxValue, step) { Digits = Digits };
    }

    /// <summary>The interval of a value, both ends inclusive. The open ends of a range that was asked for reach as far as 64-bit numbers of either sign.</summary>
    internal (Int128 Low, Int128 High) IntervalOf(Int128 value)
    {
        if (_scale == Scale.Log)
            return value < 0 ? Mirror(Logarithmic(-value)) : Logarithmic(value);
        if (_low == Int128.MinValue)
        {
            var start = FloorDivide(value, _step) * _step;
            return (start, start + _step - 1);
        }

        if (value < _low)
            return (HistogramBucket.OpenLow, _low - 1);
        if (value >= _high)
            return (_high, HistogramBucket.OpenHigh);
        var at = _low + (value - _low) / _step * _step;
        return (at, Int128.Min(at + _step, _high) - 1);
    }

    private (Int128 Low, Int128 High) Logarithmic(Int128 value)
    {
        if (value == 0)
            return (0, 0);
        if (Digits > 0)
            return OfFraction(value);
        var power = Int128.One << (int)Int128.Log2(value);
        if (power <= _parts)
            return (value, value);
        var part = (value - power) * _parts / power;
        return (power + CeilingDivide(part * power, _parts), power + CeilingDivide((part + 1) * power, _parts) - 1);
    }

    /// <summary>Powers of two of the fraction, not of the multiple that stands for it: …, [0.25, 0.5), [0.5, 1), [1, 2), ….</summary>
    private (Int128 Low, Int128 High) OfFraction(Int128 value)
    {
        Int128 unit = 1;
        for (var i = 0; i < Digits; i++)
            unit *= 10;
        // 2^exponent <= value < 2^(exponent + 1); below 1 no unit has more than 57 halves.
        var exponent = 0;
        while (Power(unit, exponent + 1) <= value)
            exponent++;
        while (Power(unit, exponent) > value)
            exponent--;
        for (var part = 0; ; part++)
        {
            var next = Edge(unit, exponent, part + 1);
            if (value < next)
                return (Edge(unit, exponent, part), next - 1);
        }
    }

    private static Int128 Power(Int128 unit, int exponent) => exponent >= 0 ? unit << exponent : CeilingDivide(unit, Int128.One << -exponent);

    /// <summary>Where a part of a power of two begins: the least multiple that is not below it.</summary>
    private Int128 Edge(Int128 unit, int exponent, int part) =>
        exponent >= 0 ? CeilingDivide((unit << exponent) * (_parts + part), _parts) : CeilingDivide(unit * (_parts + part), _parts * (Int128.One << -exponent));

    private static (Int128 Low, Int128 High) Mirror((Int128 Low, Int128 High) interval) => (-interval.High, -interval.Low);

    private static Int128 NextRoundStep(Int128 step)
    {
        var lead = step;
        while (lead >= 10)
            lead /= 10;
        return lead == 2 ? step / 2 * 5 : step * 2;
    }

    private static Int128 FloorDivide(Int128 value, Int128 by)
    {
        var quotient = value / by;
        return value % by < 0 ? quotient - 1 : quotient;
    }

    private static Int128 CeilingDivide(Int128 value, Int128 by) => (value + by - 1) / by;
}
