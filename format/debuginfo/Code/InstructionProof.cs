namespace TraceKit.DebugInfo.Code;

/// <summary>Why a byte of a function is known to begin an instruction, weakest first.</summary>
public enum InstructionProof : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Nothing that was followed leads there (a jump table does, or an unwinder), but the gap around it can be nothing else but instructions: see <see cref="InstructionStarts"/>.</summary>
    Swept,

    /// <summary>The code behind a call, or where somebody states a start, and what that leads to.</summary>
    BehindCall,

    /// <summary>The function's entry leads there, along instructions that go on and direct jumps alone.</summary>
    Followed,
}
