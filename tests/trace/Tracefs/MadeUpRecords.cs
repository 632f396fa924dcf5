using System.Buffers.Binary;
using TraceKit.Format.Tracefs;

namespace TraceKit.Format.Tests.Tracefs;

/// <summary>Raw data for a format as the kernel could have written it: texts are texts, locators point behind the fixed part, numbers are anything.</summary>
internal sealed class MadeUpRecords(int seed)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789_/.-:";

    private readonly Random _random = new(seed);

    public byte[] Make(EventFormat format)
    {
        var fixedBytes = format.Fields.Max(f => f.Offset + f.Size);
        var raw = new byte[2048];
        var end = (fixedBytes + 3) / 4 * 4;
        var style = _random.Next(4);
        foreach (var field in format.Fields)
        {
            var own = raw.AsSpan(field.Offset, field.Size);
            if (field.Name == "common_type")
                BinaryPrimitives.WriteUInt16LittleEndian(own, (ushort)format.Id);
            else if (field.Kind is EventFieldKind.DynamicString or EventFieldKind.DynamicArray)
            {
                var length = field.Kind == EventFieldKind.DynamicString ? _random.Next(1, 40) : field.Type.Contains("mask", StringComparison.Ordinal) ? 8 : 8 * _random.Next(0, 5);
                if (field.Type.Contains("sockaddr", StringComparison.Ordinal) || field.Name.Contains("addr", StringComparison.Ordinal))
                    length = 28;
                Fill(raw.AsSpan(end, length), field, style);
                var start = field.Type.StartsWith("__rel_loc", StringComparison.Ordinal) ? end - field.Offset - field.Size : end;
                BinaryPrimitives.WriteUInt32LittleEndian(own, (uint)((length << 16) | start));
                end = (end + length + 3) / 4 * 4;
            }
            else
                Fill(own, field, style);
        }

        // perf pads the size of raw data so that it ends, with its length field, on eight bytes.
        return raw[..(((end + 4 + 7) / 8 * 8) - 4)];
    }

    private void Fill(Span<byte> bytes, EventField field, int style)
    {
        if (field.Kind is EventFieldKind.FixedString or EventFieldKind.DynamicString)
        {
            bytes.Clear();
            for (var i = 0; i < bytes.Length - 1 && (i < 3 || _random.Next(12) > 0); i++)
                bytes[i] = (byte)Letters[_random.Next(Letters.Length)];
            return;
        }

        // Lengths of what is elsewhere in the record: perf reads beyond its end. perf 6.1 shows size_t with 32 bits.
        if (field.Kind == EventFieldKind.Integer && (field.Name.EndsWith("len", StringComparison.Ordinal) || field.Type is "size_t" or "ssize_t"))
        {
            bytes.Clear();
            bytes[0] = (byte)_random.Next(8);
            return;
        }

        switch (style)
        {
            case 0 or 1 when field.Kind == EventFieldKind.Integer:
                bytes.Clear();
                bytes[0] = (byte)_random.Next(style == 0 ? 3 : 64);
                break;
            case 2 when field.Kind == EventFieldKind.Integer && field.IsSigned:
                bytes.Fill(0xff);
                bytes[0] = (byte)_random.Next(200, 256);
                break;
            default:
                _random.NextBytes(bytes);
                // Not an address of the running kernel: perf would name it.
                if (bytes.Length == 8)
                    bytes[7] = bytes[6] = 0;
                if (bytes.Length >= 16)
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(_random.Next(2) == 0 ? 2 : 10));
                break;
        }
    }
}
