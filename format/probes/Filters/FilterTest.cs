using System.Text;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;

namespace TraceKit.Probes.Filters;

/// <summary>One comparison with its types: can be asked of a record, and put into the kernel's words where those say the same.</summary>
internal abstract class FilterTest(FilterField of) : BoundNode
{
    public FilterField Field { get; } = of;

    /// <summary>The kernel's text for it, complete in itself; null and the reason when the kernel cannot say it.</summary>
    /// <param name="negated">For its opposite.</param>
    /// <param name="reason">Why not.</param>
    public virtual string? ToKernel(bool negated, out string reason)
    {
        reason = Field.Obstacle.Length > 0 ? Field.Obstacle : "the kernel's filters have no such comparison";
        return null;
    }

    protected static bool Holds(FilterOperator comparison, int order) => comparison switch
    {
        FilterOperator.Equal => order == 0,
        FilterOperator.NotEqual => order != 0,
        FilterOperator.Less => order < 0,
        FilterOperator.LessOrEqual => order <= 0,
        FilterOperator.Greater => order > 0,
        _ => order >= 0,
    };
}

/// <summary>A number against a number.</summary>
internal sealed class NumberTest(FilterField field, FilterOperator comparison, FilterNumber number) : FilterTest(field)
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values)
    {
        if (!values.TryGetNumber(Field, out var value))
            return false;
        return comparison == FilterOperator.AnyBit ? ((ulong)value & number.Bits) != 0 : Holds(comparison, number.Order(value, Field.IsUnsigned));
    }

    /// <inheritdoc/>
    public override string? ToKernel(bool negated, out string reason) => KernelFilterText.Number(Field, comparison, number, negated, out reason);
}

/// <summary>An error of either sign.</summary>
internal sealed class EitherSignTest(FilterField field, int error, bool isNot) : FilterTest(field)
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => values.TryGetNumber(Field, out var value) && (value == error || value == -error) != isNot;

    /// <inheritdoc/>
    public override string? ToKernel(bool negated, out string reason)
    {
        var not = isNot != negated;
        var comparison = not ? FilterOperator.NotEqual : FilterOperator.Equal;
        var plus = KernelFilterText.Number(Field, comparison, FilterNumber.Of(error), false, out reason);
        var minus = plus is null ? null : KernelFilterText.Number(Field, comparison, FilterNumber.Of(-error), false, out reason);
        return minus is null ? null : $"({minus} {(not ? "&&" : "||")} {plus})";
    }
}

/// <summary>A number within bounds, both inclusive.</summary>
internal sealed class RangeTest(FilterField field, ulong low, ulong high, bool isNot) : FilterTest(field)
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => values.TryGetNumber(Field, out var value) && ((ulong)value >= low && (ulong)value <= high) != isNot;

    /// <inheritdoc/>
    public override string? ToKernel(bool negated, out string reason)
    {
        if (low == high)
            return KernelFilterText.Number(Field, isNot ? FilterOperator.NotEqual : FilterOperator.Equal, FilterNumber.OfUnsigned(low), negated, out reason);
        return base.ToKernel(negated, out reason);
    }
}

/// <summary>A fraction against a fraction.</summary>
internal sealed class FloatTest(FilterField field, FilterOperator comparison, double number) : FilterTest(field)
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values)
    {
        if (!values.TryGetNumber(Field, out var bits))
            return false;
        var value = BitConverter.Int64BitsToDouble(bits);
        return comparison switch
        {
            FilterOperator.Equal => value == number,
            FilterOperator.NotEqual => value != number,
            FilterOperator.Less => value < number,
            FilterOperator.LessOrEqual => value <= number,
            FilterOperator.Greater => value > number,
            _ => value >= number,
        };
    }
}

/// <summary>An IPv6 address against an address or a network.</summary>
internal sealed class AddressTest(FilterField field, byte[] address, int bits, bool isNot) : FilterTest(field)
{
    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => values.TryGetBytes(Field, out var bytes) && bytes.Length == 16 && StartsAlike(bytes) != isNot;

    private bool StartsAlike(ReadOnlySpan<byte> bytes)
    {
        var whole = bits / 8;
        return bytes[..whole].SequenceEqual(address.AsSpan(0, whole)) && (bits % 8 == 0 || (bytes[whole] ^ address[whole]) >> (8 - (bits % 8)) == 0);
    }
}

/// <summary>A text against a text or a pattern; texts are compared byte by byte.</summary>
internal sealed class TextTest(FilterField field, FilterOperator comparison, string text) : FilterTest(field)
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values)
    {
        if (!values.TryGetText(Field, out var value))
            return false;
        if (Field.Kind != PresentationKind.Symbol)
            return Matches(value);
        // A symbol is meant by its name; who writes the offset too gets only that place, who writes the module too only that file's.
        var isNot = comparison is FilterOperator.NotEqual or FilterOperator.NotLike;
        var place = CutLast(CutLast(value, " ("u8, (byte)')'), " ["u8, (byte)']');
        var name = place[..(place.LastIndexOf("+0x"u8) is > 0 and var plus ? plus : place.Length)];
        return isNot ? Matches(value) && Matches(place) && Matches(name) : Matches(value) || Matches(place) || Matches(name);
    }

    /// <summary>Without the module behind it.</summary>
    private static ReadOnlySpan<byte> CutLast(ReadOnlySpan<byte> text, ReadOnlySpan<byte> open, byte close) =>
        !text.IsEmpty && text[^1] == close && text.LastIndexOf(open) is > 0 and var at ? text[..at] : text;

    /// <inheritdoc/>
    public override string? ToKernel(bool negated, out string reason) => KernelFilterText.Text(Field, comparison, text, _bytes.Length, negated, out reason);

    private bool Matches(ReadOnlySpan<byte> value) => comparison switch
    {
        FilterOperator.Like => Glob.Matches(_bytes, value),
        FilterOperator.NotLike => !Glob.Matches(_bytes, value),
        _ => Holds(comparison, value.SequenceCompareTo(_bytes)),
    };
}
