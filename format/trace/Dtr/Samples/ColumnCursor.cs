using System.Diagnostics.CodeAnalysis;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>Reads one column of a sample chunk; its end is checked at each read.</summary>
internal struct ColumnCursor
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly SampleColumn _column;
    private int _at;

    public ColumnCursor(ReadOnlyMemory<byte> data, SampleColumn column)
    {
        _data = data;
        _column = column;
        _at = 0;
    }

    public readonly int Remaining => _data.Length - _at;

    public byte Byte()
    {
        var data = _data.Span;
        if (_at >= data.Length)
            Throw("a byte");
        return data[_at++];
    }

    public ulong Varint()
    {
        var data = _data.Span;
        var at = _at;
        if (at < data.Length && data[at] < 0x80)
        {
            _at = at + 1;
            return data[at];
        }

        var value = 0UL;
        for (var shift = 0; shift < 64 && at < data.Length; shift += 7)
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
        var bytes = _data.Span.Slice(_at, count);
        _at += count;
        return bytes;
    }

    [DoesNotReturn]
    private readonly void Throw(string what) =>
        BadDataException.Throw($"samples, column {_column}", (ulong)_at, BadDataCode.Truncated, what, $"{Remaining} bytes left");

    [DoesNotReturn]
    private readonly void ThrowLimit(string what, int max, ulong found) =>
        BadDataException.Throw($"samples, column {_column}", (ulong)_at, BadDataCode.InvalidValue, $"at most {max} for {what}", $"{found}");
}
