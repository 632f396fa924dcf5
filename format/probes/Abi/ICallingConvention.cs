using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Abi;

/// <summary>Where a function finds its arguments when its first instruction is about to run, and its caller the result.</summary>
public interface ICallingConvention
{
    /// <summary>As <c>-v</c> names it: <c>System V x86-64</c>.</summary>
    string Name { get; }

    /// <summary>Places of all parameters at the entry. One that is in no place a probe can read (vector registers) is a <see cref="VariableLocation.None"/> that says so.</summary>
    IReadOnlyList<VariableLocation> Parameters(DebugFunction function);

    /// <summary>Place of the result when the function has just returned (of Go: before the <c>ret</c>).</summary>
    VariableLocation Result(DebugFunction function);

    /// <summary>Place of the Nth argument word, from 1 on, for <c>$argN</c>; as if all were integers or pointers.</summary>
    VariableLocation Argument(int number);

    /// <summary>The kernel's name of a DWARF register, without <c>%</c>: <c>di</c>, <c>x0</c>; null for one that probes cannot read.</summary>
    string? RegisterName(int dwarfNumber);

    /// <summary>DWARF number of the stack pointer.</summary>
    int StackPointer { get; }
}
