using System.Buffers.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>CRC-32 of <c>.gnu_debuglink</c> (IEEE 802.3: polynomial 0x04C11DB7, reflected; as zlib's). The check value of "123456789" is 0xCBF43926.</summary>
public static class Crc32
{
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of the bytes so far.</summary>
    /// <param name="data">More bytes.</param>
    /// <param name="before">The checksum of those before; 0 at first.</param>
    public static uint Append(ReadOnlySpan<byte> data, uint before = 0)
    {
        var crc = ~before;
        var t = Tables;
        for (; data.Length >= 8; data = data[8..])
        {
            // Slicing by 8: eight tables give eight bytes at once.
            var low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t[0x700 + (byte)low] ^ t[0x600 + (byte)(low >> 8)] ^ t[0x500 + (byte)(low >> 16)] ^ t[0x400 + (int)(low >> 24)] ^
                t[0x300 + (byte)high] ^ t[0x200 + (byte)(high >> 8)] ^ t[0x100 + (byte)(high >> 16)] ^ t[(int)(high >> 24)];
        }

        foreach (var b in data)
            crc = crc >> 8 ^ t[(byte)(crc ^ b)];
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320 : value >> 1;
            tables[i] = value;
        }

        for (var i = 256; i < tables.Length; i++)
            tables[i] = tables[i - 256] >> 8 ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}
