using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Compile;

/// <summary>What an expression is: a type, and where the value is.</summary>
internal sealed class Value
{
    public Value(DebugType? type, Place place, uint bitOffset = 0, uint bitSize = 0)
    {
        Type = type;
        Place = place;
        BitOffset = bitOffset;
        BitSize = bitSize;
    }

    /// <summary>The declared type; null when not known.</summary>
    public DebugType? Type { get; }

    public Place Place { get; }

    /// <summary>Of a bit field: bits from <see cref="Place"/> to its lowest one.</summary>
    public uint BitOffset { get; }

    /// <summary>Of a bit field: how many bits; 0 for all others.</summary>
    public uint BitSize { get; }

    /// <summary>Written by the user in the kernel's own words: its memory is what is read, never what it points to.</summary>
    public bool IsRaw { get; init; }

    /// <summary>The kernel's type of a value whose declared type is not known; null for its default.</summary>
    public string? KernelType { get; init; }

    /// <summary>The same place as something else.</summary>
    public Value As(DebugType? type) => new(type, Place);

    /// <summary>The word that the kernel reads this value as; null when it cannot.</summary>
    public string? WordText => Place switch
    {
        Place.Word word => word.Text,
        Place.Memory memory => memory.Text,
        Place.Sum { Offset: 0 } sum => sum.Text,
        Place.Known known => "\\" + known.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Place.Parts { Items: [{ Place: { } only }] } => new Value(Type, only).WordText,
        _ => null,
    };

    /// <summary>What this value, a pointer, points to; null when it cannot be reached.</summary>
    /// <param name="isUser">Whether that is read as memory of the process.</param>
    public Place? Pointee(bool isUser) => Place switch
    {
        Place.Word word => new Place.Memory(new MemoryBase.OfWord(word.Text, isUser), 0),
        Place.Memory memory => new Place.Memory(new MemoryBase.OfWord(memory.Text, isUser), 0),
        Place.Sum sum => new Place.Memory(new MemoryBase.OfWord(sum.Text, isUser), sum.Offset),
        Place.Known known => new Place.Memory(new MemoryBase.OfAddress((ulong)known.Value), 0),
        Place.Parts { Items: [{ Place: { } only }] } => new Value(Type, only).Pointee(isUser),
        _ => null,
    };

    /// <summary>Part of the value.</summary>
    /// <param name="type">Type of the part.</param>
    /// <param name="bitOffset">Bits from the value's start.</param>
    /// <param name="bitSize">Bits of a bit field; 0 for all others.</param>
    public Value Part(DebugType? type, ulong bitOffset, uint bitSize = 0)
    {
        var bytes = (long)(bitOffset / 8);
        switch (Place)
        {
            case Place.Memory memory when bitSize == 0:
                return new Value(type, memory.At(bytes));
            case Place.Memory memory:
                var (start, width) = Container(type, bitOffset, bitSize);
                return new Value(new SizedInteger(width / 8, TypeWalk.Strip(type)), memory.At((long)(start / 8)), (uint)(bitOffset - start), bitSize);
            case Place.Parts parts:
                long at = 0;
                foreach (var (place, size) in parts.Items)
                {
                    if (bytes >= at && bytes < at + size)
                    {
                        var inside = new Value(null, place ?? new Place.Nowhere("that part of the value is nowhere at this address"));
                        return bytes == at && bitSize == 0 ? new Value(type, inside.Place) : inside.Part(type, bitOffset - ((ulong)at * 8), bitSize);
                    }

                    at += size;
                }

                return new Value(type, new Place.Nowhere("that part of the value is nowhere at this address"));
            case Place.Word when bitOffset == 0 && bitSize == 0:
                return new Value(type, Place);
            case Place.Word:
                // A struct in a register: the kernel can cut bits out of it.
                var bits = bitSize != 0 ? bitSize : (TypeWalk.SizeOf(type) ?? 8) * 8;
                return bitOffset + bits <= 64
                    ? new Value(new SizedInteger(8, TypeWalk.Strip(type)), Place, (uint)bitOffset, (uint)bits)
                    : new Value(type, new Place.Nowhere("it lies beyond the register that the value is in"));
            case Place.Known known when bitOffset + ((TypeWalk.SizeOf(type) ?? 8) * 8) <= 64 && bitSize == 0:
                return new Value(type, new Place.Known(known.Value >> (int)bitOffset));
            default:
                return new Value(type, Place is Place.Nowhere ? Place : new Place.Nowhere("the value is computed and in no place a part could be read from"));
        }
    }

    /// <summary>The integer that a bit field is cut from: of the declared type where the field lies in one of these, else the smallest that holds it.</summary>
    private static (ulong Start, uint Bits) Container(DebugType? type, ulong bitOffset, uint bitSize)
    {
        var declared = (uint)((TypeWalk.SizeOf(type) ?? 0) * 8);
        if (declared is 8 or 16 or 32 or 64)
        {
            var start = bitOffset / declared * declared;
            if (bitOffset + bitSize <= start + declared)
                return (start, declared);
        }

        var first = bitOffset / 8 * 8;
        uint width = 8;
        while (width < 64 && bitOffset + bitSize > first + width)
            width *= 2;
        return (first, width);
    }
}
