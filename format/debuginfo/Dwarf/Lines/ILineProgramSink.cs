namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>Takes the rows of a line number program as it makes them (DWARF 5 §6.2.2). Implement it by a struct: the program is then compiled around it.</summary>
public interface ILineProgramSink
{
    /// <summary>Takes a row.</summary>
    /// <param name="address">As stated.</param>
    /// <param name="file">Number in the file table.</param>
    /// <param name="line">Line; 0 for none.</param>
    /// <param name="column">Column; 0 for none.</param>
    /// <param name="flags">What else holds for the row.</param>
    /// <param name="discriminator">Which block of the line; 0 for none.</param>
    /// <param name="isa">Instruction set; 0 usually.</param>
    /// <param name="opIndex">Operation within a VLIW instruction; 0 usually.</param>
    void Row(ulong address, uint file, uint line, uint column, LineRowFlags flags, uint discriminator, uint isa, uint opIndex);
}

/// <summary>The boolean registers of the line number state machine (DWARF 5 §6.2.2).</summary>
[Flags]
public enum LineRowFlags
{
    /// <summary>None holds.</summary>
    None = 0,

    /// <summary>Recommended breakpoint location.</summary>
    IsStmt = 1,

    /// <summary>Beginning of a basic block.</summary>
    BasicBlock = 2,

    /// <summary>The address after the last of the sequence; its file and line mean nothing.</summary>
    EndSequence = 4,

    /// <summary>Where to stop at entry of a function.</summary>
    PrologueEnd = 8,

    /// <summary>Where to stop before leaving a function.</summary>
    EpilogueBegin = 16,
}
