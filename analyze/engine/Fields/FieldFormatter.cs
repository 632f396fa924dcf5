using System.Globalization;
using System.Net;
using System.Text;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Engine.Fields;

/// <summary>How the numbers of a field are shown: <c>172.31.28.139</c>, <c>1.234567ms</c>, <c>-ENOENT</c>, <c>RDWR|CREAT</c>. Immutable; two that show alike are equal.</summary>
public sealed class FieldFormatter : IEquatable<FieldFormatter>
{
    /// <summary>Nobody names more bits than there are; nobody reads longer lists.</summary>
    private const int MostFlags = 64;

    private readonly IReadOnlyDictionary<long, string> _names;
    private readonly (ulong Bits, string Name)[] _flags;
    private readonly int _size;
    private readonly bool _isUnsigned;

    private FieldFormatter(PresentationKind kind, int size, bool isUnsigned, IReadOnlyDictionary<long, string> names)
    {
        Kind = kind;
        _size = size;
        _isUnsigned = isUnsigned;
        _names = names;
        _flags = kind == PresentationKind.Enum ? FlagsOf(names) : [];
    }

    /// <summary>What the numbers mean.</summary>
    public PresentationKind Kind { get; }

    /// <summary>Whether the numbers are unsigned ones of 64 bits: what looks negative is large.</summary>
    public bool IsUnsigned64 => _isUnsigned && _size == 8 && Kind != PresentationKind.Nanoseconds;

    /// <summary>A formatter for numbers of a kind; null where plain signed decimals say it.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="size">Bytes of the kernel's field.</param>
    /// <param name="isSigned">Of the kernel's field.</param>
    /// <param name="names">Names of values.</param>
    public static FieldFormatter? For(PresentationKind kind, int size, bool isSigned, IReadOnlyDictionary<long, string>? names = null)
    {
        var isUnsigned = FieldNumbers.IsUnsigned(kind, isSigned);
        var isPlain = kind is PresentationKind.None or PresentationKind.BigEndian16 or PresentationKind.BigEndian32 or PresentationKind.Port or PresentationKind.ElementCount;
        return isPlain && (!isUnsigned || size < 8) ? null : new FieldFormatter(kind, size, isUnsigned, names ?? new Dictionary<long, string>());
    }

    /// <summary>A number as text.</summary>
    public string Format(long number)
    {
        switch (Kind)
        {
            case PresentationKind.Ip4:
                return new IPAddress(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((uint)number)).ToString();
            case PresentationKind.Nanoseconds:
                return Duration(number);
            case PresentationKind.Errno:
                return number is >= -ErrnoNames.Max and <= ErrnoNames.Max && ErrnoNames.Find(Math.Abs(number)) is { } error ? number < 0 ? "-" + error : error : Decimal(number);
            case PresentationKind.Enum:
                return Enum(number);
            case PresentationKind.Boolean:
                return number == 0 ? "false" : "true";
            case PresentationKind.Character:
                return Character(number);
            case PresentationKind.Pointer:
            case PresentationKind.Symbol:
                return "0x" + number.ToString("x", CultureInfo.InvariantCulture);
            case PresentationKind.Float:
                var value = BitConverter.Int64BitsToDouble(number);
                return _size == 4 ? ((float)value).ToString(CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture);
            default:
                return Decimal(number);
        }
    }

    /// <summary>Appends a number as text.</summary>
    public void AppendTo(StringBuilder output, long number)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Append(Format(number));
    }

    /// <summary>Nanoseconds in the largest unit that they fill, exactly: <c>80ns</c>, <c>1.5us</c>, <c>1.234567ms</c>, <c>12.000000001s</c>.</summary>
    public static string Duration(long nanoseconds)
    {
        var magnitude = nanoseconds < 0 ? 0 - (ulong)nanoseconds : (ulong)nanoseconds;
        var (unit, digits, name) = magnitude switch
        {
            < 1_000 => (1UL, 0, "ns"),
            < 1_000_000 => (1_000UL, 3, "us"),
            < 1_000_000_000 => (1_000_000UL, 6, "ms"),
            _ => (1_000_000_000UL, 9, "s"),
        };
        var sign = nanoseconds < 0 ? "-" : "";
        var part = magnitude % unit;
        var fraction = part == 0 ? "" : "." + part.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{magnitude / unit}{fraction}{name}");
    }

    /// <inheritdoc/>
    public bool Equals(FieldFormatter? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || other.Kind != Kind || other._size != _size || other._isUnsigned != _isUnsigned || other._names.Count != _names.Count)
            return false;
        foreach (var (value, name) in _names)
        {
            if (!other._names.TryGetValue(value, out var theirs) || theirs != name)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldFormatter);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _size, _isUnsigned, _names.Count);

    private string Decimal(long number) => _isUnsigned ? ((ulong)number).ToString(CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture);

    private string Enum(long number)
    {
        // Names may have been written with or without the sign of the field.
        var other = _size is >= 1 and < 8 ? number < 0 ? (long)((ulong)number << (64 - (_size * 8)) >> (64 - (_size * 8))) : number << (64 - (_size * 8)) >> (64 - (_size * 8)) : number;
        if (_names.TryGetValue(number, out var name) || _names.TryGetValue(other, out name))
            return name;
        var rest = _size is >= 1 and < 8 ? (ulong)number & (ulong.MaxValue >> (64 - (_size * 8))) : (ulong)number;
        if (_flags.Length == 0 || rest == 0)
            return rest > uint.MaxValue && _isUnsigned ? "0x" + rest.ToString("x", CultureInfo.InvariantCulture) : Decimal(number);
        var text = new StringBuilder();
        foreach (var (bits, flag) in _flags)
        {
            if ((rest & bits) != bits)
                continue;
            text.Append(text.Length == 0 ? "" : "|").Append(flag);
            rest &= ~bits;
        }

        if (text.Length == 0)
            return Decimal(number);
        return rest == 0 ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $"|0x{rest:x}").ToString();
    }

    /// <summary>The names of an enum that are flags: their bits are apart, and they do not just count 0, 1, 2. Empty when it is no such enum.</summary>
    private (ulong Bits, string Name)[] FlagsOf(IReadOnlyDictionary<long, string> names)
    {
        ulong seen = 0;
        var flags = new List<(ulong Bits, string Name)>();
        foreach (var (value, name) in names)
        {
            var bits = _size is >= 1 and < 8 ? (ulong)value & (ulong.MaxValue >> (64 - (_size * 8))) : (ulong)value;
            if (bits == 0)
                continue;
            if ((seen & bits) != 0 || flags.Count == MostFlags)
                return [];
            seen |= bits;
            flags.Add((bits, name));
        }

        flags.Sort(static (a, b) => a.Bits.CompareTo(b.Bits));
        return flags.Count > 1 && (flags[^1].Bits >= 4 || !names.ContainsKey(0)) ? [.. flags] : [];
    }

    private string Character(long number)
    {
        if (number is < 0 or > 0x10ffff || !Rune.IsValid((int)number))
            return Decimal(number);
        return (int)number switch
        {
            0 => "'\\0'",
            '\n' => "'\\n'",
            '\r' => "'\\r'",
            '\t' => "'\\t'",
            '\'' => "'\\''",
            '\\' => "'\\\\'",
            < 0x20 or (>= 0x7f and < 0xa0) => string.Create(CultureInfo.InvariantCulture, $"'\\x{number:x2}'"),
            var scalar => $"'{new Rune(scalar)}'",
        };
    }
}
