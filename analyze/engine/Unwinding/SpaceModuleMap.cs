using TraceKit.Binary;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Model;

namespace TraceKit.Engine.Unwinding;

/// <summary>The mappings of one process at one time, as the unwinder asks for them. One per worker, pointed anew for each sample.</summary>
internal sealed class SpaceModuleMap(MappingResolver resolver) : IModuleMap
{
    private readonly Dictionary<int, JitCodeView?> _views = [];
    private AddressSpace _space = null!;
    private long _time;

    public void PointTo(AddressSpace space, long time)
    {
        _space = space;
        _time = time;
    }

    /// <inheritdoc/>
    public bool TryFind(Avma address, out ModuleMapping mapping)
    {
        if (!resolver.TryFindForUnwind(_space, _time, address.Value, out mapping))
            return false;
        if (mapping.Table is null && ViewOf(mapping.ModuleIndex) is { } view)
        {
            view.Time = _time;
            mapping = mapping with { Code = view, Table = view.TableAt(address), Bias = 0 };
        }

        return true;
    }

    private JitCodeView? ViewOf(int module)
    {
        if (!_views.TryGetValue(module, out var view))
            _views.Add(module, view = resolver.CodeOf(module));
        return view;
    }
}
