using TraceKit.Binary;
using TraceKit.DebugInfo.Jit;
using TraceKit.DebugInfo.Unwind;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Model;

/// <summary>From (address space, time, address) to (module, address in the module's own tables). Any thread may ask.</summary>
internal sealed class MappingResolver
{
    private readonly TraceModel _model;
    private readonly IReadOnlyList<ModuleData> _data;
    private readonly ulong[] _biases;
    private readonly byte[] _states; // 0 not asked yet, 1 bias holds, 2 the file has no such part

    private readonly Func<ulong, int> _kernelModuleOf;
    private readonly bool _marksKernel;
    private readonly Lazy<Dictionary<int, int>> _jitModules;

    /// <param name="model">Mappings.</param>
    /// <param name="data">Tables of each module.</param>
    /// <param name="kernelModuleOf">Index of the module that holds a kernel address, or -1.</param>
    /// <param name="marksKernel">See <see cref="MarksKernel"/>.</param>
    public MappingResolver(TraceModel model, IReadOnlyList<ModuleData> data, Func<ulong, int> kernelModuleOf, bool marksKernel = false)
    {
        _kernelModuleOf = kernelModuleOf;
        _marksKernel = marksKernel;
        _model = model;
        _data = data;
        _biases = new ulong[model.Mappings.Length];
        _states = new byte[model.Mappings.Length];
        // By what was mapped: to go through all modules would read the kernel's symbols.
        _jitModules = new(() => model.Mappings.Select(m => m.Module).Distinct().Where(m => model.Modules[m].Kind == ModuleKind.Jit).GroupBy(m => model.Modules[m].Pid).ToDictionary(g => g.Key, g => g.Min()));
    }

    /// <summary>Whether the kernel's addresses must be marked (<see cref="KernelAddress"/>) where records are read.</summary>
    public bool MarksKernel => _marksKernel;

    /// <summary>What a frame is called by when an address is looked up.</summary>
    public FrameKey Resolve(AddressSpace? space, long time, ulong address)
    {
        if (space is null)
            return new FrameKey(FrameTable.NoModule, KernelAddress.Plain(address), KernelAddress.Is(address) ? FrameKind.GuestKernel : FrameKind.Guest);
        if (KernelAddress.Is(address))
            return ResolveKernel(address);
        // An address that only looks like a key is one that no program has.
        if (JitTimeline.IsKey(address) && ChangesOf(space) is not null)
            return new FrameKey(JitModuleOf(space.Pid), address, FrameKind.User);
        var index = space.Find(address, time);
        if (index < 0)
            return new FrameKey(FrameTable.NoModule, address, FrameKind.User);
        var mapping = _model.Mappings[index];
        if (!IsFile(mapping.Module))
            return new FrameKey(mapping.Module, address, FrameKind.User);
        var svma = TryGetBias(index, out var bias) ? address - bias : address - mapping.Start + mapping.PageOffset;
        return new FrameKey(mapping.Module, svma, FrameKind.User);
    }

    /// <summary>Where an address of a program is in the file that is mapped there; the address itself where it is none.</summary>
    public ulong FileOffset(AddressSpace space, long time, ulong address)
    {
        var index = space.Find(address, time);
        if (index < 0)
            return address;
        var mapping = _model.Mappings[index];
        return IsFile(mapping.Module) ? address - mapping.Start + mapping.PageOffset : address;
    }

    /// <summary>A kernel address: the same in every space.</summary>
    public FrameKey ResolveKernel(ulong address) =>
        KernelAddress.Is(address) ? new(_kernelModuleOf(KernelAddress.Plain(address)), KernelAddress.Plain(address), FrameKind.Kernel) : new(FrameTable.NoModule, address, FrameKind.User);

    /// <summary>Index of the module of a process's JIT code; -1 when it has none.</summary>
    public int JitModuleOf(int pid) => _jitModules.Value.GetValueOrDefault(pid, FrameTable.NoModule);

    /// <summary>Of a process whose addresses changed their meaning, what they meant; null of all others.</summary>
    public JitTimeline? ChangesOf(AddressSpace space) =>
        JitModuleOf(space.Pid) is >= 0 and var module && _data[module].Jit is { HasChanges: true } timeline ? timeline : null;

    /// <summary>The instructions of a process's JIT code; null of other modules, or where none are at hand.</summary>
    public JitCodeView? CodeOf(int module) =>
        _model.Modules[module].Kind == ModuleKind.Jit && _data[module].Jit is { } timeline ? new JitCodeView(timeline, _data[module].JitCode) : null;

    /// <summary>The mapping as the unwinder wants it; false when nothing is there, or something that is not code.</summary>
    public bool TryFindForUnwind(AddressSpace space, long time, ulong address, out ModuleMapping result)
    {
        var index = KernelAddress.Is(address) ? -1 : space.Find(address, time);
        if (index < 0 || _model.Modules[_model.Mappings[index].Module].Kind == ModuleKind.Data)
        {
            result = default;
            return false;
        }

        var mapping = _model.Mappings[index];
        var hasBias = TryGetBias(index, out var bias);
        result = new ModuleMapping
        {
            ModuleIndex = mapping.Module,
            Table = hasBias ? _data[mapping.Module].Unwind : null,
            Code = hasBias ? _data[mapping.Module].Code : null,
            Bias = bias,
            Start = new Avma(mapping.Start),
            End = new Avma(mapping.End),
        };
        return true;
    }

    private bool IsFile(int module) => _model.Modules[module].Kind is ModuleKind.Elf or ModuleKind.Vdso;

    private bool TryGetBias(int index, out ulong bias)
    {
        // Two threads may both compute it: they write the same, the bias before the state.
        var state = Volatile.Read(ref _states[index]);
        bias = _biases[index];
        if (state == 0)
        {
            var mapping = _model.Mappings[index];
            var has = _data[mapping.Module].Image is { } image
                && image.TryGetBias(new Avma(mapping.Start), new Binary.FileOffset(mapping.PageOffset), mapping.End - mapping.Start, out bias);
            _biases[index] = bias;
            state = (byte)(has ? 1 : 2);
            Volatile.Write(ref _states[index], state);
        }

        return state == 1;
    }
}
