using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Abi;

/// <summary>What rustc does today: scalars as in C, pairs of scalars (<c>&amp;str</c>, slices, trait objects, <c>Option&lt;u64&gt;</c>) as two arguments, all else over eight bytes by reference.</summary>
/// <remarks>The language fixes none of it (<c>extern "C"</c> functions apart): where DWARF says where a value is, that counts. Compared with rustc 1.95.</remarks>
public sealed class RustConvention : CallingConvention
{
    /// <summary>Creates the convention.</summary>
    /// <param name="machine"><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</param>
    public RustConvention(ushort machine)
        : base(machine)
    {
    }

    /// <inheritdoc/>
    public override string Name => "rustc's habit (Rust's ABI is not fixed)";

    private int[] Integers => Machine == EM_X86_64 ? SysVX64Convention.Integers : Aapcs64Convention.Integers;

    private int[] ResultRegisters => Machine == EM_X86_64 ? SysVX64Convention.Results : Aapcs64Convention.Integers;

    /// <inheritdoc/>
    public override VariableLocation Argument(int number) => Machine == EM_X86_64 ? new SysVX64Convention().Argument(number) : new Aapcs64Convention().Argument(number);

    private protected override ArgumentPlaces Begin(DebugFunction function)
    {
        var places = new ArgumentPlaces(Machine, Integers, 8, StackPointer, Machine == EM_X86_64 ? SysVX64Convention.StackStart : 0);
        if (Machine == EM_X86_64 && ValueLayout.Of(function.ReturnType) is { } layout && IsByReference(layout))
            places.Integers = 1;
        return places;
    }

    private protected override VariableLocation Place(DebugType type, ValueLayout layout, ref ArgumentPlaces places)
    {
        if (layout.Size == 0)
            return Empty();
        if (IsByReference(layout))
            return places.NextPointee();
        var parts = new List<(VariableLocation?, uint)>(2);
        if (!IsScalars(layout))
        {
            parts.Add((Next(new Scalar(0, 8, ScalarClass.Integer, 0), ref places), (uint)layout.Size));
            return Join(parts);
        }

        var at = 0UL;
        foreach (var scalar in Sorted(layout))
        {
            if (scalar.ByteOffset > at)
                parts.Add((null, (uint)(scalar.ByteOffset - at)));
            if (scalar is { ByteSize: 16, Class: ScalarClass.Integer })
            {
                parts.Add((Next(scalar, ref places), 8));
                parts.Add((Next(scalar, ref places), 8));
            }
            else
            {
                parts.Add((Next(scalar, ref places), scalar.ByteSize));
            }

            at = scalar.ByteOffset + scalar.ByteSize;
        }

        return Join(parts);
    }

    private protected override VariableLocation PlaceResult(DebugFunction function, DebugType type, ValueLayout layout)
    {
        if (layout.Size == 0)
            return Empty();
        if (IsByReference(layout))
        {
            return Machine == EM_X86_64 ? new VariableLocation.Memory(SysVX64Convention.Results[0], [0])
                : new VariableLocation.None("it is written to where x8 pointed when the function was called, and x8 is not kept");
        }

        // As a first argument, but in the registers of results.
        var places = new ArgumentPlaces(Machine, ResultRegisters, 2, StackPointer, 0);
        return Place(type, layout, ref places);
    }

    private static VariableLocation Next(in Scalar scalar, ref ArgumentPlaces places) =>
        scalar.Class == ScalarClass.Integer
            ? places.IntegersLeft > 0 ? places.NextInteger() : places.NextOnStack(8, 8)
            : places.VectorsLeft > 0 ? places.NextVector() : places.NextOnStack(8, 8);

    private static bool IsByReference(ValueLayout layout) => layout.Size > 8 && !IsScalars(layout);

    /// <summary>Whether it is one scalar, or two and nothing else (<c>BackendRepr::Scalar</c>, <c>ScalarPair</c>); elements of an array never count so.</summary>
    private static bool IsScalars(ValueLayout layout)
    {
        if (layout.Scalars is not { Count: 1 or 2 } || layout.LongestArray > 0)
            return false;
        var scalars = Sorted(layout);
        if (scalars.Length == 1)
            return scalars[0].ByteSize == layout.Size;
        var (first, second) = (scalars[0], scalars[1]);
        var aligned = (first.ByteSize + second.ByteSize - 1) / second.ByteSize * second.ByteSize;
        return first.ByteOffset == 0 && second.ByteOffset == aligned && second.BitSize == 0;
    }

    private static Scalar[] Sorted(ValueLayout layout)
    {
        var scalars = new Scalar[layout.Scalars!.Count];
        for (var i = 0; i < scalars.Length; i++)
            scalars[i] = layout.Scalars[i];
        if (scalars.Length == 2 && scalars[1].BitOffset < scalars[0].BitOffset)
            (scalars[0], scalars[1]) = (scalars[1], scalars[0]);
        return scalars;
    }
}
