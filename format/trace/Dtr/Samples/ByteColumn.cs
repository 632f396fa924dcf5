using System.Buffers.Binary;

namespace TraceKit.Format.Dtr.Samples;

/// <summary>One growing column of an encoder. <see cref="Ensure"/> once per record, then writes do not grow.</summary>
internal sealed class ByteColumn
{
    private byte[] _data = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _data.AsSpan(0, Length);

    /// <summary>Empties the column. One that grew for a burst of raw stacks and no longer needs the room gives it back.</summary>
    public void Clear()
    {
        if (_data.Length > 1 << 20 && Length < _data.Length / 8)
            _data = new byte[1 << 16];
        Length = 0;
    }

    public void Ensure(int more)
    {
        if (_data.Length - Length < more)
            Array.Resize(ref _data, Math.Max(_data.Length * 2, Length + more));
    }

    public void Byte(byte value) => _data[Length++] = value;

    /// <summary>Unsigned LEB128.</summary>
    public void Varint(ulong value)
    {
        var data = _data;
        var at = Length;
        while (value >= 0x80)
        {
            data[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        data[at++] = (byte)value;
        Length = at;
    }

    /// <summary>Sign in the lowest bit, then unsigned LEB128.</summary>
    public void Zigzag(long value) => Varint((ulong)(value << 1) ^ (ulong)(value >> 63));

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(Length), value);
        Length += 4;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_data.AsSpan(Length));
        Length += bytes.Length;
    }
}
