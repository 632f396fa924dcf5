using TraceKit.Binary;

namespace TraceKit.DebugInfo.Types;

/// <summary>Knows where the canonical frame address is: what variables on the stack are counted from (<c>DW_OP_call_frame_cfa</c>).</summary>
public interface ICfaSource
{
    /// <summary>Finds it.</summary>
    /// <param name="pc">An instruction.</param>
    /// <param name="register">DWARF number of the register that it counts from.</param>
    /// <param name="offset">Bytes to add.</param>
    /// <returns>False when it is not known, or no plain sum.</returns>
    bool TryCfa(Svma pc, out int register, out long offset);
}
