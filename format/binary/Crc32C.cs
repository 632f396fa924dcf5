using System.Buffers.Binary;
using System.Numerics;

namespace TraceKit.Binary;

/// <summary>
/// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected in and out, initial value and final XOR 0xFFFFFFFF.
/// </summary>
/// <remarks>RFC 3720 §B.4; the check value of "123456789" is 0xE3069283.</remarks>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Finish(Append(Start, data));

    /// <summary>The running value before any byte.</summary>
    public const uint Start = 0xFFFFFFFF;

    /// <summary>Adds bytes to a running value.</summary>
    public static uint Append(uint running, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 8)
        {
            running = BitOperations.Crc32C(running, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        foreach (var b in data)
            running = BitOperations.Crc32C(running, b);
        return running;
    }

    /// <summary>Turns a running value into the checksum.</summary>
    public static uint Finish(uint running) => ~running;
}
