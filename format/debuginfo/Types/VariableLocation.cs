using TraceKit.Binary;

namespace TraceKit.DebugInfo.Types;

/// <summary>Where a value is at one instruction, in terms that a probe can fetch.</summary>
public abstract record VariableLocation
{
    /// <summary>In a register.</summary>
    /// <param name="Number">Its DWARF number.</param>
    public sealed record Register(int Number) : VariableLocation;

    /// <summary>
    /// In memory. The address: the base, then each offset but the last is added and the word there loaded, then the last offset is added.
    /// <c>[8]</c> on <c>%sp</c> is 8(%sp); <c>[16, 0]</c> on <c>%di</c> is what the word at 16(%di) points to.
    /// </summary>
    /// <param name="BaseRegister">DWARF number of the register that the address begins with.</param>
    /// <param name="Offsets">At least one.</param>
    public sealed record Memory(int BaseRegister, IReadOnlyList<long> Offsets) : VariableLocation;

    /// <summary>In memory at a fixed place of the file, as its own addresses count.</summary>
    /// <param name="Address">The address; offsets follow as in <see cref="Memory"/>.</param>
    /// <param name="Offsets">At least one.</param>
    public sealed record Static(Svma Address, IReadOnlyList<long> Offsets) : VariableLocation;

    /// <summary>Nowhere: the value itself is known.</summary>
    /// <param name="Value">The value, sign-extended.</param>
    public sealed record Constant(long Value) : VariableLocation;

    /// <summary>Computed: a register and a number to add to it, which is in no memory (<c>DW_OP_stack_value</c>).</summary>
    /// <param name="BaseRegister">DWARF number.</param>
    /// <param name="Offset">What is added. Only 0 can be fetched as it is; a pointer's pointee can be reached with any.</param>
    public sealed record Sum(int BaseRegister, long Offset) : VariableLocation;

    /// <summary>In several places.</summary>
    /// <param name="Parts">In order of the value's bytes; null where a part is nowhere.</param>
    public sealed record Pieces(IReadOnlyList<(VariableLocation? Location, uint ByteSize)> Parts) : VariableLocation;

    /// <summary>Not to be had.</summary>
    /// <param name="Reason">Why, as a clause: <c>optimized out at this address; it can be read at +0 to +17</c>.</param>
    public sealed record None(string Reason) : VariableLocation;
}
