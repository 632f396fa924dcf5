using TraceKit.Probes.Plan;

namespace TraceKit.Probes.Filters;

/// <summary>One comparison with its types: can be asked of a record, and put into the kernel's words where those say the same.</summary>
public abstract class FilterTest : BoundNode
{
    private protected FilterTest(FilterField field) => Field = field;

    /// <summary>Left side.</summary>
    public FilterField Field { get; }

    /// <inheritdoc/>
    public override FilterNeeds Needs => Field.Needs;

    /// <summary>The kernel's text for it, complete in itself; null and the reason when the kernel cannot say it.</summary>
    /// <param name="negated">For its opposite.</param>
    /// <param name="reason">Why not.</param>
    internal virtual string? ToKernel(bool negated, out string reason)
    {
        reason = Field.Obstacle.Length > 0 ? Field.Obstacle : "the kernel's filters have no such comparison";
        return null;
    }

    private protected static bool Holds(FilterOperator comparison, int order) => comparison switch
    {
        FilterOperator.Equal => order == 0,
        FilterOperator.NotEqual => order != 0,
        FilterOperator.Less => order < 0,
        FilterOperator.LessOrEqual => order <= 0,
        FilterOperator.Greater => order > 0,
        _ => order >= 0,
    };
}

/// <summary>A test of a field's number alone.</summary>
public abstract class NumberFilterTest : FilterTest
{
    private protected NumberFilterTest(FilterField field)
        : base(field)
    {
    }

    /// <summary>Whether it holds for a number as <see cref="IFilterValues.TryGetNumber"/> gives it.</summary>
    public abstract bool Holds(long value);

    /// <summary>The same for a column.</summary>
    /// <param name="values">Numbers.</param>
    /// <param name="bits">A bit for each, the first in the lowest of the first word; those behind the last number are cleared.</param>
    public virtual void Holds(ReadOnlySpan<long> values, Span<ulong> bits)
    {
        bits.Clear();
        for (var i = 0; i < values.Length; i++)
            bits[i >> 6] |= (Holds(values[i]) ? 1UL : 0) << i;
    }

    /// <inheritdoc/>
    public sealed override bool Matches(IFilterValues values) => values.TryGetNumber(Field, out var value) && Holds(value);
}

/// <summary>A test of a text, or of a value as it is shown.</summary>
public sealed class TextTest : FilterTest
{
    private readonly FilterOperator _comparison;
    private readonly string _text;
    private readonly TextMatch _match;

    internal TextTest(FilterField field, FilterOperator comparison, string text, IFilterPattern? pattern)
        : base(field)
    {
        _comparison = comparison;
        _text = text;
        IsNot = comparison is FilterOperator.NotEqual or FilterOperator.NotLike or FilterOperator.NotMatch;
        _match = new TextMatch(comparison, text, pattern);
    }

    private bool IsNot { get; }

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => values.TryGetText(Field, out var value) && Holds(value);

    /// <summary>Whether it holds for a text.</summary>
    public bool Holds(ReadOnlySpan<byte> value)
    {
        if (Field.Kind != PresentationKind.Symbol)
            return _match.Holds(value) != IsNot;
        // A symbol is meant by its name; who writes the offset too gets only that place, who writes the module too only that file's.
        var place = CutLast(CutLast(value, " ("u8, (byte)')'), " ["u8, (byte)']');
        var name = place[..(place.LastIndexOf("+0x"u8) is > 0 and var plus ? plus : place.Length)];
        return (_match.Holds(value) || _match.Holds(place) || _match.Holds(name)) != IsNot;
    }

    /// <summary>Without the module behind it.</summary>
    private static ReadOnlySpan<byte> CutLast(ReadOnlySpan<byte> text, ReadOnlySpan<byte> open, byte close) =>
        !text.IsEmpty && text[^1] == close && text.LastIndexOf(open) is > 0 and var at ? text[..at] : text;

    /// <inheritdoc/>
    internal override string? ToKernel(bool negated, out string reason) => KernelFilterText.Text(Field, _comparison, _text, _match.Bytes, negated, out reason);
}

/// <summary>An IPv6 address against an address or a network.</summary>
public sealed class AddressTest : FilterTest
{
    private readonly FilterOperator _comparison;
    private readonly byte[] _address;
    private readonly int _bits;

    internal AddressTest(FilterField field, FilterOperator comparison, byte[] address, int bits)
        : base(field)
    {
        _comparison = comparison;
        _address = address;
        _bits = bits;
    }

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => values.TryGetBytes(Field, out var bytes) && Holds(bytes);

    /// <summary>Whether it holds for an address of 16 bytes.</summary>
    public bool Holds(ReadOnlySpan<byte> bytes) => bytes.Length == 16
        && (_comparison is FilterOperator.Equal or FilterOperator.NotEqual ? StartsAlike(bytes) == (_comparison == FilterOperator.Equal) : Holds(_comparison, bytes.SequenceCompareTo(_address)));

    private bool StartsAlike(ReadOnlySpan<byte> bytes)
    {
        var whole = _bits / 8;
        return bytes[..whole].SequenceEqual(_address.AsSpan(0, whole)) && (_bits % 8 == 0 || (bytes[whole] ^ _address[whole]) >> (8 - (_bits % 8)) == 0);
    }
}

/// <summary>A number against that of another field of the same record.</summary>
public sealed class FieldTest : FilterTest
{
    private readonly FilterOperator _comparison;

    internal FieldTest(FilterField field, FilterOperator comparison, FilterField other)
        : base(field)
    {
        _comparison = comparison;
        Other = other;
    }

    /// <summary>Right side.</summary>
    public FilterField Other { get; }

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => values.TryGetNumber(Field, out var left) && values.TryGetNumber(Other, out var right) && Holds(left, right);

    /// <summary>Whether it holds for two numbers.</summary>
    public bool Holds(long left, long right)
    {
        if (_comparison == FilterOperator.AnyBit)
            return (left & right) != 0;
        if (Field.Kind == PresentationKind.Float)
            return FloatTest.Holds(_comparison, BitConverter.Int64BitsToDouble(left), BitConverter.Int64BitsToDouble(right));
        return Holds(_comparison, (Other.IsUnsigned ? FilterNumber.OfUnsigned((ulong)right) : FilterNumber.Of(right)).Order(left, Field.IsUnsigned));
    }

    /// <inheritdoc/>
    internal override string? ToKernel(bool negated, out string reason)
    {
        reason = "the kernel compares with constants, not with other fields";
        return null;
    }
}
