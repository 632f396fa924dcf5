using TraceKit.Binary;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Model;

namespace TraceKit.Engine.Unwinding;

/// <summary>The mappings of one process at one time, as the unwinder asks for them. One per worker, pointed anew for each sample.</summary>
internal sealed class SpaceModuleMap(MappingResolver resolver) : IModuleMap
{
    private AddressSpace _space = null!;
    private long _time;

    public void PointTo(AddressSpace space, long time)
    {
        _space = space;
        _time = time;
    }

    /// <inheritdoc/>
    public bool TryFind(Avma address, out ModuleMapping mapping) => resolver.TryFindForUnwind(_space, _time, address.Value, out mapping);
}
