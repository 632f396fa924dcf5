using System.Buffers.Binary;

namespace TraceKit.Format.PerfData;

/// <summary>Turns big-endian values around in place. What lies past the end is left out.</summary>
internal static class ByteOrder
{
    public static void Swap16(Span<byte> bytes, int at, int count)
    {
        for (; count > 0 && at + 2 <= bytes.Length; count--, at += 2)
            bytes.Slice(at, 2).Reverse();
    }

    public static void Swap32(Span<byte> bytes, int at, int count)
    {
        for (; count > 0 && at + 4 <= bytes.Length; count--, at += 4)
            bytes.Slice(at, 4).Reverse();
    }

    public static void Swap64(Span<byte> bytes, int at, int count)
    {
        for (; count > 0 && at + 8 <= bytes.Length; count--, at += 8)
            bytes.Slice(at, 8).Reverse();
    }

    /// <summary>C bit fields: the first stands in the lowest bit of a little-endian byte and in the highest of a big-endian one.</summary>
    public static void SwapFlags(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            uint b = bytes[i];
            b = (b >> 4 & 0x0f) | (b & 0x0f) << 4;
            b = (b >> 2 & 0x33) | (b & 0x33) << 2;
            b = (b >> 1 & 0x55) | (b & 0x55) << 1;
            bytes[i] = (byte)b;
        }
    }

    public static uint Read32(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public static ushort Read16(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public static ulong Read64(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
