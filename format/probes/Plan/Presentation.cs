namespace TraceKit.Probes.Plan;

/// <summary>What the fields of one argument mean, for those who show and filter it. Stored in recordings (FORMAT.md).</summary>
public sealed record Presentation
{
    /// <summary>Which meaning.</summary>
    public required PresentationKind Kind { get; init; }

    /// <summary>Names of enum values, of a tag's variants, of Go's types by address; empty for all others.</summary>
    public IReadOnlyDictionary<long, string> Names { get; init; } = new Dictionary<long, string>();
}

/// <summary>What fields may mean. The numbers are stored in recordings: never used again for something else.</summary>
public enum PresentationKind
{
    /// <summary>A plain number or text of the kernel.</summary>
    None = 0,

    /// <summary>IPv4 address: 32 bits in network order, as they lie in memory.</summary>
    Ip4 = 1,

    /// <summary>IPv6 address: 16 bytes in network order; the field is <c>u8[16]</c>.</summary>
    Ip6 = 2,

    /// <summary>A 16-bit number in network order.</summary>
    BigEndian16 = 3,

    /// <summary>A 32-bit number in network order.</summary>
    BigEndian32 = 4,

    /// <summary>A port: a 16-bit number in network order, shown as a number.</summary>
    Port = 5,

    /// <summary>Nanoseconds.</summary>
    Nanoseconds = 6,

    /// <summary>An error number of the kernel or the C library: negative or positive; shown by name where it is one.</summary>
    Errno = 7,

    /// <summary>An enum: <see cref="Presentation.Names"/>; flags are joined by <c>|</c> where the value is no single name.</summary>
    Enum = 8,

    /// <summary>An address, shown as symbol and offset.</summary>
    Symbol = 9,

    /// <summary>Bytes, in hexadecimal; the field is <c>u8[N]</c>.</summary>
    Bytes = 10,

    /// <summary>
    /// A text that carries its length (<c>std::string</c>, <c>&amp;str</c>, Go's <c>string</c>): the first field is the length in bytes, the others, in order, the bytes as
    /// arrays; what is longer than they are was cut, and is shown so.
    /// </summary>
    Text = 11,

    /// <summary>True or false.</summary>
    Boolean = 12,

    /// <summary>A character, by its code point.</summary>
    Character = 13,

    /// <summary>A 64-bit number in network order.</summary>
    BigEndian64 = 14,

    /// <summary>A plain number shown in hexadecimal: a pointer.</summary>
    Pointer = 15,

    /// <summary>
    /// A number of elements (<c>std::vector::size()</c>), which the kernel cannot compute: the first field is where the elements begin, the second where they end;
    /// <see cref="Presentation.Names"/> has one key, the bytes of one element, with an empty name.
    /// </summary>
    ElementCount = 16,

    /// <summary>A floating-point number of 4 or 8 bytes: the field holds its bits (IEEE 754).</summary>
    Float = 17,
}
