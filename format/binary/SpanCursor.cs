using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace TraceKit.Binary;

/// <summary>
/// Reads values from bytes, little-endian unless told otherwise, and knows where the value it last read began,
/// so that every error says where. A failed read does not move it.
/// </summary>
public ref struct SpanCursor
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly string _label;
    private readonly bool _bigEndian;
    private int _position;

    /// <summary>A cursor at the start of <paramref name="data"/>.</summary>
    /// <param name="data">Borrowed: the cursor is valid while it is.</param>
    /// <param name="label">The section's name, for errors.</param>
    /// <param name="bigEndian">Byte order of multi-byte values.</param>
    public SpanCursor(ReadOnlySpan<byte> data, string label, bool bigEndian = false)
    {
        _data = data;
        _label = label;
        _bigEndian = bigEndian;
    }

    /// <summary>Bytes from the start to the next value.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes from the start to the value that was last read or tried.</summary>
    public int ValueStart { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => _data.Length - _position;

    /// <summary>The section's name, for errors.</summary>
    public readonly string Label => _label;

    /// <summary>Byte order of multi-byte values.</summary>
    public readonly bool IsBigEndian => _bigEndian;

    /// <summary>What is left, not moved over.</summary>
    public readonly ReadOnlySpan<byte> Rest => _data[_position..];

    /// <summary>Moves to <paramref name="position"/>, which may be the end.</summary>
    public bool TrySeek(int position)
    {
        if ((uint)position > (uint)_data.Length)
            return false;
        _position = position;
        return true;
    }

    /// <summary>Takes <paramref name="count"/> bytes.</summary>
    public bool TryReadBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        ValueStart = _position;
        if ((uint)count > (uint)Remaining)
        {
            bytes = default;
            return false;
        }

        bytes = _data.Slice(_position, count);
        _position += count;
        return true;
    }

    /// <summary>Reads one byte.</summary>
    public bool TryReadByte(out byte value)
    {
        ValueStart = _position;
        if (_position >= _data.Length)
        {
            value = 0;
            return false;
        }

        value = _data[_position++];
        return true;
    }

    /// <summary>Reads 16 bits.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        value = 0;
        if (!TryReadBytes(2, out var bytes))
            return false;
        value = _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return true;
    }

    /// <summary>Reads 32 bits.</summary>
    public bool TryReadUInt32(out uint value)
    {
        value = 0;
        if (!TryReadBytes(4, out var bytes))
            return false;
        value = _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return true;
    }

    /// <summary>Reads 64 bits.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        value = 0;
        if (!TryReadBytes(8, out var bytes))
            return false;
        value = _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return true;
    }

    /// <summary>Reads an unsigned LEB128 number (DWARF 5 §7.6) that fits 64 bits.</summary>
    public bool TryReadUleb128(out ulong value)
    {
        ValueStart = _position;
        ulong result = 0;
        var shift = 0;
        for (var i = _position; i < _data.Length && shift < 70; i++, shift += 7)
        {
            var b = _data[i];
            if (shift == 63 && (b & 0x7e) != 0)
                break;
            result |= (ulong)(b & 0x7f) << shift;
            if ((b & 0x80) != 0)
                continue;
            _position = i + 1;
            value = result;
            return true;
        }

        value = 0;
        return false;
    }

    /// <summary>Reads a signed LEB128 number (DWARF 5 §7.6) that fits 64 bits.</summary>
    public bool TryReadSleb128(out long value)
    {
        ValueStart = _position;
        long result = 0;
        var shift = 0;
        for (var i = _position; i < _data.Length && shift < 70; i++)
        {
            var b = _data[i];
            result |= shift < 64 ? (long)(b & 0x7f) << shift : 0;
            shift += 7;
            if ((b & 0x80) != 0)
                continue;
            if (shift < 64 && (b & 0x40) != 0)
                result |= -1L << shift;
            _position = i + 1;
            value = result;
            return true;
        }

        value = 0;
        return false;
    }

    /// <summary>Reads bytes up to a NUL, which is moved over and not returned.</summary>
    public bool TryReadCString(out ReadOnlySpan<byte> text)
    {
        ValueStart = _position;
        var length = Rest.IndexOf((byte)0);
        if (length < 0)
        {
            text = default;
            return false;
        }

        text = _data.Slice(_position, length);
        _position += length + 1;
        return true;
    }

    /// <summary>Reads one byte.</summary>
    /// <exception cref="BadDataException">The data ends first.</exception>
    public byte ReadByte(string what) => TryReadByte(out var value) ? value : ThrowTruncated<byte>(what);

    /// <summary>Reads 16 bits.</summary>
    /// <exception cref="BadDataException">The data ends first.</exception>
    public ushort ReadUInt16(string what) => TryReadUInt16(out var value) ? value : ThrowTruncated<ushort>(what);

    /// <summary>Reads 32 bits.</summary>
    /// <exception cref="BadDataException">The data ends first.</exception>
    public uint ReadUInt32(string what) => TryReadUInt32(out var value) ? value : ThrowTruncated<uint>(what);

    /// <summary>Reads 64 bits.</summary>
    /// <exception cref="BadDataException">The data ends first.</exception>
    public ulong ReadUInt64(string what) => TryReadUInt64(out var value) ? value : ThrowTruncated<ulong>(what);

    /// <summary>Reads an unsigned LEB128 number.</summary>
    /// <exception cref="BadDataException">The data ends first, or the number needs more than 64 bits.</exception>
    public ulong ReadUleb128(string what) => TryReadUleb128(out var value) ? value : ThrowTruncated<ulong>(what);

    /// <summary>Reads a signed LEB128 number.</summary>
    /// <exception cref="BadDataException">The data ends first, or the number needs more than 64 bits.</exception>
    public long ReadSleb128(string what) => TryReadSleb128(out var value) ? value : ThrowTruncated<long>(what);

    /// <summary>Takes <paramref name="count"/> bytes.</summary>
    /// <exception cref="BadDataException">The data ends first.</exception>
    public ReadOnlySpan<byte> ReadBytes(int count, string what)
    {
        if (!TryReadBytes(count, out var bytes))
            ThrowTruncated<byte>(what);
        return bytes;
    }

    /// <summary>Says that the value which begins at <see cref="ValueStart"/> is not allowed.</summary>
    [DoesNotReturn]
    public readonly void ThrowInvalid(string expected, string found) =>
        BadDataException.Throw(_label, (ulong)ValueStart, BadDataCode.InvalidValue, expected, found);

    [DoesNotReturn]
    private readonly T ThrowTruncated<T>(string what) =>
        throw new BadDataException("", _label, (ulong)ValueStart, BadDataCode.Truncated, what, $"{Remaining} bytes left");
}
