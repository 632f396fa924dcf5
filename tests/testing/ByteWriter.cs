using System.Buffers.Binary;

namespace TraceKit.Testing;

/// <summary>Writes values of binary formats, for the builders of tests.</summary>
public sealed class ByteWriter(bool bigEndian = false)
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public byte[] ToArray() => [.. _bytes];

    public ByteWriter U8(params ReadOnlySpan<byte> values)
    {
        foreach (var value in values)
            _bytes.Add(value);
        return this;
    }

    public ByteWriter U16(ushort value)
    {
        Span<byte> b = stackalloc byte[2];
        if (bigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(b, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(b, value);
        return U8(b);
    }

    public ByteWriter U32(uint value)
    {
        Span<byte> b = stackalloc byte[4];
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(b, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(b, value);
        return U8(b);
    }

    public ByteWriter U64(ulong value)
    {
        Span<byte> b = stackalloc byte[8];
        if (bigEndian)
            BinaryPrimitives.WriteUInt64BigEndian(b, value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(b, value);
        return U8(b);
    }

    public ByteWriter Uleb(ulong value)
    {
        do
        {
            var low = (byte)(value & 0x7f);
            value >>= 7;
            U8(value != 0 ? (byte)(low | 0x80) : low);
        }
        while (value != 0);
        return this;
    }

    public ByteWriter Sleb(long value)
    {
        for (; ; )
        {
            var low = (byte)(value & 0x7f);
            value >>= 7;
            if (value == 0 && (low & 0x40) == 0 || value == -1 && (low & 0x40) != 0)
                return U8(low);
            U8((byte)(low | 0x80));
        }
    }

    public ByteWriter CString(string text) => U8(System.Text.Encoding.UTF8.GetBytes(text)).U8(0);

    public ByteWriter Align(int to, byte fill = 0)
    {
        while (Length % to != 0)
            U8(fill);
        return this;
    }

    /// <summary>Overwrites a byte written earlier.</summary>
    public void Patch8(int at, byte value) => _bytes[at] = value;

    /// <summary>Overwrites 32 bits written earlier: lengths.</summary>
    public void Patch32(int at, uint value)
    {
        var w = new ByteWriter(bigEndian).U32(value).ToArray();
        for (var i = 0; i < 4; i++)
            _bytes[at + i] = w[i];
    }
}
