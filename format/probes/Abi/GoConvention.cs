using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Abi;

/// <summary>Go: ABIInternal (<c>cmd/compile/abi-internal.md</c>) since 1.17 on x86-64 and 1.18 on AArch64, before that all on the stack (ABI0).</summary>
/// <remarks>Assembly functions are called by ABI0 in all versions; they have no described parameters. Places of results are those before the <c>ret</c>.</remarks>
public sealed class GoConvention : CallingConvention
{
    /// <summary>AX, BX, CX, DI, SI, R8, R9, R10, R11.</summary>
    private static readonly int[] s_x64 = [0, 3, 2, 5, 4, 8, 9, 10, 11];

    /// <summary>R0 to R15.</summary>
    private static readonly int[] s_arm64 = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    private readonly int[] _integers;
    private readonly bool _inRegisters;

    /// <summary>Creates the convention.</summary>
    /// <param name="machine"><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</param>
    /// <param name="inRegisters">ABIInternal; false for ABI0.</param>
    public GoConvention(ushort machine, bool inRegisters = true)
        : base(machine)
    {
        _inRegisters = inRegisters;
        _integers = !inRegisters ? [] : machine == EM_X86_64 ? s_x64 : s_arm64;
    }

    /// <inheritdoc/>
    public override string Name => _inRegisters ? "Go ABIInternal" : "Go ABI0";

    /// <inheritdoc/>
    public override VariableLocation Argument(int number) =>
        number < 1 ? new VariableLocation.None("arguments are counted from 1")
        : number <= _integers.Length ? new VariableLocation.Register(_integers[number - 1])
        : !_inRegisters ? new VariableLocation.Memory(StackPointer, [8L * number])
        : new VariableLocation.None($"Go passes {_integers.Length} words in registers; what is behind them lies on the stack where the function's types say");

    /// <summary>Places of all results, as declared, before the <c>ret</c>.</summary>
    public IReadOnlyList<VariableLocation> Results(DebugFunction function)
    {
        var places = Begin(function);
        foreach (var parameter in function.Parameters)
        {
            if (ValueLayout.Of(parameter.Type) is { } layout)
                Place(parameter.Type!, layout, ref places);
        }

        // "Reset NI and NFP to 0"; results on the stack follow the arguments there, aligned to a pointer.
        places.Integers = places.Vectors = 0;
        places.AlignStack(8);
        var results = function.Results;
        var found = new VariableLocation[results.Count];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = ValueLayout.Of(results[i].Type) is { } layout
                ? Place(results[i].Type!, layout, ref places)
                : new VariableLocation.None("the size of its type is not known");
        }

        return found;
    }

    // On both machines the word at the stack pointer is not the arguments': the return address, or room for it.
    private protected override ArgumentPlaces Begin(DebugFunction function) => new(Machine, _integers, _inRegisters ? (Machine == EM_X86_64 ? 15 : 16) : 0, StackPointer, 8);

    private protected override VariableLocation PlaceResult(DebugFunction function, DebugType type, ValueLayout layout) => Results(function)[0];

    private protected override VariableLocation Place(DebugType type, ValueLayout layout, ref ArgumentPlaces places)
    {
        if (layout.Size == 0)
            return Empty();
        int integers = 0, vectors = 0;
        foreach (var scalar in layout.Scalars ?? [])
        {
            integers += scalar.Class == ScalarClass.Integer ? 1 : 0;
            vectors += scalar.Class == ScalarClass.Integer ? 0 : 1;
        }

        // "If T is an array type of length > 1, fail"; a failed value undoes its registers and lies on the stack as a whole.
        if (layout.Scalars is null || layout.LongestArray > 1 || integers > places.IntegersLeft || vectors > places.VectorsLeft)
            return places.NextOnStack(layout.Size, layout.Alignment);
        var parts = new List<(VariableLocation?, uint)>(layout.Scalars.Count);
        AddScalars(layout, parts, ref places);
        return Join(parts);
    }

    /// <summary>A register for each scalar, and nothing for the bytes between them.</summary>
    internal static void AddScalars(ValueLayout layout, List<(VariableLocation?, uint)> parts, ref ArgumentPlaces places)
    {
        var at = 0UL;
        foreach (var scalar in layout.Scalars!)
        {
            if (scalar.ByteOffset > at)
                parts.Add((null, (uint)(scalar.ByteOffset - at)));
            parts.Add((scalar.Class == ScalarClass.Integer ? places.NextInteger() : places.NextVector(), scalar.ByteSize));
            at = scalar.ByteOffset + scalar.ByteSize;
        }
    }
}
