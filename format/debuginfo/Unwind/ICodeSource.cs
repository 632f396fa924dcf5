using TraceKit.Binary;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>The instructions of a module that has no CFI for all of its code: a JIT compiler's code area, or the <c>.text</c> of a file.</summary>
/// <remarks>Asked for addresses that no CFI covers; what the instructions do to the stack pointer tells the frame (<see cref="X64Prologue"/>).</remarks>
public interface ICodeSource
{
    /// <summary>
    /// Whether the code at an address may change while the mappings stay as they are, as a JIT compiler's does: then each frame asks anew (and the source answers for the
    /// time of the sample); else answers are remembered.
    /// </summary>
    bool MayChange => true;

    /// <summary>The function around an address.</summary>
    /// <param name="pc">An address in the module, as its own tables count (<see cref="ModuleMapping.Bias"/>).</param>
    /// <param name="start">Where the function is entered by calls: its first instruction.</param>
    /// <param name="code">Its instructions from <paramref name="start"/> on, past <paramref name="pc"/>; may be cut short, must hold no other function's.</param>
    /// <returns>False when it is not known.</returns>
    bool TryFunction(Svma pc, out Svma start, out ReadOnlyMemory<byte> code);
}
