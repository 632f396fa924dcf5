using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>A range of addresses of one source place.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">After the last address.</param>
/// <param name="File">Number of the file, for <see cref="LineTable.FilePath"/>.</param>
/// <param name="Line">Line from 1; 0 where the compiler attributes the code to no line.</param>
/// <param name="Column">Column from 1; 0 when unknown (or the left edge).</param>
public readonly record struct LineRow(Svma Start, Svma End, uint File, uint Line, uint Column);

/// <summary>A run of addresses that the table covers without a gap.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">After the last address.</param>
/// <param name="FirstRow">Position of its first row in the table.</param>
/// <param name="RowCount">Its rows; at least one.</param>
public readonly record struct LineSequence(Svma Start, Svma End, int FirstRow, int RowCount);
