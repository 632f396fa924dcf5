using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>One function-like symbol of a <see cref="SymbolTable"/>; its name is asked from the table.</summary>
/// <param name="index">Position in the table.</param>
/// <param name="start">First address.</param>
/// <param name="length">Bytes covered, after the table's size rules.</param>
public readonly struct Symbol(int index, Svma start, ulong length)
{
    /// <summary>Position in the table, by address.</summary>
    public int Index { get; } = index;

    /// <summary>First address.</summary>
    public Svma Start { get; } = start;

    /// <summary>Bytes covered: the stated size, or up to the next symbol or the section's end where none is stated.</summary>
    public ulong Length { get; } = length;
}
