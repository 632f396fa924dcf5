using System.Buffers.Binary;
using TraceKit.Probes.Plan;

namespace TraceKit.Probes.Values;

/// <summary>The number that a field stands for: what is sorted, filtered, counted. Records are little-endian, as all hosts that are recorded on are.</summary>
public static class FieldNumbers
{
    /// <summary>Whether a kind is a single number; the others are texts or bytes.</summary>
    public static bool IsNumber(PresentationKind kind) => kind is not (PresentationKind.Ip6 or PresentationKind.Bytes or PresentationKind.Text);

    /// <summary>Whether numbers of a kind count from 0 to 2^64 − 1, whatever the kernel's field says; of a plain number the field decides.</summary>
    public static bool IsUnsigned(PresentationKind kind, bool isSignedField) => kind switch
    {
        PresentationKind.Ip4 or PresentationKind.BigEndian16 or PresentationKind.BigEndian32 or PresentationKind.BigEndian64 or PresentationKind.Port or PresentationKind.Symbol
            or PresentationKind.Pointer or PresentationKind.Boolean or PresentationKind.ElementCount => true,
        PresentationKind.Errno or PresentationKind.Float => false,
        _ => !isSignedField,
    };

    /// <summary>From the kernel's field to the number it means: network order turned around, errors with their sign, booleans 0 or 1, floats as the bits of a double.</summary>
    /// <param name="kind">What it means.</param>
    /// <param name="raw">The field, sign- or zero-extended.</param>
    /// <param name="size">Bytes of the field.</param>
    public static long Decode(PresentationKind kind, long raw, int size) => kind switch
    {
        PresentationKind.Ip4 or PresentationKind.BigEndian32 => BinaryPrimitives.ReverseEndianness((uint)raw),
        PresentationKind.BigEndian16 or PresentationKind.Port => BinaryPrimitives.ReverseEndianness((ushort)raw),
        PresentationKind.BigEndian64 => BinaryPrimitives.ReverseEndianness(raw),
        PresentationKind.Errno => SignExtend(raw, size),
        PresentationKind.Symbol or PresentationKind.Pointer => ZeroExtend(raw, size),
        PresentationKind.Boolean => raw == 0 ? 0 : 1,
        PresentationKind.Float => BitConverter.DoubleToInt64Bits(size == 4 ? BitConverter.Int32BitsToSingle((int)raw) : BitConverter.Int64BitsToDouble(raw)),
        _ => raw,
    };

    /// <summary>How many elements lie between two addresses; 0 where they make no sense.</summary>
    /// <param name="begin">Where the first begins.</param>
    /// <param name="end">Where they end.</param>
    /// <param name="elementBytes">Bytes of one.</param>
    public static long Elements(long begin, long end, long elementBytes) =>
        elementBytes <= 0 || (ulong)end < (ulong)begin ? 0 : (long)(((ulong)end - (ulong)begin) / (ulong)elementBytes);

    /// <summary>The bytes of a field's raw number for a number it shall mean: the opposite of <see cref="Decode"/> for kinds in network order.</summary>
    internal static ulong Encode(PresentationKind kind, ulong number) => kind switch
    {
        PresentationKind.Ip4 or PresentationKind.BigEndian32 => BinaryPrimitives.ReverseEndianness((uint)number),
        PresentationKind.BigEndian16 or PresentationKind.Port => BinaryPrimitives.ReverseEndianness((ushort)number),
        PresentationKind.BigEndian64 => BinaryPrimitives.ReverseEndianness(number),
        _ => number,
    };

    /// <summary>A number of so many bytes as 64 bits.</summary>
    /// <param name="raw">Its low bytes.</param>
    /// <param name="size">How many of them.</param>
    /// <param name="isUnsigned">Zeros above them; else copies of the highest bit.</param>
    public static long Extend(long raw, int size, bool isUnsigned) => isUnsigned ? ZeroExtend(raw, size) : SignExtend(raw, size);

    internal static long SignExtend(long raw, int size) => size is >= 1 and < 8 ? raw << (64 - (size * 8)) >> (64 - (size * 8)) : raw;

    internal static long ZeroExtend(long raw, int size) => size is >= 1 and < 8 ? (long)((ulong)raw << (64 - (size * 8)) >> (64 - (size * 8))) : raw;
}
