using System.Runtime.Intrinsics;

namespace TraceKit.Probes.Filters;

/// <summary>A number against a number.</summary>
internal sealed class NumberTest(FilterField field, FilterOperator comparison, FilterNumber number) : NumberFilterTest(field)
{
    /// <inheritdoc/>
    public override bool Holds(long value) =>
        comparison == FilterOperator.AnyBit ? ((ulong)value & number.Bits) != 0 : Holds(comparison, number.Order(value, Field.IsUnsigned));

    /// <inheritdoc/>
    public override void Holds(ReadOnlySpan<long> values, Span<ulong> bits)
    {
        // A number that no value of the field can be is an order that never changes: the plain way finds it.
        if (comparison != FilterOperator.AnyBit && (Field.IsUnsigned ? number.IsNegative : !number.IsNegative && (long)number.Bits < 0))
        {
            base.Holds(values, bits);
            return;
        }

        // Unsigned numbers are in order as signed ones once their highest bit is turned around.
        var turn = Vector256.Create(Field.IsUnsigned && comparison != FilterOperator.AnyBit ? long.MinValue : 0);
        var constant = Vector256.Create((long)number.Bits) ^ turn;
        bits.Clear();
        var i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            var block = Vector256.Create(values[i..]);
            var mask = comparison switch
            {
                FilterOperator.Equal => Vector256.Equals(block ^ turn, constant),
                FilterOperator.NotEqual => ~Vector256.Equals(block ^ turn, constant),
                FilterOperator.Less => Vector256.LessThan(block ^ turn, constant),
                FilterOperator.LessOrEqual => Vector256.LessThanOrEqual(block ^ turn, constant),
                FilterOperator.Greater => Vector256.GreaterThan(block ^ turn, constant),
                FilterOperator.GreaterOrEqual => Vector256.GreaterThanOrEqual(block ^ turn, constant),
                _ => ~Vector256.Equals(block & constant, Vector256<long>.Zero),
            };
            bits[i >> 6] |= (ulong)mask.ExtractMostSignificantBits() << i;
        }

        for (; i < values.Length; i++)
            bits[i >> 6] |= (Holds(values[i]) ? 1UL : 0) << i;
    }

    /// <inheritdoc/>
    internal override string? ToKernel(bool negated, out string reason) => KernelFilterText.Number(Field, comparison, number, negated, out reason);
}

/// <summary>Some bits of a number against a number.</summary>
internal sealed class MaskTest(FilterField field, ulong mask, FilterOperator comparison, FilterNumber number) : NumberFilterTest(field)
{
    /// <inheritdoc/>
    public override bool Holds(long value) => Holds(comparison, number.Order((long)((ulong)value & mask), true));

    /// <inheritdoc/>
    internal override string? ToKernel(bool negated, out string reason)
    {
        reason = "the kernel compares whole fields";
        return null;
    }
}

/// <summary>An error of either sign.</summary>
internal sealed class EitherSignTest(FilterField field, int error, bool isNot) : NumberFilterTest(field)
{
    /// <inheritdoc/>
    public override bool Holds(long value) => (value == error || value == -error) != isNot;

    /// <inheritdoc/>
    internal override string? ToKernel(bool negated, out string reason)
    {
        var not = isNot != negated;
        var comparison = not ? FilterOperator.NotEqual : FilterOperator.Equal;
        var plus = KernelFilterText.Number(Field, comparison, FilterNumber.Of(error), false, out reason);
        var minus = plus is null ? null : KernelFilterText.Number(Field, comparison, FilterNumber.Of(-error), false, out reason);
        return minus is null ? null : $"({minus} {(not ? "&&" : "||")} {plus})";
    }
}

/// <summary>A number within bounds, both inclusive.</summary>
internal sealed class RangeTest(FilterField field, ulong low, ulong high, bool isNot) : NumberFilterTest(field)
{
    /// <inheritdoc/>
    public override bool Holds(long value) => ((ulong)value >= low && (ulong)value <= high) != isNot;

    /// <inheritdoc/>
    internal override string? ToKernel(bool negated, out string reason)
    {
        if (low == high)
            return KernelFilterText.Number(Field, isNot ? FilterOperator.NotEqual : FilterOperator.Equal, FilterNumber.OfUnsigned(low), negated, out reason);
        return base.ToKernel(negated, out reason);
    }
}

/// <summary>A fraction against a fraction.</summary>
internal sealed class FloatTest(FilterField field, FilterOperator comparison, double number) : NumberFilterTest(field)
{
    /// <inheritdoc/>
    public override bool Holds(long value) => Holds(comparison, BitConverter.Int64BitsToDouble(value), number);

    internal static bool Holds(FilterOperator comparison, double left, double right) => comparison switch
    {
        FilterOperator.Equal => left == right,
        FilterOperator.NotEqual => left != right,
        FilterOperator.Less => left < right,
        FilterOperator.LessOrEqual => left <= right,
        FilterOperator.Greater => left > right,
        _ => left >= right,
    };
}
