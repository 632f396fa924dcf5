namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Everything one unit answers, flat. Reused from unit to unit.</summary>
internal sealed class UnitContent
{
    /// <summary>Functions and inlined ones that have addresses of their own, and those around them; those around come first.</summary>
    public List<UnitFunction> Functions { get; } = [];

    /// <summary>Which of <see cref="Functions"/> is the innermost one; ascending, without overlap.</summary>
    public List<FunctionRange> Ranges { get; } = [];

    /// <summary>Source places; ascending, without overlap.</summary>
    public List<UnitRow> Rows { get; } = [];
}

/// <summary>One function of a unit. Texts are numbered as in the resolver's frames.</summary>
/// <param name="Name">Its name; 0 when unknown.</param>
/// <param name="Around">Of an inlined one its caller, in the unit's functions; else -1.</param>
/// <param name="IsInlined">Whether it was inlined.</param>
/// <param name="File">Where it is called: the file; 0 when unknown.</param>
/// <param name="Line">The line; 0 when unknown.</param>
/// <param name="Column">The column; 0 when unknown.</param>
internal readonly record struct UnitFunction(int Name, int Around, bool IsInlined, int File, uint Line, uint Column);

/// <summary>One source place of a unit.</summary>
internal readonly record struct UnitRow(ulong Start, ulong End, int File, uint Line, uint Column);
