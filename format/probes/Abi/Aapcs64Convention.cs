using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Abi;

/// <summary>AArch64 for C and C++ (AAPCS64 §6.8; Itanium C++ ABI §3.1 for classes), as Linux has it.</summary>
public sealed class Aapcs64Convention : CallingConvention
{
    /// <summary>x0 to x7.</summary>
    internal static readonly int[] Integers = [0, 1, 2, 3, 4, 5, 6, 7];

    /// <summary>Creates the convention.</summary>
    public Aapcs64Convention()
        : base(EM_AARCH64)
    {
    }

    /// <inheritdoc/>
    public override string Name => "AAPCS64";

    /// <inheritdoc/>
    public override VariableLocation Argument(int number) => number switch
    {
        < 1 => new VariableLocation.None("arguments are counted from 1"),
        <= 8 => new VariableLocation.Register(number - 1),
        _ => new VariableLocation.Memory(StackPointer, [(number - 9) * 8L]),
    };

    // Results in memory are passed the place in x8, which is no argument register.
    private protected override ArgumentPlaces Begin(DebugFunction function) => new(Machine, Integers, 8, StackPointer, 0);

    private protected override VariableLocation Place(DebugType type, ValueLayout layout, ref ArgumentPlaces places)
    {
        if (IsPassedByReference(type))
            return places.NextPointee();
        if (layout.Scalars is [])
        {
            // An empty class of C++ has a byte and takes a register; an empty struct of C has none.
            if (layout.Size > 0 && places.IntegersLeft > 0)
                places.Integers++;
            return Empty();
        }

        var floats = Homogeneous(type, layout);
        if (floats > 0)
        {
            if (floats <= places.VectorsLeft)
                return Vectors(layout, floats, ref places);
            // C.3: what does not fit ends the vector registers.
            places.Vectors = 8;
            return places.NextOnStack((layout.Size + 7) & ~7UL, Math.Max(8, layout.Alignment));
        }

        // B.4: copied to memory, and its address is passed.
        if (layout.Size > 16)
            return places.NextPointee();
        // C.10: what is aligned to 16 begins at an even register.
        if (layout.Alignment == 16 && places.Integers % 2 == 1)
            places.Integers++;
        var words = (int)(layout.Size + 7) / 8;
        if (words > places.IntegersLeft)
        {
            places.Integers = Integers.Length;
            return places.NextOnStack((ulong)words * 8, Math.Max(8, layout.Alignment));
        }

        var parts = new List<(VariableLocation?, uint)>(2);
        for (var i = 0; i < words; i++)
            parts.Add((places.NextInteger(), (uint)Math.Min(8, layout.Size - ((ulong)i * 8))));
        return Join(parts);
    }

    private protected override VariableLocation PlaceResult(DebugFunction function, DebugType type, ValueLayout layout)
    {
        if (IsPassedByReference(type) || Homogeneous(type, layout) == 0 && layout.Size > 16)
            return new VariableLocation.None("it is written to where x8 pointed when the function was called, and x8 is not kept");
        if (layout.Scalars is [])
            return Empty();
        if (Homogeneous(type, layout) > 0)
            return new VariableLocation.None("it is returned in v0, and probes cannot read vector registers");
        var parts = new List<(VariableLocation?, uint)>(2);
        for (var i = 0; (ulong)i * 8 < layout.Size; i++)
            parts.Add((new VariableLocation.Register(i), (uint)Math.Min(8, layout.Size - ((ulong)i * 8))));
        return Join(parts);
    }

    /// <summary>Vector registers of a floating-point number, a vector, or an aggregate of up to four of one size (HFA, HVA); 0 for all others.</summary>
    private static int Homogeneous(DebugType type, ValueLayout layout)
    {
        if (ValueLayout.Strip(type)!.Kind == DebugTypeKind.Array && layout.Size <= 16)
            return 1;
        if (layout.Scalars is not { Count: >= 1 and <= 4 } scalars)
            return 0;
        var covered = 0UL;
        foreach (var scalar in scalars)
        {
            if (scalar.Class == ScalarClass.Integer || scalar.ByteSize != scalars[0].ByteSize || scalar.BitSize != 0)
                return 0;
            covered += scalar.ByteSize;
        }

        return covered == layout.Size ? scalars.Count : 0;
    }

    private static VariableLocation Vectors(ValueLayout layout, int count, ref ArgumentPlaces places)
    {
        var parts = new List<(VariableLocation?, uint)>(count);
        for (var i = 0; i < count; i++)
            parts.Add((places.NextVector(), (uint)(layout.Size / (ulong)count)));
        return Join(parts);
    }
}
