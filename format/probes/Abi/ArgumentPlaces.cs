using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Abi;

/// <summary>Hands out registers and stack places, argument by argument, as a caller does.</summary>
/// <param name="machine"><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</param>
/// <param name="integers">DWARF numbers of the registers of integer arguments, in order.</param>
/// <param name="vectors">How many vector registers hold arguments.</param>
/// <param name="stackPointer">DWARF number.</param>
/// <param name="stackStart">Bytes from where the stack pointer points at the entry to the first argument there.</param>
internal struct ArgumentPlaces(ushort machine, int[] integers, int vectors, int stackPointer, ulong stackStart)
{
    private ulong _stack;

    /// <summary>Registers of integers given out.</summary>
    public int Integers { get; set; }

    /// <summary>Vector registers given out.</summary>
    public int Vectors { get; set; }

    public readonly int IntegersLeft => integers.Length - Integers;

    public readonly int VectorsLeft => vectors - Vectors;

    /// <summary>The next register of integers.</summary>
    public VariableLocation NextInteger() => new VariableLocation.Register(integers[Integers++]);

    /// <summary>The next vector register.</summary>
    public VariableLocation NextVector() =>
        new VariableLocation.None($"it is passed in {KernelRegisters.Vector(machine, Vectors++)}, and probes cannot read vector registers");

    /// <summary>The next place on the stack.</summary>
    public VariableLocation NextOnStack(ulong size, uint alignment)
    {
        var offset = NextStackOffset(size, alignment);
        return new VariableLocation.Memory(stackPointer, [offset]);
    }

    /// <summary>Bytes from the stack pointer to the next place.</summary>
    public long NextStackOffset(ulong size, uint alignment)
    {
        _stack = AlignUp(_stack, alignment);
        var offset = (long)(stackStart + _stack);
        _stack += size;
        return offset;
    }

    /// <summary>What comes next on the stack begins at a multiple of that.</summary>
    public void AlignStack(uint alignment) => _stack = AlignUp(_stack, alignment);

    /// <summary>What a pointer that is passed as an argument points to.</summary>
    public VariableLocation NextPointee() => IntegersLeft > 0
        ? new VariableLocation.Memory(integers[Integers++], [0])
        : new VariableLocation.Memory(stackPointer, [NextStackOffset(8, 8), 0]);

    private static ulong AlignUp(ulong value, uint alignment) => (value + alignment - 1) / alignment * alignment;
}
