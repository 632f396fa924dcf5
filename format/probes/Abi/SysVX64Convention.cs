using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Abi;

/// <summary>System V x86-64 for C and C++ (psABI 1.0 §3.2.3; Itanium C++ ABI §3.1 for classes).</summary>
public sealed class SysVX64Convention : CallingConvention
{
    /// <summary>rdi, rsi, rdx, rcx, r8, r9.</summary>
    internal static readonly int[] Integers = [5, 4, 1, 2, 8, 9];

    /// <summary>What is behind the return address.</summary>
    internal const ulong StackStart = 8;

    /// <summary>rax, rdx.</summary>
    internal static readonly int[] Results = [0, 1];

    /// <summary>Creates the convention.</summary>
    public SysVX64Convention()
        : base(EM_X86_64)
    {
    }

    /// <inheritdoc/>
    public override string Name => "System V x86-64";

    /// <inheritdoc/>
    public override VariableLocation Argument(int number) => number switch
    {
        < 1 => new VariableLocation.None("arguments are counted from 1"),
        <= 6 => new VariableLocation.Register(Integers[number - 1]),
        _ => new VariableLocation.Memory(StackPointer, [(long)StackStart + ((number - 7) * 8)]),
    };

    private protected override ArgumentPlaces Begin(DebugFunction function)
    {
        var places = new ArgumentPlaces(Machine, Integers, 8, StackPointer, StackStart);
        // "the caller provides space for the return value and passes the address of this storage in %rdi".
        if (function.ReturnType is { } type && ValueLayout.Of(type) is { } layout && (IsPassedByReference(type) || Classify(layout) is []))
            places.Integers = 1;
        return places;
    }

    private protected override VariableLocation Place(DebugType type, ValueLayout layout, ref ArgumentPlaces places)
    {
        if (IsPassedByReference(type))
            return places.NextPointee();
        if (layout.Scalars is [])
            return Empty();
        // A vector type is an array that stands alone: arrays of C are passed as pointers, and are declared so.
        if (ValueLayout.Strip(type)!.Kind == DebugTypeKind.Array)
            return layout.Size <= 64 && places.VectorsLeft > 0 ? places.NextVector() : places.NextOnStack(layout.Size, layout.Size >= 16 ? 16u : 8u);
        var classes = Classify(layout);
        int integers = 0, vectors = 0;
        foreach (var one in classes)
        {
            integers += one == ScalarClass.Integer ? 1 : 0;
            vectors += one == ScalarClass.Float ? 1 : 0;
        }

        // "If there are no registers available for any eightbyte of an argument, the whole argument is passed on the stack."
        if (classes.Length == 0 || classes[0] == ScalarClass.Extended || integers > places.IntegersLeft || vectors > places.VectorsLeft)
            return places.NextOnStack((layout.Size + 7) & ~7UL, Math.Max(8, layout.Alignment));
        var parts = new List<(VariableLocation?, uint)>(2);
        for (var i = 0; i < classes.Length; i++)
            parts.Add((classes[i] == ScalarClass.Integer ? places.NextInteger() : places.NextVector(), (uint)Math.Min(8, layout.Size - ((ulong)i * 8))));
        return Scalar128(layout, parts) ?? Join(parts);
    }

    private protected override VariableLocation PlaceResult(DebugFunction function, DebugType type, ValueLayout layout)
    {
        if (IsPassedByReference(type))
            return new VariableLocation.Memory(Results[0], [0]);
        if (layout.Scalars is [])
            return Empty();
        var classes = ValueLayout.Strip(type)!.Kind == DebugTypeKind.Array ? [ScalarClass.Float] : Classify(layout);
        if (!layout.IsAggregate && layout.Scalars is [{ Class: ScalarClass.Extended }, ..])
            return new VariableLocation.None("it is returned in %st0 and %st1, and probes cannot read floating-point registers");
        // "On return %rax will contain the address that has been passed in by the caller in %rdi."
        if (classes.Length == 0)
            return new VariableLocation.Memory(Results[0], [0]);
        if (classes[0] == ScalarClass.Extended)
            return new VariableLocation.None("it is returned in %st0, and probes cannot read floating-point registers");
        int integers = 0, vectors = 0;
        var parts = new List<(VariableLocation?, uint)>(2);
        for (var i = 0; i < classes.Length; i++)
        {
            VariableLocation place = classes[i] == ScalarClass.Integer ? new VariableLocation.Register(Results[integers++])
                : new VariableLocation.None($"it is returned in %xmm{vectors++}, and probes cannot read vector registers");
            parts.Add((place, (uint)Math.Min(8, layout.Size - ((ulong)i * 8))));
        }

        return Scalar128(layout, parts) ?? Join(parts);
    }

    /// <summary>A single <c>__float128</c> or vector fills one register although it has two eightbytes.</summary>
    private static VariableLocation? Scalar128(ValueLayout layout, List<(VariableLocation? Location, uint ByteSize)> parts) =>
        parts.Count == 2 && layout.Scalars is [{ Class: ScalarClass.Float, ByteSize: > 8 }] ? parts[0].Location : null;

    /// <summary>The classes of the value's eightbytes; none for class MEMORY; x87 alone for a <c>long double</c>.</summary>
    private static ScalarClass[] Classify(ValueLayout layout)
    {
        if (layout.Scalars is null or [] || layout.HasUnaligned)
            return [];
        if (!layout.IsAggregate && layout.Scalars[0].Class == ScalarClass.Extended)
            return layout.Scalars.Count == 1 ? [ScalarClass.Extended] : [];
        if (layout.Size > 16)
            return [];
        if (layout.Scalars is [{ Class: ScalarClass.Float, ByteSize: > 8 }])
            return [ScalarClass.Float];
        var classes = new ScalarClass[(int)((layout.Size + 7) / 8)];
        Array.Fill(classes, ScalarClass.Float);
        var used = 0;
        foreach (var scalar in layout.Scalars)
        {
            if (scalar.Class == ScalarClass.Extended)
                return layout.Scalars.Count == 1 ? [ScalarClass.Extended] : [];
            for (var word = scalar.ByteOffset / 8; word <= scalar.LastByte / 8 && word < (ulong)classes.Length; word++)
            {
                used |= 1 << (int)word;
                if (scalar.Class == ScalarClass.Integer)
                    classes[word] = ScalarClass.Integer;
            }
        }

        // Padding alone is of no class, and what is of no class takes no register; it can only be the end.
        return used == 1 && classes.Length == 2 ? classes[..1] : classes;
    }
}
