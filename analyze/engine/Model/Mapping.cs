namespace TraceKit.Engine.Model;

/// <summary>A range of a process's addresses and the piece of a module that it shows.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">First address after it.</param>
/// <param name="PageOffset">Offset in the file of the first byte (<c>pgoff</c>, bytes).</param>
/// <param name="Module">Index in <see cref="TraceModel.Modules"/>.</param>
public readonly record struct Mapping(ulong Start, ulong End, ulong PageOffset, int Module)
{
    /// <summary>Whether an address in both means the same byte of the same module: then one may replace the other unnoticed.</summary>
    public bool ShowsTheSame(Mapping other) => Module == other.Module && Start - PageOffset == other.Start - other.PageOffset;
}
