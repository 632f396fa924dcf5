using System.Buffers.Binary;

namespace TraceKit.Fuzz.Tests;

/// <summary>Damages a whole input in the ways that files get damaged and that attackers choose; the same seed gives the same inputs everywhere.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly ulong[] Interesting =
        [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, ulong.MaxValue];

    private readonly Random _random = new(seed);

    /// <summary>A damaged copy: one to eight changes.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> whole)
    {
        var bytes = whole.ToArray();
        for (var changes = 1 << _random.Next(4); changes > 0 && bytes.Length > 0; changes--)
            bytes = Change(bytes);
        return bytes;
    }

    private byte[] Change(byte[] bytes)
    {
        var at = _random.Next(bytes.Length);
        switch (_random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
            case 3: // a length, an offset or a count that lies
                Span<byte> value = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(value, Interesting[_random.Next(Interesting.Length)]);
                var width = Math.Min(1 << _random.Next(4), bytes.Length - at);
                value[..width].CopyTo(bytes.AsSpan(at));
                break;
            case 4: // a little more or less than it was
                bytes[at] = (byte)(bytes[at] + _random.Next(-9, 10));
                break;
            case 5: // something from elsewhere in it
                var length = Math.Min(_random.Next(1, 65), bytes.Length - at);
                var from = _random.Next(bytes.Length - length + 1);
                bytes.AsSpan(from, length).ToArray().CopyTo(bytes.AsSpan(at));
                break;
            case 6: // cut
                return bytes[..at];
            default: // a piece is missing or twice there
                var piece = Math.Min(_random.Next(1, 65), bytes.Length - at);
                return _random.Next(2) == 0
                    ? [.. bytes[..at], .. bytes[(at + piece)..]]
                    : [.. bytes[..(at + piece)], .. bytes[at..]];
        }

        return bytes;
    }
}
