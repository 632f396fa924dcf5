using TraceKit.Binary;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>The executable mappings of one process at one time. Asked only when the unwinder's cache does not know an address.</summary>
public interface IModuleMap
{
    /// <summary>The executable mapping that holds an address.</summary>
    /// <returns>False when none does: an address there cannot be code, and is never reported as a frame.</returns>
    bool TryFind(Avma address, out ModuleMapping mapping);
}
