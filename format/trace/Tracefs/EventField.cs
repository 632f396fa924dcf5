using System.Buffers.Binary;

namespace TraceKit.Format.Tracefs;

/// <summary>One field of a trace event, as a line <c>field:TYPE NAME; offset:N; size:N; signed:N;</c> describes it.</summary>
/// <remarks>Source: kernel <c>Documentation/trace/events.rst</c>, §4 "Event formats".</remarks>
public sealed class EventField
{
    internal EventField(string name, string type, int offset, int size, bool isSigned, int arrayLength, bool isCommon)
    {
        Name = name;
        Type = type;
        Offset = offset;
        Size = size;
        IsSigned = isSigned;
        ArrayLength = arrayLength;
        IsCommon = isCommon;
        IsRelative = type.StartsWith("__rel_loc ", StringComparison.Ordinal);
        Kind = KindOf(type, size, arrayLength);
        ElementSize = Kind == EventFieldKind.Array ? size / arrayLength : size;
    }

    /// <summary>The field's name, without array brackets.</summary>
    public string Name { get; }

    /// <summary>The C type as the kernel writes it, array brackets included.</summary>
    public string Type { get; }

    /// <summary>Bytes from the start of the raw data.</summary>
    public int Offset { get; }

    /// <summary>Bytes in the fixed part; 4 for the locator of a dynamic field.</summary>
    public int Size { get; }

    /// <summary>Whether a number is two's complement.</summary>
    public bool IsSigned { get; }

    /// <summary>Elements of a fixed array; 0 for anything else.</summary>
    public int ArrayLength { get; }

    /// <summary>Bytes of one element of a fixed array; <see cref="Size"/> otherwise.</summary>
    public int ElementSize { get; }

    /// <summary>One of <c>common_type</c>, <c>common_flags</c>, <c>common_preempt_count</c>, <c>common_pid</c>.</summary>
    public bool IsCommon { get; }

    /// <summary>How to read it.</summary>
    public EventFieldKind Kind { get; }

    /// <summary>Whether <see cref="TryReadInteger"/> can succeed: what histograms and numeric filters may use.</summary>
    public bool IsNumeric => Kind is EventFieldKind.Integer or EventFieldKind.Pointer;

    /// <summary>Whether <see cref="TryReadText"/> can succeed.</summary>
    public bool IsText => Kind is EventFieldKind.FixedString or EventFieldKind.DynamicString;

    /// <summary>True when the locator counts from its own end (<c>__rel_loc</c>) and not from the start of the data.</summary>
    private bool IsRelative { get; }

    /// <summary>Reads a number; an unsigned 64-bit one keeps its bits.</summary>
    /// <param name="raw">The whole raw data of the record.</param>
    /// <param name="value">The number, sign-extended when <see cref="IsSigned"/>.</param>
    /// <returns>False when the field is no number or the data is too short.</returns>
    public bool TryReadInteger(ReadOnlySpan<byte> raw, out long value)
    {
        value = 0;
        return IsNumeric && TryReadNumber(raw, Offset, Size, out value);
    }

    /// <summary>Reads one element of a fixed array of numbers.</summary>
    /// <param name="raw">The whole raw data of the record.</param>
    /// <param name="index">From 0.</param>
    /// <param name="value">The element, sign-extended when <see cref="IsSigned"/>.</param>
    public bool TryReadElement(ReadOnlySpan<byte> raw, int index, out long value)
    {
        value = 0;
        return ArrayLength > 0 && (uint)index < (uint)ArrayLength && TryReadNumber(raw, Offset + (index * (Size / ArrayLength)), Size / ArrayLength, out value);
    }

    /// <summary>Reads text, without its NUL.</summary>
    /// <param name="raw">The whole raw data of the record.</param>
    /// <param name="text">Bytes as the kernel copied them: usually UTF-8, never guaranteed. Borrows <paramref name="raw"/>.</param>
    public bool TryReadText(ReadOnlySpan<byte> raw, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!IsText || !TryReadBytes(raw, out var bytes))
            return false;
        var end = bytes.IndexOf((byte)0);
        text = end < 0 ? bytes : bytes[..end];
        return true;
    }

    /// <summary>Reads the field's bytes: what the locator names for dynamic fields, the fixed part for others.</summary>
    /// <param name="raw">The whole raw data of the record.</param>
    /// <param name="bytes">Borrows <paramref name="raw"/>.</param>
    public bool TryReadBytes(ReadOnlySpan<byte> raw, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if ((long)Offset + Size > raw.Length)
            return false;
        var own = raw.Slice(Offset, Size);
        if (Kind is not (EventFieldKind.DynamicString or EventFieldKind.DynamicArray))
        {
            bytes = own;
            return true;
        }

        if (Size < 4)
            return false;
        var locator = BinaryPrimitives.ReadUInt32LittleEndian(own);
        var start = (int)(locator & 0xffff) + (IsRelative ? Offset + Size : 0);
        var length = (int)(locator >> 16);
        if (start + length > raw.Length)
            return false;
        bytes = raw.Slice(start, length);
        return true;
    }

    private bool TryReadNumber(ReadOnlySpan<byte> raw, int offset, int size, out long value)
    {
        value = 0;
        if ((long)offset + size > raw.Length)
            return false;
        var bytes = raw.Slice(offset, size);
        switch (size)
        {
            case 1: value = IsSigned ? (sbyte)bytes[0] : bytes[0]; return true;
            case 2: value = IsSigned ? BinaryPrimitives.ReadInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes); return true;
            case 4: value = IsSigned ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes); return true;
            case 8: value = BinaryPrimitives.ReadInt64LittleEndian(bytes); return true;
            default: return false;
        }
    }

    private static EventFieldKind KindOf(string type, int size, int arrayLength)
    {
        var dynamic = type.StartsWith("__data_loc ", StringComparison.Ordinal) || type.StartsWith("__rel_loc ", StringComparison.Ordinal);
        var isChar = type.Contains("char", StringComparison.Ordinal) && !type.Contains("unsigned char", StringComparison.Ordinal) && !type.Contains('*');
        if (dynamic)
            return isChar ? EventFieldKind.DynamicString : EventFieldKind.DynamicArray;
        if (arrayLength > 0)
            return isChar && size == arrayLength ? EventFieldKind.FixedString : size % arrayLength == 0 && size / arrayLength is 1 or 2 or 4 or 8 ? EventFieldKind.Array : EventFieldKind.Bytes;
        if (type.Contains('*') && size == 8)
            return EventFieldKind.Pointer;
        return size is 1 or 2 or 4 or 8 ? EventFieldKind.Integer : EventFieldKind.Bytes;
    }
}
