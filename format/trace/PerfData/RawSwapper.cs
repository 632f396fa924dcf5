using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.Format.Tracefs;

namespace TraceKit.Format.PerfData;

/// <summary>Turns the raw data of a big-endian host's tracepoint around, field by field, as its format lays them out.</summary>
internal sealed class RawSwapper
{
    private readonly List<(int Offset, int Size, int Count)> _fixed = [];
    private readonly List<(int Offset, bool IsRelative, int ElementSize)> _dynamic = [];

    private RawSwapper(EventFormat format, int longSize)
    {
        foreach (var field in format.Fields)
        {
            switch (field.Kind)
            {
                case EventFieldKind.Integer or EventFieldKind.Pointer:
                    _fixed.Add((field.Offset, field.Size, 1));
                    break;
                case EventFieldKind.Array:
                    _fixed.Add((field.Offset, field.ElementSize, field.ArrayLength));
                    break;
                case EventFieldKind.DynamicArray or EventFieldKind.DynamicString when field.Size >= 4:
                    _dynamic.Add((field.Offset, field.Type.StartsWith("__rel_loc ", StringComparison.Ordinal), ElementSize(field.Type, longSize)));
                    break;
            }
        }
    }

    /// <summary>For a format; null when it cannot be read.</summary>
    public static RawSwapper? Of(PerfDataTracepoint tracepoint, int longSize)
    {
        try
        {
            return new RawSwapper(EventFormat.Parse(tracepoint.Text), longSize);
        }
        catch (BadDataException)
        {
            return null; // then its fields cannot be read either
        }
    }

    /// <summary>Turns one record's data around in place.</summary>
    public void Swap(Span<byte> raw)
    {
        foreach (var (offset, size, count) in _fixed)
            SwapElements(raw, offset, size, count);
        foreach (var (offset, isRelative, elementSize) in _dynamic)
        {
            if (offset + 4 > raw.Length)
                continue;
            ByteOrder.Swap32(raw, offset, 1);
            var locator = BinaryPrimitives.ReadUInt32LittleEndian(raw[offset..]);
            var start = (int)(locator & 0xffff) + (isRelative ? offset + 4 : 0);
            SwapElements(raw, start, elementSize, (int)(locator >> 16) / Math.Max(elementSize, 1));
        }
    }

    private static void SwapElements(Span<byte> raw, int offset, int size, int count)
    {
        switch (size)
        {
            case 2:
                ByteOrder.Swap16(raw, offset, count);
                break;
            case 4:
                ByteOrder.Swap32(raw, offset, count);
                break;
            case 8:
                ByteOrder.Swap64(raw, offset, count);
                break;
        }
    }

    /// <summary>Of <c>__data_loc unsigned long[]</c>; 1, which is left alone, of text and of what is not a number.</summary>
    private static int ElementSize(string type, int longSize)
    {
        var end = type.LastIndexOf('[');
        var name = type.AsSpan(0, end < 0 ? type.Length : end).Trim();
        name = name[(name.IndexOf(' ') + 1)..].Trim();
        if (name.EndsWith("*"))
            return longSize;
        return name switch
        {
            "u16" or "s16" or "__u16" or "__s16" or "short" or "unsigned short" or "uint16_t" or "int16_t" => 2,
            "u32" or "s32" or "__u32" or "__s32" or "int" or "unsigned int" or "unsigned" or "uint32_t" or "int32_t" => 4,
            "u64" or "s64" or "__u64" or "__s64" or "long long" or "unsigned long long" or "uint64_t" or "int64_t" => 8,
            "long" or "unsigned long" or "size_t" or "ssize_t" => longSize,
            _ => 1,
        };
    }
}
