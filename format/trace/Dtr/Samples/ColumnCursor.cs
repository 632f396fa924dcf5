using System.Diagnostics.CodeAnalysis;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>Reads one column of a sample chunk; its end is checked at each read.</summary>
internal struct ColumnCursor
{
    private readonly byte[] _data;
    private readonly int _start;
    private readonly int _end;
    private readonly SampleColumn _column;
    private int _at;

    /// <summary>An array, not a memory: a span made at each read costs more than the read.</summary>
    public ColumnCursor(byte[] data, int start, int length, SampleColumn column)
    {
        _data = data;
        _at = _start = start;
        _end = start + length;
        _column = column;
    }

    public readonly int Remaining => _end - _at;

    public byte Byte()
    {
        if (_at >= _end)
            Throw("a byte");
        return _data[_at++];
    }

    public ulong Varint()
    {
        var data = _data;
        var at = _at;
        if (at < _end && data[at] < 0x80)
        {
            _at = at + 1;
            return data[at];
        }

        var value = 0UL;
        for (var shift = 0; shift < 64 && at < _end; shift += 7)
        {
            ulong b = data[at++];
            if (shift == 63 && b > 1)
                break;
            value |= (b & 0x7f) << shift;
            if (b < 0x80)
            {
                _at = at;
                return value;
            }
        }

        Throw("a number");
        return 0;
    }

    public long Zigzag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number that must not be over <paramref name="max"/>.</summary>
    public int Count(int max, string what)
    {
        var value = Varint();
        if (value > (ulong)max)
            ThrowLimit(what, max, value);
        return (int)value;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > Remaining)
            Throw($"{count} bytes");
        var bytes = _data.AsSpan(_at, count);
        _at += count;
        return bytes;
    }

    [DoesNotReturn]
    private readonly void Throw(string what) =>
        BadDataException.Throw($"samples, column {_column}", (ulong)(_at - _start), BadDataCode.Truncated, what, $"{Remaining} bytes left");

    [DoesNotReturn]
    private readonly void ThrowLimit(string what, int max, ulong found) =>
        BadDataException.Throw($"samples, column {_column}", (ulong)(_at - _start), BadDataCode.InvalidValue, $"at most {max} for {what}", $"{found}");
}
