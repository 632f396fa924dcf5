namespace TraceKit.DebugInfo.Types;

/// <summary>A member of a struct, class or union; or a base class.</summary>
/// <param name="Name">Its name; null for what has none: an anonymous struct or union, whose members count as the outer one's. Of a base class its type's name.</param>
/// <param name="Type">Its type; null for <c>void</c> or unknown.</param>
/// <param name="BitOffset">Bits from the start of the whole; for a bit field on a little-endian machine of its lowest bit.</param>
/// <param name="BitSize">Bits of a bit field; 0 for all others.</param>
/// <param name="IsBase">A base class: its members count as the outer one's.</param>
/// <param name="IsVirtualBase">A virtual base: where it lies is known only to the running program, and <paramref name="BitOffset"/> says nothing.</param>
public sealed record DebugMember(string? Name, DebugType? Type, ulong BitOffset, uint BitSize = 0, bool IsBase = false, bool IsVirtualBase = false)
{
    /// <summary>Whole bytes before it.</summary>
    public long ByteOffset => (long)(BitOffset / 8);
}

/// <summary>One name of an enum.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">Its value; unsigned ones beyond 2^63 wrap.</param>
public sealed record DebugEnumerator(string Name, long Value);

/// <summary>The variants of a Rust enum.</summary>
/// <param name="Tag">Where the number is that tells them apart; null when there is one variant only.</param>
/// <param name="Variants">All of them.</param>
public sealed record DebugVariants(DebugMember? Tag, IReadOnlyList<DebugVariant> Variants);

/// <summary>One variant of a Rust enum.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The tag's value; null for the variant that has every value that no other has (the payload of an <c>Option</c> of a pointer).</param>
/// <param name="Payload">Its fields: a member whose type is a struct.</param>
public sealed record DebugVariant(string Name, long? Value, DebugMember? Payload);
