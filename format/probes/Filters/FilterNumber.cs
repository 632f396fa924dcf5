using System.Globalization;

namespace TraceKit.Probes.Filters;

/// <summary>A number of a filter: any that a signed or unsigned field of 64 bits can hold.</summary>
internal readonly struct FilterNumber(ulong bits, bool isNegative)
{
    /// <summary>Two's complement.</summary>
    public ulong Bits => bits;

    public bool IsNegative => isNegative;

    public static FilterNumber Of(long value) => new((ulong)value, value < 0);

    public static FilterNumber OfUnsigned(ulong value) => new(value, false);

    /// <summary>Sign of <paramref name="value"/> − this.</summary>
    /// <param name="value">A field's number.</param>
    /// <param name="isUnsigned">Whether its 64 bits count from 0.</param>
    public int Order(long value, bool isUnsigned)
    {
        var valueNegative = !isUnsigned && value < 0;
        if (valueNegative != isNegative)
            return valueNegative ? -1 : 1;
        return ((ulong)value).CompareTo(bits);
    }

    /// <summary>Whether a field of this size can hold it.</summary>
    public bool Fits(int size, bool isSigned)
    {
        if (isNegative)
            return isSigned && (long)bits >= long.MinValue >> (64 - (size * 8));
        return bits <= (isSigned ? (ulong)long.MaxValue : ulong.MaxValue) >> (64 - (size * 8));
    }

    /// <inheritdoc/>
    public override string ToString() => isNegative ? ((long)bits).ToString(CultureInfo.InvariantCulture) : bits.ToString(CultureInfo.InvariantCulture);
}
